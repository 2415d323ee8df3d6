"""Traces as files, and tensors from files that anybody may have made.

What is read is checked before it is unpacked, and whatever is wrong with a file becomes one kind of
error with a code. Nothing in a file is ever run.
"""

import hashlib
import json
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from core.errors import InputError
from core.files.limits import PUBLIC, Limits
from core.files.npz import MAGIC, ZIP_MAGIC, read_npy, read_npz, write_npz
from core.files.safetensor import looks_like, read_safetensors
from core.files.tensors import Tensors
from core.trace import PARTS, AttentionTrace

KINDS_OF_FILES = ("npz", "npy", "safetensors")

Result = TypeVar("Result")


def to_npz(trace: AttentionTrace, layer: int | None = None) -> bytes:
    """A trace as an NPZ file: ``(layer, head, ...)`` each, the tokens, and where it comes from.

    Args:
        trace: Whose layers are alike.
        layer: The only one to write, from 0. ``None`` = all.
    """
    layers = trace.layers if layer is None else trace.layers[layer : layer + 1]
    arrays = {part: np.stack([getattr(it, part) for it in layers]) for part in PARTS}
    origin = trace.origin
    return write_npz(
        {
            **arrays,
            "query_tokens": np.array(trace.query_tokens),
            "key_tokens": np.array(trace.key_tokens),
            "origin": np.array([origin.kind, origin.detail, "edited" if origin.edited else ""]),
        }
    )


def size_of(trace: AttentionTrace) -> int:
    """Bytes of the numbers of a trace, without its tokens."""
    return sum(getattr(layer, part).nbytes for layer in trace.layers for part in PARTS)


def read_tensors(content: bytes, limits: Limits = PUBLIC) -> Tensors:
    """What is in a file, and how to read it; the file may be anything.

    Raises:
        InputError: ``file_empty``, ``file_not_tensors`` if it is no such file, ``file_damaged`` if
            it is not whole, or what `npz` and `safetensor` say.
    """
    if not content:
        raise InputError("file_empty")
    limits.check_unpacked(len(content))
    readers = {
        read_npz: content.startswith(ZIP_MAGIC),
        read_npy: content.startswith(MAGIC),
        read_safetensors: looks_like(content),
    }
    for reader, fits in readers.items():
        if fits:
            return guarded(lambda whole, reader=reader: reader(whole, limits), content)
    pickled = content[:1] == b"\x80" and content.endswith(b".")
    raise InputError("file_is_pickle" if pickled else "file_not_tensors")


def guarded(reader: Callable[[bytes], Result], content: bytes) -> Result:
    """What a reader of hostile bytes finds; whatever it raises becomes one error.

    Raises:
        InputError: ``file_damaged``, or as the reader says.
    """
    try:
        return reader(content)
    except InputError:
        raise
    except Exception as problem:
        raise InputError("file_damaged") from problem


def words_in(note: str) -> tuple[str, ...]:
    """Tokens in a text of a file: a list in JSON, or words with spaces between them."""
    try:
        found = json.loads(note)
    except (ValueError, RecursionError):
        return tuple(note.split())
    return tuple(map(str, found)) if isinstance(found, list) else tuple(note.split())


def fingerprint(content: bytes) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
