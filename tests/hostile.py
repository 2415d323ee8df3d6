"""Files that nobody should have made: each with the code of the refusal that it must get."""

import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

Made = Callable[[], bytes]

MEBIBYTE = 2**20
WEIGHTS = np.full((2, 3, 3), 1 / 3, np.float32)


def npz(**arrays: ArrayLike) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=True, **arrays)
    return buffer.getvalue()


def header(descr: str = "'<f4'", shape: str = "(2, 3, 3)", order: str = "False") -> bytes:
    said = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(said)) + said


def npy(data: bytes = WEIGHTS.tobytes(), **said: str) -> bytes:
    return header(**said) + data


def archive(members: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def safetensors(said: Mapping[str, object] | bytes, data: bytes = b"") -> bytes:
    text = said if isinstance(said, bytes) else json.dumps(said).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(kind: str = "F32", shape: object = (2, 3, 3), at: object = (0, 72)) -> dict[str, object]:
    return {"dtype": kind, "shape": shape, "data_offsets": at}


@cache
def bomb(mebibytes: int = 256) -> bytes:
    """A small archive that unpacks to a thousand times its size."""
    packer = zlib.compressobj(9, wbits=-15)
    begin = npy(b"", shape=f"({mebibytes}, 512, 512)", descr="'<f4'")
    checksum, parts = zlib.crc32(begin), [packer.compress(begin)]
    for _ in range(mebibytes):
        zeros = bytes(MEBIBYTE)
        checksum = zlib.crc32(zeros, checksum)
        parts.append(packer.compress(zeros))
    packed = b"".join([*parts, packer.flush()])
    return one_member(packed, len(begin) + mebibytes * MEBIBYTE, checksum)


def one_member(packed: bytes, size: int, checksum: int, name: bytes = b"weights.npy") -> bytes:
    """An archive with one deflated member, whatever is said of it."""
    sizes = struct.pack("<III", checksum, len(packed), size)
    local = struct.pack("<4sHHHHH", b"PK\3\4", 20, 0, 8, 0, 33) + sizes
    local += struct.pack("<HH", len(name), 0) + name
    listed = struct.pack("<4sHHHHHH", b"PK\1\2", 20, 20, 0, 8, 0, 33) + sizes
    listed += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    start = len(local) + len(packed)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(listed), start, 0)
    return local + packed + listed + end


def forged_size(said: int) -> bytes:
    """A member that is larger than its archive says."""
    whole = npy(bytes(20 * MEBIBYTE), shape="(5, 1024, 1024)")
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(whole) + packer.flush()
    return one_member(packed, said, zlib.crc32(whole))


def encrypted() -> bytes:
    content = bytearray(archive({"weights.npy": npy()}))
    for sign, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(sign) + flags] |= 1
    return bytes(content)


def name_that_is_no_text() -> bytes:
    content = archive({"wéights.npy": npy()})
    return content.replace("wéights".encode(), b"w\xff\xfeights")


def many_entries(count: int = 100_000) -> bytes:
    """An archive whose list is long, and says itself that it is short."""
    listed = struct.pack("<4sHHHHHH", b"PK\1\2", 20, 20, 0, 0, 0, 33) + bytes(12)
    listed += struct.pack("<HHHHHII", 1, 0, 0, 0, 0, 0, 0) + b"a"
    body = listed * count
    return b"PK\3\4" + body + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(body), 4, 0)


def largest(seed: int = 0) -> bytes:
    """Almost as much as is taken, in little: every head looks at its first key, but for one row."""
    weights = np.zeros((1, 4, 1000, 1000), np.int8)
    weights[..., 0] = 1
    weights[0, 0, seed] = np.roll(weights[0, 0, seed], 1)
    ones = np.ones((1, 4, 1000, 1), np.int8)
    return npz(weights=weights, bias=np.zeros_like(weights), q=ones, k=ones, v=ones)


def deep() -> bytes:
    return safetensors(b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}")


