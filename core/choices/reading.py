"""Readers: each takes a value of any kind, from a widget, a link or a file, and gives a usable one.

A reader raises ValueError, TypeError or OverflowError if there is none; :func:`read` turns that
into a default and a name, so that reading never raises at the person who typed.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import regex

Reader = Callable[[object], Any]
Record = TypeVar("Record")

_CONTROL = regex.compile(r"(?V1)[[\p{Cc}--\s]\p{Cs}]")

LARGEST_ENTRY = 1e6
"""The largest number a cell may hold: products of such numbers stay finite in float32."""


def read(
    kind: Callable[..., Record], readers: Mapping[str, Reader], raw: Mapping[str, object]
) -> tuple[Record, tuple[str, ...]]:
    """A record, and the names of the fields that were not usable.

    Args:
        kind: A dataclass whose fields have defaults.
        readers: One for each field, by its name.
        raw: Field names to values. Missing fields take their defaults; unknown ones are left out.
    """
    values, unusable = usable(readers, raw)
    return kind(**values), unusable


def usable(
    readers: Mapping[str, Reader], raw: Mapping[str, object]
) -> tuple[dict[str, object], tuple[str, ...]]:
    """The fields that readers can use, and the names of those that they cannot, in their order.

    Args:
        readers: One for each field, by its name.
        raw: Field names to values; unknown ones are left out.
    """
    values, unusable = {}, []
    for name in readers.keys() & raw.keys():
        try:
            values[name] = readers[name](raw[name])
        except (ValueError, TypeError, OverflowError):
            unusable.append(name)
    return values, tuple(sorted(unusable))


def entry(raw: object) -> float:
    """A number for a matrix cell.

    Raises:
        ValueError: If it is no number, not finite, or larger than ``LARGEST_ENTRY``.
        TypeError: If it is nothing like a number.
    """
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise TypeError
    value = float(raw)
    if not math.isfinite(value) or abs(value) > LARGEST_ENTRY:
        raise ValueError
    return value


def text(longest: int) -> Reader:
    """Text, cut after ``longest`` characters.

    Control characters and halves of characters are left out: the latter fit into no link.
    """

    def read_text(raw: object) -> str:
        if not isinstance(raw, str):
            raise TypeError
        return _CONTROL.sub("", raw)[:longest]

    return read_text


def flag(raw: object) -> bool:
    """True or false.

    Raises:
        TypeError: If it is anything else.
    """
    if not isinstance(raw, bool):
        raise TypeError
    return raw


def number(low: float, high: float) -> Reader:
    """A number within limits."""

    def read_number(raw: object) -> float:
        value = entry(raw)
        if not low <= value <= high:
            raise ValueError
        return value

    return read_number


def whole(low: float, high: float, *, odd: bool = False) -> Reader:
    """A whole number within limits, an odd one if need be."""
    read_number = number(low, high)

    def read_whole(raw: object) -> int:
        value = read_number(raw)
        if value != int(value) or (odd and value % 2 == 0):
            raise ValueError
        return int(value)

    return read_whole


def one_of(options: tuple[str, ...]) -> Reader:
    """One of few words."""

    def read_option(raw: object) -> str:
        if not isinstance(raw, str) or raw not in options:
            raise ValueError
        return raw

    return read_option


def sequence(raw: object) -> tuple[object, ...]:
    """A list or a tuple.

    Raises:
        TypeError: If it is anything else.
    """
    if not isinstance(raw, list | tuple):
        raise TypeError
    return tuple(raw)


def pairs(one: Reader) -> Reader:
    """Pairs of what ``one`` reads, each once, in order."""

    def read_pairs(raw: object) -> tuple[tuple[Any, Any], ...]:
        found = set()
        for pair in sequence(raw):
            first, second = sequence(pair)
            found.add((one(first), one(second)))
        return tuple(sorted(found))

    return read_pairs
