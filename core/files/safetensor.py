"""Safetensors files: a list of their tensors, read here because the list itself may be hostile.

Source: https://github.com/huggingface/safetensors, "Format".
"""

import json
from collections.abc import Mapping

from core.errors import InputError
from core.files.limits import Limits
from core.files.tensors import Entry, Tensors, named

MOST_TENSORS = 1_024
"""Tensors in one file."""

_LARGEST_HEADER = 2**20
_LENGTH = 8  # bytes that say how long the header is
_KINDS: Mapping[str, str] = {
    "BOOL": "b1",
    "BF16": "bf2",
    **{f"F{8 * size}": f"f{size}" for size in (2, 4, 8)},
    **{f"I{8 * size}": f"i{size}" for size in (1, 2, 4, 8)},
    **{f"U{8 * size}": f"u{size}" for size in (1, 2, 4, 8)},
}


def looks_like(content: bytes) -> bool:
    """Whether a file begins as they do: a length, which has zeros, then an object of JSON."""
    return content[_LENGTH : _LENGTH + 1] == b"{" and b"\0" in content[:_LENGTH]


def read_safetensors(content: bytes, limits: Limits) -> Tensors:
    """The tensors of a file.

    Raises:
        InputError: ``file_list_too_long``, ``file_too_many_tensors``,
            ``file_overlaps``, ``file_same_name``, ``file_damaged``, or what `Tensors` says.
        ValueError: If its header is no JSON. KeyError, TypeError: If it does not say what it must.
    """
    length = int.from_bytes(content[:_LENGTH], "little")
    if length > len(content) - _LENGTH:
        raise InputError("file_damaged")
    if length > _LARGEST_HEADER:
        raise InputError("file_list_too_long", limit=_LARGEST_HEADER // 2**20)
    header = json.loads(content[_LENGTH : _LENGTH + length], object_pairs_hook=_unlike)
    notes = header.pop("__metadata__", {})
    if len(header) > MOST_TENSORS:
        raise InputError("file_too_many_tensors", count=len(header), limit=MOST_TENSORS)
    data = memoryview(content)[_LENGTH + length :]
    entries, places = [], {}
    for name, said in header.items():
        entry, place = _listed(named(name), said)
        entries.append(entry)
        places[entry.name] = place
    _check_places(places, len(data))

    def unpack(entry: Entry) -> memoryview:
        start, end = places[entry.name]
        return data[start:end]

    texts = {str(name): str(text) for name, text in dict(notes).items()}
    return Tensors(tuple(entries), unpack, texts, limits)


def _unlike(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON; of two equal names the last one would silently win."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InputError("file_same_name", tensor="?")
    return found


def _listed(name: str, said: Mapping[str, object]) -> tuple[Entry, tuple[int, int]]:
    kind, shape = _KINDS.get(str(said["dtype"])), _counts(said["shape"])
    start, end = _counts(said["data_offsets"])
    if kind is None:
        odd = named(str(said["dtype"]))
        problem = InputError("file_kind", tensor=name, kind=odd)
        return Entry(name, odd, shape, problem=problem), (start, end)
    entry = Entry(name, kind, shape)
    if entry.nbytes != end - start:
        raise InputError("file_damaged")
    return entry, (start, end)


def _counts(raw: object) -> tuple[int, ...]:
    if not isinstance(raw, list) or not all(type(n) is int and n >= 0 for n in raw):
        raise InputError("file_damaged")
    return tuple(raw)


def _check_places(places: Mapping[str, tuple[int, int]], size: int) -> None:
    last = 0
    for name, (start, end) in sorted(places.items(), key=lambda it: it[1]):
        if start < last:
            raise InputError("file_overlaps", tensor=name)
        if end > size:
            raise InputError("file_damaged")
        last = end
