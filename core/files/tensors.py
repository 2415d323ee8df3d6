"""Tensors in somebody else's file: listed before anything is unpacked, and read.

`npz`, `safetensor`, `torch_archive` and `plain_text` list a file; nothing in it is evaluated, and
no object of a foreign kind is made of it.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.arrays import Array
from core.errors import InputError
from core.files.limits import PUBLIC, Limits
from core.tokens import clean

LONGEST_NAME = 80
"""Characters of a tensor's name."""

_LONGEST_TEXT = 1_000
"""Characters of a text that are looked at: no token has so many."""

KINDS: Mapping[str, str] = {
    **{f"f{size}": f"float{8 * size}" for size in (2, 4, 8)},
    **{f"i{size}": f"int{8 * size}" for size in (1, 2, 4, 8)},
    **{f"u{size}": f"uint{8 * size}" for size in (1, 2, 4, 8)},
    "b1": "bool",
    "bf2": "bfloat16",
}
"""Kinds of numbers that are read, with the names by which people know them."""


@dataclass(frozen=True)
class Entry:
    """A tensor as its file announces it.

    Attributes:
        name: Without anything invisible.
        kind: One of ``KINDS``, or ``U`` and a number: texts of so many characters, or ``S`` and a
            number: of so many bytes. Anything else cannot be read.
        shape: One number an axis.
        swapped: Whether the bytes of a number are the other way round.
        by_columns: Whether the first axis runs fastest.
        problem: Why the tensor cannot be read; nothing is wrong as long as nobody uses it.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    swapped: bool = False
    by_columns: bool = False
    problem: InputError | None = None

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers that can be read."""
        return self.kind in KINDS and self.problem is None

    @property
    def is_text(self) -> bool:
        """Whether it holds texts, not numbers."""
        return self.kind.startswith(("U", "S")) and self.problem is None

    @property
    def nbytes(self) -> int:
        """Bytes in the file, once unpacked; 0 if it cannot be read."""
        if not (self.is_number or self.is_text):
            return 0
        size = int(self.kind.lstrip("USbfiu"))
        return math.prod(self.shape) * (4 * size if self.kind.startswith("U") else size)

    @property
    def nbytes_read(self) -> int:
        """Bytes of the numbers as they are read: one in the file may become four."""
        return math.prod(self.shape) * (8 if self.kind == "f8" else 4)

    @property
    def type_name(self) -> str:
        """What people call the kind."""
        return "text" if self.is_text else KINDS.get(self.kind, self.kind)


@dataclass(frozen=True)
class Tensors:
    """A file whose list of tensors is known and within limits.

    Attributes:
        entries: In the file's order; names differ.
        unpack: The bytes of an entry.
        notes: Texts that the file holds besides.
        limits: What it may have.
    """

    entries: tuple[Entry, ...]
    unpack: Callable[[Entry], memoryview]
    notes: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = PUBLIC

    def __post_init__(self) -> None:
        """Check what can be checked without unpacking.

        Raises:
            InputError: ``file_unpacks_too_large``, ``file_same_name``.
        """
        self.limits.check_unpacked(sum(it.nbytes for it in self.entries))
        names = Counter(it.name for it in self.entries)
        for entry in self.entries:
            if names[entry.name] > 1:
                raise InputError("file_same_name", tensor=entry.name)

    def check_room(self, used: Iterable[Entry]) -> None:
        """Refuse tensors that are empty, or too large together once :func:`numbers` has made them.

        Raises:
            InputError: ``file_empty_tensor``, ``file_unpacks_too_large``.
        """
        used = list(used)
        for entry in used:
            if 0 in entry.shape:
                raise InputError("file_empty_tensor", tensor=entry.name)
        self.limits.check_unpacked(sum(it.nbytes_read for it in used))

    def numbers(self, entry: Entry) -> Array:
        """The tensor in float32, or in float64 if it is so in the file."""
        stored = "u2" if entry.kind == "bf2" else entry.kind
        order = ">" if entry.swapped else "<"
        found = np.frombuffer(self.unpack(entry), np.dtype(order + stored))
        if entry.kind == "bf2":  # the upper half of a float32
            found = (found.astype(np.uint32) << 16).view(np.float32)
        found = found.astype(np.float64 if entry.kind == "f8" else np.float32)
        return found.reshape(entry.shape, order="F" if entry.by_columns else "C")

    def words(self, entry: Entry) -> tuple[str, ...]:
        """The beginnings of the texts of a tensor; what is no character becomes a sign for it."""
        wide = entry.kind.startswith("U")
        raw, size = self.unpack(entry), int(entry.kind[1:]) * (4 if wide else 1)
        coding = ("utf-32-be" if entry.swapped else "utf-32-le") if wide else "utf-8"
        most = min(size, 4 * _LONGEST_TEXT)
        cut = (raw[start : start + most] for start in range(0, len(raw), size))
        return tuple(str(text, coding, "replace").rstrip("\0") for text in cut)


def named(raw: str) -> str:
    """A tensor's name as it may be shown.

    Raises:
        InputError: ``file_odd_name`` if nothing of it can be shown, or it leads out of a folder.
    """
    name = clean(raw)[:LONGEST_NAME]
    steps = name.replace("\\", "/").split("/")
    if not name or not steps[0] or ".." in steps:
        raise InputError("file_odd_name", tensor=name or "?")
    return name