HOSTILE: dict[str, tuple[str, Made]] = {
    "nothing at all": ("file_empty", lambda: b""),
    "a text": ("file_not_tensors", lambda: b"weights = 1"),
    "a picture": ("file_is_picture", lambda: b"\x89PNG\r\n\x1a\n" + bytes(99)),
    "a bare pickle": ("file_is_pickle", lambda: pickle.dumps([1, 2, 3])),
    "a pickle in an array": ("file_has_objects", lambda: npz(weights=np.array([{}], object))),
    "an array that says it holds objects": ("file_has_objects", lambda: npy(descr="'|O'")),
    "records": ("file_kind", lambda: npy(descr="[('a', '<f4'), ('b', '<f4')]")),
    "complex numbers": ("file_kind", lambda: npz(weights=WEIGHTS.astype(np.complex64))),
    "dates": ("file_kind", lambda: npz(weights=np.zeros((3, 3), "datetime64[s]"))),
    "a bomb": ("file_unpacks_too_large", bomb),
    "many small bombs": (
        "file_unpacks_too_large",
        lambda: npz(**{f"a{i}": np.zeros((1200, 1200), np.int8) for i in range(60)}),
    ),
    "bytes that grow when they become numbers": (
        "file_unpacks_too_large",
        lambda: npz(weights=np.zeros((24, 1024, 1024), np.int8)),
    ),
    "bytes that grow together when they become numbers": (
        "file_unpacks_too_large",
        lambda: npz(
            **{
                part: np.zeros((2, 1, 1024, 1024), np.int8)
                for part in ("weights", "q", "k", "v", "scores", "bias", "output")
            }
        ),
    ),
    "20,000 members": (
        "file_too_many_tensors",
        lambda: archive({f"a{i}.npy": b"" for i in range(20_000)}, zipfile.ZIP_STORED),
    ),
    "a long list that says it is short": ("file_too_many_tensors", many_entries),
    "1,025 members": (
        "file_too_many_tensors",
        lambda: archive({f"a{i}.npy": npy() for i in range(1_025)}),
    ),
    "a member that is larger than it says": ("file_damaged", lambda: forged_size(1000)),
    "a member that is smaller than it says": ("file_damaged", lambda: forged_size(30 * MEBIBYTE)),
    "a member that says it is gigantic": ("file_unpacks_too_large", lambda: forged_size(2**32 - 2)),
    "an archive in the archive": (
        "file_member_not_array",
        lambda: archive({"weights.npy": npz(weights=WEIGHTS)}),
    ),
    "a program in the archive": ("file_member_not_array", lambda: archive({"run.py": b"1/0"})),
    "another packing": (
        "file_packed_oddly",
        lambda: archive({"weights.npy": npy()}, zipfile.ZIP_BZIP2),
    ),
    "an encrypted member": ("file_packed_oddly", encrypted),
    "a way out of the folder": ("file_odd_name", lambda: archive({"../../etc/cron.npy": npy()})),
    "an absolute path": ("file_odd_name", lambda: archive({"/etc/passwd.npy": npy()})),
    "a name that is no text": ("file_damaged", name_that_is_no_text),
    "a name that shows nothing": ("file_odd_name", lambda: archive({"\u202e.npy": npy()})),
    "two names that look the same": (
        "file_same_name",
        lambda: archive({"weights.npy": npy(), "wei\u200bghts.npy": npy()}),
    ),
    "half an archive": ("file_damaged", lambda: npz(weights=WEIGHTS)[:150]),
    "an archive without its end": ("file_damaged", lambda: npz(weights=WEIGHTS)[:-10]),
    "half an array": ("file_damaged", lambda: npy()[:-4]),
    "a header that is no header": ("file_damaged", lambda: b"\x93NUMPY\x01\x00\x04\x00abcd"),
    "a header that is longer than the file": (
        "file_damaged",
        lambda: b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
    ),
    "a header that is a program": ("file_damaged", lambda: npy(shape="(__import__('os'),)")),
    "gigantic axes": ("file_damaged", lambda: npy(shape=f"({10**30}, {10**30})")),
    "a negative axis": ("file_damaged", lambda: npy(shape="(-2, -3, 3)")),
    "an axis of 0": ("file_empty_tensor", lambda: npz(weights=np.zeros((2, 0, 3), np.float32))),
    "six axes": ("file_too_many_axes", lambda: npz(weights=np.ones((1,) * 6, np.float32))),
    "names that differ by capitals": (
        "file_same_name",
        lambda: npz(weights=WEIGHTS, Weights=WEIGHTS),
    ),
    "a mask to be added": (
        "file_mask",
        lambda: npz(**dict.fromkeys("qkv", WEIGHTS), mask=np.full((3, 3), -np.inf)),
    ),
    "one axis": ("file_shapes", lambda: npz(weights=np.ones(4, np.float32))),
    "NaN": ("file_not_finite", lambda: npz(weights=np.full((3, 3), np.nan, np.float32))),
    "infinity": ("file_infinite", lambda: npz(weights=np.full((3, 3), np.inf, np.float16))),
    "negative weights": ("file_negative_weights", lambda: npz(weights=-WEIGHTS)),
    "numbers whose products are infinite": (
        "file_numbers_too_large",
        lambda: npz(q=WEIGHTS * 1e30, k=WEIGHTS, v=WEIGHTS),
    ),
    "fewer heads of keys": ("file_shapes", lambda: npz(q=WEIGHTS, k=WEIGHTS[:1], v=WEIGHTS)),
    "weights of other words": (
        "file_shapes",
        lambda: npz(weights=np.ones((2, 4, 4), np.float32) / 4, q=WEIGHTS, k=WEIGHTS, v=WEIGHTS),
    ),
    "a mask of anything": (
        "file_mask",
        lambda: npz(q=WEIGHTS, k=WEIGHTS, v=WEIGHTS, mask=np.full((3, 3), 7)),
    ),
    "no attention": ("file_no_attention", lambda: npz(a=WEIGHTS, b=WEIGHTS)),
    "too many tokens": (
        "file_too_many_tokens",
        lambda: npz(weights=np.zeros((1, 2000, 3), np.float32)),
    ),
    "too many heads": ("file_too_many_heads", lambda: npz(weights=np.ones((300, 1, 1)))),
    "queries and keys without end": (
        "file_too_many_tokens",
        lambda: npz(**{part: np.ones((40_000, 1), np.float16) for part in "qk"}),
    ),
    "a long file with a mask": (
        "file_long_mask",
        lambda: npz(mask=np.ones((1, 2000)), **{part: np.ones((2000, 1)) for part in "qk"}),
    ),
    "long queries that are a list": (
        "file_shapes",
        lambda: npz(q=np.ones(3, np.float32), k=np.ones((2000, 1), np.float32)),
    ),
    "a gigantic header of safetensors": (
        "file_damaged",
        lambda: struct.pack("<Q", 2**60) + b'{"a":1}',
    ),
    "100,000 safetensors": (
        "file_list_too_long",
        lambda: safetensors({f"t{i}": tensor(shape=[0], at=[0, 0]) for i in range(100_000)}),
    ),
    "1,100 safetensors": (
        "file_too_many_tensors",
        lambda: safetensors({f"t{i}": tensor(shape=[0], at=[0, 0]) for i in range(1_100)}),
    ),
    "safetensors on top of each other": (
        "file_overlaps",
        lambda: safetensors({"a": tensor(at=[0, 72]), "b": tensor(at=[36, 108])}, bytes(108)),
    ),
    "safetensors beyond the end": (
        "file_damaged",
        lambda: safetensors({"weights": tensor(at=[0, 72])}, bytes(71)),
    ),
    "safetensors backwards": (
        "file_damaged",
        lambda: safetensors({"weights": tensor(at=[72, 0])}, bytes(72)),
    ),
    "safetensors with a negative axis": (
        "file_damaged",
        lambda: safetensors({"weights": tensor(shape=[-2, -3, 3])}, bytes(72)),
    ),
    "safetensors of an odd kind": (
        "file_kind",
        lambda: safetensors({"weights": tensor("F8_E4M3", at=[0, 18])}, bytes(18)),
    ),
    "safetensors with one name twice": (
        "file_same_name",
        lambda: safetensors(b'{"a":' + json.dumps(tensor()).encode() + b',"a":{}}', bytes(72)),
    ),
    "safetensors without a kind": (
        "file_damaged",
        lambda: safetensors({"weights": {"shape": [1]}}),
    ),
    "safetensors that are a list": ("file_damaged", lambda: safetensors({"weights": [1, 2]})),
    "safetensors in the depth": ("file_damaged", deep),
    "safetensors that are no JSON": ("file_damaged", lambda: safetensors(b"{weights: 1}")),
    "safetensors that are no text": ("file_damaged", lambda: safetensors(b'{"\xff\xfe": 1}')),
}
"""What is in the file, to the code of its refusal, and how to make it."""
