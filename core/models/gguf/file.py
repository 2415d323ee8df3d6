"""Read what a GGUF file says of itself: settings, vocabulary, and where its tensors lie.

Source: ``docs/gguf.md`` of ggml (github.com/ggml-org/ggml), versions 2 and 3.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from core.errors import InputError
from core.models.gguf.kinds import KINDS, OTHERS, unpacked

MOST = 2**21
"""Entries of a list, and settings, and tensors, at most: a vocabulary has far fewer."""

_MARK = b"GGUF"
_VERSIONS = (2, 3)
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q"}
_NUMBERS[12] = "d"
_TEXT, _LIST = 8, 9
_MOST_AXES = 4

Value = int | float | str | list[int] | list[float] | list[str]


class Stored(NamedTuple):
    """Where a tensor lies.

    Attributes:
        shape: As torch has it: neighbours in memory last.
        kind: One of ``KINDS``.
        start: Its first byte in the file.
    """

    shape: tuple[int, ...]
    kind: int
    start: int

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        kind = KINDS[self.kind]
        return self.shape[-1] // kind.numbers * kind.bytes

    @property
    def n_bytes(self) -> int:
        """Bytes in all."""
        return self.row_bytes * math.prod(self.shape[:-1])


@dataclass(frozen=True)
class GgufFile:
    """A file that is mapped: its tensors stay there until they are asked for.

    Attributes:
        file: Its name.
        settings: By their names; those of the model begin with its ``family``.
        tensors: By their names.
        content: All bytes, mapped.
    """

    file: str
    settings: Mapping[str, Value]
    tensors: Mapping[str, Stored]
    content: Tensor

    @property
    def family(self) -> str:
        """The architecture, in ggml's words."""
        return str(self.settings.get("general.architecture", "?"))

    def packed(self, name: str) -> Tensor:
        """``(row, byte)`` uint8 of a tensor, mapped."""
        it = self.tensors[name]
        return self.content[it.start : it.start + it.n_bytes].view(-1, it.row_bytes)

    def tensor(self, name: str) -> Tensor:
        """A whole tensor, unpacked and copied: for small ones."""
        it = self.tensors[name]
        return unpacked(self.packed(name), it.kind).view(it.shape).clone()


def read(path: Path) -> GgufFile:
    """What is in a file; tensors are not read.

    Raises:
        InputError: ``gguf_other`` if it is none; ``gguf_big_endian``, ``gguf_version``,
            ``gguf_split``; ``gguf_kind`` with the tensor's name if numbers are packed in an
            unknown way; ``gguf_damaged`` if it ends too early, or makes no sense.
    """
    with path.open("rb") as opened:
        if opened.read(4) != _MARK:
            raise InputError("gguf_other", file=path.name)
        content = mmap(opened.fileno(), 0, access=ACCESS_COPY)  # torch wants what can be written
    try:
        return _read(path.name, content)
    except InputError:
        raise
    except (struct.error, ValueError, KeyError, TypeError, OverflowError) as problem:
        raise InputError("gguf_damaged", file=path.name) from problem


class _Cursor:
    """A place in the file, which moves on as it is read."""

    def __init__(self, content: memoryview) -> None:
        self.content, self.at = content, 0

    def numbers(self, letters: str) -> tuple:
        found = struct.unpack_from(f"<{letters}", self.content, self.at)
        self.at += struct.calcsize(f"<{letters}")
        return found

    def number(self, letter: str) -> int:
        return self.numbers(letter)[0]

    def count(self) -> int:
        found = self.number("Q")
        if found > MOST:
            raise ValueError(f"need at most {MOST}, got {found}")
        return found

    def text(self) -> str:
        end = self.at + 8 + self.number("Q")
        if end > len(self.content):
            raise ValueError("the text ends behind the file")
        self.at, found = end, str(self.content[self.at : end], "utf-8")
        return found

    def value(self) -> Value:
        kind = self.number("I")
        if kind == _TEXT:
            return self.text()
        if kind != _LIST:
            return self.number(_NUMBERS[kind])
        kind, count = self.number("I"), self.count()
        if kind == _TEXT:
            return [self.text() for _ in range(count)]
        return list(self.numbers(f"{count}{_NUMBERS[kind]}"))


def _read(file: str, content: mmap) -> GgufFile:
    cursor = _Cursor(memoryview(content))
    cursor.numbers("4s")
    version = cursor.number("I")
    if not version & 0xFFFF:
        raise InputError("gguf_big_endian", file=file)
    if version not in _VERSIONS:
        raise InputError("gguf_version", file=file, version=version)
    n_tensors, n_settings = cursor.count(), cursor.count()
    settings = {cursor.text(): cursor.value() for _ in range(n_settings)}
    if settings.get("split.count", 1) != 1:
        raise InputError("gguf_split", file=file, count=settings["split.count"])
    entries = {cursor.text(): _entry(cursor) for _ in range(n_tensors)}
    step = settings.get("general.alignment", 32)
    if not isinstance(step, int) or step < 8 or step % 8 or len(entries) < n_tensors:
        raise ValueError(f"alignment {step}, {len(entries)} names for {n_tensors} tensors")
    start = -(-cursor.at // step) * step
    tensors = {
        name: _stored(file, name, entry, start, len(content)) for name, entry in entries.items()
    }
    return GgufFile(file, settings, tensors, torch.frombuffer(content, dtype=torch.uint8))


def _entry(cursor: _Cursor) -> tuple[tuple[int, ...], int, int]:
    """Shape, kind and place of a tensor, as they are written."""
    n_axes = cursor.number("I")
    if not 1 <= n_axes <= _MOST_AXES:
        raise ValueError(f"need 1 to {_MOST_AXES} axes, got {n_axes}")
    shape = cursor.numbers(f"{n_axes}Q")[::-1]
    return shape, cursor.number("I"), cursor.number("Q")


def _stored(
    file: str, name: str, entry: tuple[tuple[int, ...], int, int], start: int, end: int
) -> Stored:
    shape, kind, offset = entry
    if kind not in KINDS:
        raise InputError("gguf_kind", file=file, tensor=name, kind=OTHERS.get(kind, str(kind)))
    found = Stored(shape, kind, start + offset)
    whole = min(shape) > 0 and shape[-1] % KINDS[kind].numbers == 0 and offset % 8 == 0
    if not whole or found.start + found.n_bytes > end:
        raise ValueError(f"the tensor {name} of shape {shape} does not lie in the file")
    return found
