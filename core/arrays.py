"""The kinds of arrays that records hold, and what they are told apart by."""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.integer]


def freeze(record: object) -> None:
    """Let nobody write into a record's arrays: many may read the same one."""
    for name, value in list(vars(record).items()):
        if isinstance(value, np.ndarray):
            view = value.view()
            view.flags.writeable = False
            object.__setattr__(record, name, view)


def nbytes(record: object) -> int:
    """Bytes of all arrays in a record and the records within it, unless it says so itself."""
    total, parts = 0, [record]
    while parts:
        part = parts.pop()
        own = getattr(part, "nbytes", None)
        if own is not None:
            total += own
        else:
            parts += part if isinstance(part, tuple) else getattr(part, "__dict__", {}).values()
    return total


def digest(*arrays: NDArray[np.generic]) -> bytes:
    """A key that tells arrays apart by every byte, their shapes and their types."""
    found = blake2b(digest_size=32)
    for array in arrays:
        found.update(f"{array.dtype.str}{array.shape}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.digest()
