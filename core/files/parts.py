"""Which tensors of a file are which part of attention, by their names and shapes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np

from core.arrays import Array
from core.errors import InputError
from core.files.limits import Limits
from core.files.tensors import Entry, Tensors
from core.files.traces import words_in
from core.tokens import LONGEST, as_token, clean
from core.trace import Origin, OriginKind

NAMES: Mapping[str, tuple[str, ...]] = {
    "weights": ("weights", "attention", "attentions", "attn", "attn_weights", "pattern"),
    "q": ("q", "query", "queries"),
    "k": ("k", "key", "keys"),
    "v": ("v", "value", "values"),
    "mask": ("mask", "attn_mask", "attention_mask"),
    "bias": ("bias",),
    "scores": ("scores",),
    "output": ("output",),
    "mixed": ("mixed",),
}
"""Part to the names that tensors of it go by; capitals do not matter."""

TOKEN_NAMES = ("query_tokens", "key_tokens", "tokens")

_BLANK = "␣"  # stands for a token that shows nothing
_NAME_OF_ORIGIN = "origin"


@dataclass(frozen=True)
class Found:
    """The tensors that are used.

    Attributes:
        entries: Part to its tensor.
        parts: Part to its numbers: ``(layer, head, ...)``; ``mixed`` is ``(layer, query, d_out)``.
        long: Whether these are queries and keys whose maps are computed piece by piece.
        left: Names of parts that are not used, because the file is long.
    """

    entries: Mapping[str, Entry]
    parts: Mapping[str, Array]
    long: bool = False
    left: tuple[str, ...] = ()


def parts_of(tensors: Tensors) -> Found:
    """The parts in a file; a single tensor is taken for weights, whatever its name.

    Raises:
        InputError: ``file_no_attention``, ``file_not_finite``, ``file_shapes``,
            ``file_long_mask``, ``file_unpacks_too_large``.
    """
    by_name = {it.name.lower(): it for it in tensors.entries if not it.is_text}
    entries = {
        part: by_name[name]
        for part, names in NAMES.items()
        for name in reversed(names)
        if name in by_name
    }
    if len(by_name) == 1 and not entries:
        entries = {"weights": next(iter(by_name.values()))}
    if _is_long(entries, tensors.limits):
        return _long(tensors, entries)
    if not ("weights" in entries or {"q", "k", "v"} <= entries.keys()):
        raise InputError("file_no_attention")
    if not {"q", "k", "v"} <= entries.keys():  # the other steps say nothing without them
        entries = {"weights": entries["weights"]}
    return Found(entries, _read(tensors, entries))


def tokens_of(tensors: Tensors, n_query: int, n_key: int) -> tuple[tuple[str, ...], ...]:
    """The tokens that look and those that are looked at; empty where the file has none that fit."""
    found = {name: _tokens(tensors, name) for name in TOKEN_NAMES}
    both = found["tokens"]
    asking = found["query_tokens"] or both
    answering = found["key_tokens"] or both
    return (
        asking if len(asking) == n_query else (),
        answering if len(answering) == n_key else (),
    )


def has_tokens(tensors: Tensors) -> bool:
    """Whether the file names tokens at all."""
    names = {it.name for it in tensors.entries if it.is_text} | tensors.notes.keys()
    return not names.isdisjoint(TOKEN_NAMES)


def numbered_tokens(n: int) -> tuple[str, ...]:
    """Names for tokens that have none."""
    return tuple(str(place + 1) for place in range(n))


def origin_said(tensors: Tensors) -> Origin | None:
    """Where a file of ours says that its numbers come from."""
    said = _texts(tensors, _NAME_OF_ORIGIN)
    if len(said) != 3 or said[0] not in get_args(OriginKind):
        return None
    kind = next(it for it in get_args(OriginKind) if it == said[0])
    return Origin(kind, clean(said[1])[:LONGEST], edited=said[2] == "edited")


def _is_long(entries: Mapping[str, Entry], limits: Limits) -> bool:
    """Whether a file has queries and keys whose maps are computed piece by piece.

    That is so if the maps are too large for a whole, or if there is nothing else in the file.
    """
    if not {"q", "k"} <= entries.keys():
        return False
    rows, columns = entries["q"].shape[-3:-1], entries["k"].shape[-2:-1]  # (head, query), (key)
    if max((*rows[-1:], *columns), default=0) > limits.tokens:
        return True
    if math.prod(rows) * math.prod(columns) > limits.cells:
        return True
    return not {"v", "weights"} & entries.keys()


def _long(tensors: Tensors, entries: Mapping[str, Entry]) -> Found:
    """Queries, keys, and values if there are any; nothing that is as large as a map is read."""
    for part in ("mask", "bias"):
        if part in entries:
            raise InputError("file_long_mask", tensor=entries[part].name)
    used = {part: entries[part] for part in "qkv" if part in entries}
    left = tuple(it.name for part, it in entries.items() if part not in used)
    return Found(used, _read(tensors, used), long=True, left=left)


def _read(tensors: Tensors, used: Mapping[str, Entry]) -> dict[str, Array]:
    """The numbers of the parts, if all of them together are not too large."""
    tensors.check_room(used.values())
    return {part: _numbers(tensors, part, it) for part, it in used.items()}


def _numbers(tensors: Tensors, part: str, entry: Entry) -> Array:
    """One part with all its axes; a layer axis, and for weights a head axis, may be left out.

    A batch axis of length 1 may stand behind the layers, as where outputs of a model were stacked.
    """
    axes, shape = 3 if part == "mixed" else 4, entry.shape
    if len(shape) == axes + 1 and shape[1] == 1:  # the batch of a single text
        shape = shape[:1] + shape[2:]
    if len(shape) > axes:
        raise InputError("file_too_many_axes", tensor=entry.name, axes=len(shape), limit=axes)
    if len(shape) < 2:
        raise InputError("file_shapes", tensor=entry.name, shape=str(entry.shape))
    found = tensors.numbers(entry)
    if part == "mask" and not np.isfinite(found).all():
        raise InputError("file_mask")
    fine = np.isfinite(found) | (found == -np.inf) if part == "bias" else np.isfinite(found)
    if not fine.all():
        raise InputError("file_not_finite", tensor=entry.name)
    return found.reshape((1,) * (axes - len(shape)) + shape)


def _tokens(tensors: Tensors, name: str) -> tuple[str, ...]:
    return tuple(as_token(text) or _BLANK for text in _texts(tensors, name))


def _texts(tensors: Tensors, name: str) -> tuple[str, ...]:
    """A list of texts in a file: a tensor of texts, or a note."""
    most = tensors.limits.long_tokens
    for entry in tensors.entries:
        if entry.name == name and entry.is_text:
            few = len(entry.shape) == 1 and entry.shape[0] <= most
            return tensors.words(entry) if few else ()
    found = words_in(tensors.notes.get(name, ""))
    return found if len(found) <= most else ()
