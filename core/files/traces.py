"""Traces as files, and tensors from files that anybody may have made.

What is read is checked before it is unpacked, and whatever is wrong with a file becomes one kind of
error with a code. Nothing in a file is ever run.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from core.arrays import Array
from core.errors import InputError
from core.files.foreign import refusal, refusal_of_archive
from core.files.limits import PUBLIC, Limits
from core.files.npz import MAGIC, ZIP_MAGIC, check_count, read_npy, read_npz, write_npz
from core.files.plain_text import as_text, is_json, read_csv, read_json
from core.files.safetensor import looks_like, read_safetensors
from core.files.tensors import Tensors
from core.files.torch_archive import is_torch, read_torch
from core.trace import PARTS, AttentionTrace

Result = TypeVar("Result")

_NOTHING: Mapping[str, Array] = MappingProxyType({})


def to_npz(
    trace: AttentionTrace, layer: int | None = None, beside: Mapping[str, Array] = _NOTHING
) -> bytes:
    """A trace as an NPZ file: ``(layer, head, ...)`` each, the tokens, and where it comes from.

    Args:
        trace: Whose layers are alike.
        layer: The only one to write, from 0. ``None`` = all.
        beside: What else there is, by the names of `core.files.reading.BESIDE`.
    """
    layers = trace.layers if layer is None else trace.layers[layer : layer + 1]
    arrays = {part: np.stack([getattr(it, part) for it in layers]) for part in PARTS}
    origin = trace.origin
    return write_npz(
        {
            **arrays,
            **beside,
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
        InputError: ``file_empty``, ``file_damaged`` if it is not whole, or what the readers say.
    """
    if not content:
        raise InputError("file_empty")
    limits.check_unpacked(len(content))
    return guarded(lambda whole: _reader(whole)(whole, limits), content)


def _reader(content: bytes) -> Callable[[bytes, Limits], Tensors]:
    """What reads a file, by its content, whatever it is called.

    Raises:
        InputError: ``file_is_…`` if it is of a kind that is known and not read,
            ``file_not_tensors`` if it is of no known kind.
    """
    if content.startswith(ZIP_MAGIC):
        return _reader_of_archive(content)
    if content.startswith(MAGIC):
        return read_npy
    if looks_like(content):
        return read_safetensors
    other, text = refusal(content), as_text(content)
    if other or text is None:
        raise other or InputError("file_not_tensors")
    reader = read_json if is_json(text) else read_csv
    return lambda _, limits: reader(text, limits)


def _reader_of_archive(content: bytes) -> Callable[[bytes, Limits], Tensors]:
    check_count(content)
    archive = zipfile.ZipFile(io.BytesIO(content))
    if is_torch(archive):
        return read_torch
    if other := refusal_of_archive(archive.namelist()):
        raise other
    return read_npz


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


def fingerprint(content: bytes) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
