"""What is read of a GGUF file before any tensor is, and how files that are none are refused."""

import struct
from contextlib import suppress
from pathlib import Path

import gguf
import numpy as np
import pytest
from gguf.quants import dequantize
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.errors import InputError
from core.models.gguf.file import MOST, Value, read
from core.models.gguf.kinds import OTHERS


def written(path: Path, **settings: Value) -> Path:
    """A file with two tensors; the settings are added."""
    writer = gguf.GGUFWriter(path, "llama")
    for name, value in settings.items():
        add = {str: writer.add_string, int: writer.add_uint32, list: writer.add_array}
        add[type(value)](name.replace("__", "."), value)
    writer.add_tensor("a", np.arange(6, dtype=np.float32).reshape(2, 3))
    packed = np.arange(72, dtype=np.uint8).reshape(2, 36)
    writer.add_tensor("b", packed, raw_dtype=gguf.GGMLQuantizationType.Q4_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def refusal(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.values["file"] == path.name
    return caught.value


def text(string: bytes) -> bytes:
    return struct.pack("<Q", len(string)) + string


def by_hand(
    *settings: bytes, tensors: bytes = b"", n_tensors: int = 0, version: int = 3, tail: bytes = b""
) -> bytes:
    head = struct.pack("<4sIQQ", b"GGUF", version, n_tensors, len(settings))
    content = head + b"".join(settings) + tensors
    return content + bytes(-len(content) % 32) + tail


# What is read


def test_settings_and_tensors_are_those_that_were_written(tmp_path: Path):
    file = read(written(tmp_path / "a.gguf", x__text="猫", x__number=7, x__list=["a", "", "ü"]))
    assert file.family == "llama"
    assert file.settings["x.text"] == "猫"
    assert file.settings["x.number"] == 7
    assert file.settings["x.list"] == ["a", "", "ü"]
    assert_array_equal(file.tensor("a"), np.arange(6).reshape(2, 3))
    packed = np.arange(72, dtype=np.uint8).reshape(2, 36)
    assert file.tensors["b"].shape == (2, 64)
    assert_array_equal(file.packed("b"), packed)
    assert_array_equal(file.tensor("b"), dequantize(packed, gguf.GGMLQuantizationType.Q4_0))


def test_a_file_is_read_byte_by_byte_as_it_is_specified(tmp_path: Path):
    path = tmp_path / "a.gguf"
    every = [(0, "B", 200), (1, "b", -3), (2, "H", 60000), (3, "h", -300), (4, "I", 4000000000)]
    every += [(5, "i", -5), (6, "f", 0.5), (7, "?", True), (10, "Q", 2**60), (11, "q", -(2**60))]
    every += [(12, "d", 0.1)]
    settings = [
        text(letter.encode()) + struct.pack(f"<I{letter}", kind, value)
        for kind, letter, value in every
    ]
    settings.append(text(b"list") + struct.pack("<IIQ3h", 9, 3, 3, 1, -2, 3))
    tensor = text(b"t") + struct.pack("<IQQIQ", 2, 3, 2, 0, 0)  # the shorter axis is the outer one
    numbers = np.arange(6, dtype="<f4")
    path.write_bytes(by_hand(*settings, tensors=tensor, n_tensors=1, tail=numbers.tobytes()))
    file = read(path)
    assert file.settings == {letter: value for _, letter, value in every} | {"list": [1, -2, 3]}
    assert_array_equal(file.tensor("t"), numbers.reshape(2, 3))


def test_nothing_is_written_to_the_file(tmp_path: Path):
    path = written(tmp_path / "a.gguf")
    before = path.read_bytes()
    read(path).packed("b").zero_()
    assert path.read_bytes() == before


# What is refused


@pytest.mark.parametrize("content", [b"", b"GG", b"GGML\3\0\0\0", b"\x80\x04.", b"PK\3\4"])
def test_what_does_not_begin_as_such_a_file_is_none(tmp_path: Path, content: bytes):
    (tmp_path / "a.gguf").write_bytes(content)
    assert refusal(tmp_path / "a.gguf").code == "gguf_other"


def test_a_file_with_the_bytes_of_numbers_reversed_is_refused(tmp_path: Path):
    writer = gguf.GGUFWriter(tmp_path / "a.gguf", "llama", endianess=gguf.GGUFEndian.BIG)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    assert refusal(tmp_path / "a.gguf").code == "gguf_big_endian"


@pytest.mark.parametrize("version", [1, 4])
def test_other_versions_are_refused(tmp_path: Path, version: int):
    (tmp_path / "a.gguf").write_bytes(by_hand(version=version))
    error = refusal(tmp_path / "a.gguf")
    assert (error.code, error.values["version"]) == ("gguf_version", version)


def test_a_part_of_a_model_is_refused(tmp_path: Path):
    error = refusal(written(tmp_path / "a-00001-of-00003.gguf", split__count=3))
    assert (error.code, error.values["count"]) == ("gguf_split", 3)


@pytest.mark.parametrize(("kind", "shown"), [*OTHERS.items(), (4, "4"), (99, "99")])
def test_numbers_packed_in_another_way_are_refused_by_name(tmp_path: Path, kind: int, shown: str):
    tensor = text(b"blk.0.ffn_up.weight") + struct.pack("<IQIQ", 1, 256, kind, 0)
    (tmp_path / "a.gguf").write_bytes(by_hand(tensors=tensor, n_tensors=1, tail=bytes(2048)))
    error = refusal(tmp_path / "a.gguf")
    assert error.code == "gguf_kind"
    assert (error.values["tensor"], error.values["kind"]) == ("blk.0.ffn_up.weight", shown)


def test_a_file_that_ends_too_early_is_refused_wherever_it_ends(tmp_path: Path):
    whole = written(tmp_path / "a.gguf", x__text="abc", x__list=[1, 2]).read_bytes()
    while whole[-1] == 0:  # what fills the last tensor up
        whole = whole[:-1]
    cut = tmp_path / "cut.gguf"
    for length in range(4, len(whole)):
        cut.write_bytes(whole[:length])
        assert refusal(cut).code == "gguf_damaged"


def entry(
    *, name: bytes = b"t", axes: tuple[int, ...] = (32,), kind: int = 2, at: int = 0
) -> bytes:
    return text(name) + struct.pack(f"<I{len(axes)}QIQ", len(axes), *axes, kind, at)


@pytest.mark.parametrize(
    "tensors",
    [
        entry(axes=()),
        entry(axes=(32, 1, 1, 1, 1)),
        entry(axes=(33,)),
        entry(axes=(0,)),
        entry(axes=(32, 2**60)),
        entry(at=4),
        entry(at=64),
        entry(at=2**63),
        entry(name=b"\xff"),
    ],
)
def test_a_tensor_that_cannot_lie_in_the_file_is_refused(tmp_path: Path, tensors: bytes):
    (tmp_path / "a.gguf").write_bytes(by_hand(tensors=tensors, n_tensors=1, tail=bytes(64)))
    assert refusal(tmp_path / "a.gguf").code == "gguf_damaged"


def test_two_tensors_of_one_name_are_refused(tmp_path: Path):
    content = by_hand(tensors=entry() + entry(), n_tensors=2, tail=bytes(64))
    (tmp_path / "a.gguf").write_bytes(content)
    assert refusal(tmp_path / "a.gguf").code == "gguf_damaged"


def setting(kind: int, form: str, *values: int) -> bytes:
    return text(b"k") + struct.pack(f"<I{form}", kind, *values)


@pytest.mark.parametrize(
    "setting",
    [
        setting(13, "Q", 0),
        setting(8, "Q", 2**63),
        setting(9, "IQ", 4, MOST + 1),
        setting(9, "IQ", 4, MOST),
        setting(9, "IQ", 8, MOST),
        setting(9, "IQIQ", 9, 1, 4, 0),
        text(b"general.alignment") + struct.pack("<II", 4, 0),
        text(b"general.alignment") + struct.pack("<II", 4, 12),
    ],
)
def test_settings_that_make_no_sense_are_refused_at_once(tmp_path: Path, setting: bytes):
    (tmp_path / "a.gguf").write_bytes(by_hand(setting, tail=bytes(64)))
    assert refusal(tmp_path / "a.gguf").code == "gguf_damaged"


@pytest.mark.parametrize("place", [8, 16])
def test_no_more_is_counted_than_a_model_can_have(tmp_path: Path, place: int):
    content = bytearray(by_hand(tail=bytes(64)))
    content[place : place + 8] = struct.pack("<Q", MOST + 1)
    (tmp_path / "a.gguf").write_bytes(content)
    assert refusal(tmp_path / "a.gguf").code == "gguf_damaged"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "a.gguf"
    return written(path, x__text="abc", x__list=["a", "b"]).read_bytes()


@given(data=st.data())
def test_a_file_with_spoilt_bytes_is_read_or_refused(
    whole: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    spoilt = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "spoilt.gguf"
    path.write_bytes(spoilt)
    with suppress(InputError):  # no other error
        found = read(path)
        for name in found.tensors:
            found.tensor(name)
