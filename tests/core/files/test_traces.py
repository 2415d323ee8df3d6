"""Files: traces come back bit for bit, and nothing that anybody uploads can do harm."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.errors import InputError
from core.files.limits import Limits
from core.files.token_lists import words_in
from core.files.traces import read_tensors, size_of, to_npz
from core.layer import Edit, Rules, Sizes
from core.masks import MaskRule
from core.reader.fields import LARGEST_ENTRY
from core.sources.handset import HandsetSource
from core.sources.seeded import SeededSource
from core.sources.uploaded import UploadedSource, read_upload
from core.trace import PARTS, AttentionTrace, Origin
from pages.shared.text import LANGUAGES, Text
from pages.shared.views.told import told
from tests.hostile import HOSTILE, largest, npy, npz, safetensors, tensor

ROOT = Path(__file__).parents[3]
WEIGHTS = np.full((2, 3, 3), 1 / 3, np.float32)

every_file = pytest.mark.parametrize("name", HOSTILE)
rules = st.sampled_from(
    [
        Rules(),
        Rules(scaled=False, temperature=0.5),
        Rules(mask=MaskRule("causal"), positions="alibi"),
        Rules(mask=MaskRule("drawn", blocked=tuple((1, key) for key in range(9)))),
        Rules(positions="sinusoidal"),
    ]
)
sentences = st.sampled_from(["我爱吃炸鸡", "the cat the", "مرحبا 😀 a", "猫"])
sizes = st.builds(
    Sizes,
    d_model=st.integers(1, 9),
    d_k=st.integers(1, 5),
    d_v=st.integers(1, 7),
    n_heads=st.integers(1, 3),
)


def again(trace: AttentionTrace) -> AttentionTrace:
    return UploadedSource(read_upload(to_npz(trace), "a.npz")).trace()


# Our own files


@given(sentences, sizes, rules, st.integers(0, 9))
def test_a_trace_that_is_written_and_read_is_the_same(
    sentence: str, sizes: Sizes, rules: Rules, seed: int
):
    trace = SeededSource(sizes, rules, seed=seed).trace(sentence)
    back = again(trace)
    assert (back.query_tokens, back.key_tokens) == (trace.query_tokens, trace.key_tokens)
    for part in PARTS:
        assert_array_equal(getattr(back.layers[0], part), getattr(trace.layers[0], part))


def test_a_file_says_where_its_numbers_came_from():
    edited = replace(HandsetSource().trace("猫"), origin=Origin("seeded", "3", edited=True))
    upload = read_upload(to_npz(edited), "a.npz")
    assert upload.says == Origin("seeded", "3", edited=True)
    assert upload.origin == Origin("uploaded", "a.npz")
    assert upload.doubts == ()


def test_a_trace_of_the_largest_edits_is_taken_back():
    edits = [Edit("x", (0, row, 0), LARGEST_ENTRY) for row in range(2)]
    edits += [Edit(name, (0, 0, 0), LARGEST_ENTRY) for name in ("w_q", "w_k", "w_v", "w_o")]
    trace = SeededSource(edits=tuple(edits)).trace("the cat sat")
    assert np.abs(trace.layers[0].scores).max() > 1e20
    assert_array_equal(again(trace).layers[0].scores, trace.layers[0].scores)


def test_one_layer_of_several_can_be_written():
    first, second = (SeededSource(seed=seed).trace("the cat").layers[0] for seed in (1, 2))
    trace = AttentionTrace(("the", "cat"), ("the", "cat"), (first, second), Origin("handset"))
    assert_array_equal(again(trace).layers[1].weights, second.weights)
    upload = read_upload(to_npz(trace, layer=1), "a.npz")
    assert upload.n_layers == 1
    assert_array_equal(upload.weights(0), second.weights)
    assert size_of(trace) == 2 * sum(getattr(first, part).nbytes for part in PARTS)


def test_the_same_trace_gives_the_same_bytes():
    assert to_npz(HandsetSource().trace("猫")) == to_npz(HandsetSource().trace("猫"))


# Files of others


@pytest.mark.parametrize("kind", ["<f2", ">f4", "<f4", ">f8", "|i1", "<i8", "|u1", "|b1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_kind_of_number_is_read_as_numpy_reads_it(kind: str, order: str):
    ones = np.arange(24).reshape(2, 3, 4) % 2
    array = np.array(ones.astype(kind), order="F" if order == "F" else "C")
    tensors = read_tensors(npz(weights=array))
    assert_array_equal(tensors.numbers(tensors.entries[0]), array.astype(float))


@pytest.mark.parametrize("kind", ["F16", "BF16", "F32", "F64", "I8", "I64", "U8", "BOOL"])
def test_safetensors_are_read_as_their_library_reads_them(kind: str):
    import torch
    from safetensors.torch import save

    kinds = {
        "F16": torch.float16,
        "BF16": torch.bfloat16,
        "F32": torch.float32,
        "F64": torch.float64,
        "I8": torch.int8,
        "I64": torch.int64,
        "U8": torch.uint8,
        "BOOL": torch.bool,
    }
    array = (torch.arange(24).reshape(2, 3, 4) % 2).to(kinds[kind])
    tensors = read_tensors(save({"other": array[0].clone(), "weights": array}))
    found = {it.name: tensors.numbers(it) for it in tensors.entries}
    assert_array_equal(found["weights"], array.double().numpy())
    assert_array_equal(found["other"], array[0].double().numpy())


def test_a_bare_array_is_read():
    tensors = read_tensors(npy())
    assert_array_equal(tensors.numbers(tensors.entries[0]), WEIGHTS)


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ('["我", "a b"]', ("我", "a b")),
        ("the cat", ("the", "cat")),
        ("", ()),
        ("7", ("7",)),
        ("[" * 100_000, ("[" * 100_000,)),
    ],
)
def test_tokens_in_a_note_are_a_list_or_words(note: str, words: tuple[str, ...]):
    assert words_in(note) == words


# Hostile files


@every_file
def test_a_hostile_file_is_refused_with_its_own_code_at_once(name: str):
    code, make = HOSTILE[name]
    content = make()
    start = time.perf_counter()
    with pytest.raises(InputError) as refused:
        read_upload(content, "a.npz")
    assert time.perf_counter() - start < 1
    assert refused.value.code == code
    for language in LANGUAGES:
        assert told(Text(language), refused.value)


BOUNDED = """
import pathlib, resource, sys
from core.sources.uploaded import read_upload
from core.errors import InputError
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 160 * 2**20,) * 2)
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        read_upload(path.read_bytes(), "a.npz").layer(0, 1)
        print(path.name, "taken", sep=": ")
    except InputError as refused:
        print(path.name, refused.code, sep=": ")
