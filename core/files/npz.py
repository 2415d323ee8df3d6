"""NPZ and NPY files: a list of their tensors, made without numpy's own loader, and written.

Headers are matched, not evaluated, and an array of objects is refused: no pickle is ever opened.

Source: NumPy Enhancement Proposal 1, A Simple File Format for NumPy Arrays.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.files.limits import Limits
from core.files.tensors import KINDS, Entry, Tensors, named

MOST_MEMBERS = 1_024
"""Arrays in one file."""

BARE = "array"
"""The name of a tensor whose file gives it none."""

MAGIC = b"\x93NUMPY"
ZIP_MAGIC = b"PK"

_LONGEST_HEADER = 4_096
_LISTED = b"PK\x01\x02"  # begins each entry of an archive's list
_BY_CHANCE = 16  # such bytes may also stand in compressed numbers
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1
_DESCRIPTION = re.compile(r"'descr'\s*:\s*'([<>|=]?)([a-zA-Z]+)(\d{0,7})'")
_ORDER = re.compile(r"'fortran_order'\s*:\s*(True|False)")
_TEXT = re.compile(r"[US][1-9]\d*")
_SHAPE = re.compile(r"'shape'\s*:\s*\(([\d,\sL]{0,200})\)")


def read_npz(content: bytes, limits: Limits) -> Tensors:
    """The arrays of an archive.

    Raises:
        InputError: ``file_too_many_tensors``, ``file_unpacks_too_large``, ``file_odd_name``,
            ``file_same_name``, or ``file_damaged``. What else is wrong with a member is its own.
        zipfile.BadZipFile: If it is no whole archive.
    """
    check_count(content)
    archive = zipfile.ZipFile(io.BytesIO(content))
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise InputError("file_too_many_tensors", count=len(members), limit=MOST_MEMBERS)
    limits.check_unpacked(sum(it.file_size for it in members))
    entries, places = [], {}
    for member in members:
        entry, start = _listed(archive, member)
        entries.append(entry)
        places[entry.name] = member, start

    def unpack(entry: Entry) -> memoryview:
        member, start = places[entry.name]
        return memoryview(archive.read(member))[start:]

    return Tensors(tuple(entries), unpack, limits=limits)


def check_count(content: bytes) -> None:
    """Refuse an archive with too many members, before `zipfile` makes a record of each.

    They are counted, whatever the archive says of itself.

    Raises:
        InputError: ``file_too_many_tensors``.
    """
    if content.count(_LISTED) > MOST_MEMBERS + _BY_CHANCE:
        raise InputError("file_too_many_tensors", count=content.count(_LISTED), limit=MOST_MEMBERS)


def read_npy(content: bytes, limits: Limits) -> Tensors:
    """The one array of an NPY file.

    Raises:
        InputError: As :func:`read_header`.
    """
    entry, start = read_header(io.BytesIO(content), BARE, len(content))
    return Tensors((entry,), lambda _: memoryview(content)[start:], limits=limits)


def read_header(file: IO[bytes], name: str, size: int) -> tuple[Entry, int]:
    """What an NPY file says of its array, and where the numbers begin.

    Args:
        file: At its beginning.
        name: Of the array.
        size: Of the file in bytes.

    Returns:
        With the problem ``file_member_not_array``, ``file_has_objects`` or ``file_kind`` if the
        array cannot be read.

    Raises:
        InputError: ``file_damaged`` if the sizes do not fit together.
    """
    begin = file.read(8)
    if begin[:6] != MAGIC:
        return _unreadable(name, "file_member_not_array"), 0
    wide = 2 if begin[6] == 1 else 4
    length = int.from_bytes(file.read(wide), "little")
    if length > _LONGEST_HEADER:
        raise InputError("file_damaged")
    header = file.read(length).decode("latin-1")
    found = _ORDER.search(header), _SHAPE.search(header)
    if None in found:
        raise InputError("file_damaged")
    by_columns, said = (it.group(1) for it in found if it)
    order, kind = _kind(header)
    shape = tuple(int(n) for n in re.findall(r"\d+", said))
    if kind == "O0":
        return _unreadable(name, "file_has_objects", shape, "object"), 0
    if kind not in KINDS and not _TEXT.fullmatch(kind):
        return _unreadable(name, "file_kind", shape, kind), 0
    entry = Entry(name, kind, shape, swapped=order == ">", by_columns=by_columns == "True")
    start = 8 + wide + length
    if entry.nbytes != size - start:
        raise InputError("file_damaged")
    return entry, start


def write_npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The arrays as a compressed archive; the same ones always give the same bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **dict(arrays))
    return buffer.getvalue()


def _listed(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[Entry, int]:
    name = named(member.filename.removesuffix(".npy"))
    if not member.filename.endswith(".npy"):
        return _unreadable(name, "file_member_not_array"), 0
    if member.compress_type not in _PACKINGS or member.flag_bits & _ENCRYPTED:
        return _unreadable(name, "file_packed_oddly"), 0
    with archive.open(member) as file:
        return read_header(file, name, member.file_size)


def _unreadable(name: str, code: str, shape: tuple[int, ...] = (), kind: str = "?") -> Entry:
    return Entry(name, kind, shape, problem=InputError(code, tensor=name, kind=kind))


def _kind(header: str) -> tuple[str, str]:
    """The order of bytes and the kind of an array."""
    found = _DESCRIPTION.search(header)
    if not found:
        return "", "?"
    order, letter, size = found.groups()
    return order, letter + str(int(size or 0))