"""


def test_every_hostile_file_is_refused_and_a_large_one_read_within_160_mib(tmp_path: Path):
    files = {**HOSTILE, "almost too large": ("taken", largest)}
    for name, (_, make) in files.items():
        (tmp_path / name).write_bytes(make())
    child = subprocess.run(
        [sys.executable, "-c", BOUNDED, tmp_path], cwd=ROOT, capture_output=True, check=True
    )
    expected = [f"{name}: {files[name][0]}" for name in sorted(files)]
    assert child.stdout.decode().splitlines() == expected


VALID = (
    npz(weights=WEIGHTS, tokens=np.array(["我", "b", "c"])),
    npz(q=WEIGHTS, k=WEIGHTS, v=WEIGHTS, mask=np.tri(3)),
    to_npz(HandsetSource().trace("我爱吃炸鸡")),
    npy(),
    safetensors({"__metadata__": {"tokens": "a b c"}, "weights": tensor()}, data=WEIGHTS.tobytes()),
)


@given(
    st.sampled_from(VALID),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6),
    st.integers(0, 3_000),
    st.booleans(),
)
def test_damaged_files_are_read_or_refused(
    content: bytes, changes: list[tuple[int, int]], place: int, cut: bool
):
    changed = bytearray(content)
    for at, value in changes:
        changed[at % len(changed)] = value
    if cut:
        del changed[place % len(changed) :]
    try:
        upload = read_upload(bytes(changed), "a.npz")
    except InputError:
        return
    for index in range(upload.n_layers):
        assert np.isfinite(upload.weights(index)).all()


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00", bytes(8)])
)
def test_any_bytes_are_refused(content: bytes, begin: bytes):
    with pytest.raises(InputError):
        read_upload(begin + content, "a.npz")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(unpacked=WEIGHTS.nbytes - 1), "file_unpacks_too_large"),
        (Limits(tokens=WEIGHTS.shape[-1] - 1), "file_too_many_tokens"),
        (Limits(cells=WEIGHTS[0].size - 1), "file_too_many_cells"),
    ],
)
def test_every_limit_is_the_callers(limits: Limits, code: str):
    for content in (
        npz(weights=WEIGHTS),
        safetensors({"weights": tensor()}, WEIGHTS.tobytes()),
    ):
        assert read_upload(content, "a.npz").doubts == ()
        with pytest.raises(InputError, match=code):
            read_upload(content, "a.npz", limits)
