"""One declaration for each field of a reader's choice: its values, limits and default.

Reading (widgets, links, files, forged values), limits, and a report's settings follow from it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_args

import regex

LARGEST_ENTRY = 1e6
"""The largest number a cell may hold: products of such numbers stay finite in float32."""

_CONTROL = regex.compile(r"(?V1)[[\p{Cc}--\s]\p{Cs}]")

Read = Callable[[object], Any]
"""Gives a usable value; raises ValueError, TypeError or OverflowError if there is none."""


@dataclass(frozen=True)
class Kind:
    """The values of a field.

    Attributes:
        read: Makes a usable value of one of any kind.
        limits: The smallest and the largest number.
        private: Whether readers write their own words into it.
        place: Whether it counts from 0 what pages count from 1.
        only_with: Another field, and those of its values with which this one changes something.
        was: Version of links to the default that held up to it; none if it never changed.
    """

    read: Read
    limits: tuple[float, float] = (-LARGEST_ENTRY, LARGEST_ENTRY)
    private: bool = False
    place: bool = False
    only_with: tuple[str, tuple[object, ...]] | None = None
    was: Mapping[int, object] = field(default_factory=dict)


def kinds(record: type) -> dict[str, Kind]:
    """List the declared fields of a record by their names, in order."""
    return {it.name: it.metadata["kind"] for it in fields(record) if "kind" in it.metadata}


def of_kind(default: object, read: Read, **more: Any) -> Any:  # noqa: ANN401 -- as dataclasses.field
    """Declare a field of a frozen record; ``more`` as in :class:`Kind`."""
    return field(default=default, metadata={"kind": Kind(read, **more)})


def flag(default: bool, **more: Any) -> Any:  # noqa: ANN401
    """Declare a field that is true or false."""
    return of_kind(default, read_flag, **more)


def number(default: float, low: float, high: float, **more: Any) -> Any:  # noqa: ANN401
    """Declare a number within limits."""
    return of_kind(default, number_within(low, high), limits=(low, high), **more)


def whole(default: int, low: int, high: int, *, step: int = 1, **more: Any) -> Any:  # noqa: ANN401
    """Declare a whole number within limits, in steps from the lowest one."""
    return of_kind(default, whole_within(low, high, step), limits=(low, high), **more)


def word(default: str, options: Any, **more: Any) -> Any:  # noqa: ANN401
    """Declare one of few words; ``options`` is a Literal type or a tuple."""
    return of_kind(default, one_of(get_args(options) or options), **more)


def among(default: int, options: tuple[int, ...], **more: Any) -> Any:  # noqa: ANN401
    """Declare one of few whole numbers, in rising order."""
    limits = options[0], options[-1]
    within = whole_within(*limits)

    def read(raw: object) -> int:
        if within(raw) not in options:
            raise ValueError
        return within(raw)

    return of_kind(default, read, limits=limits, **more)


def line(default: str, longest: int, check: Callable[[str], object] | None = None) -> Any:  # noqa: ANN401
    """Declare what a reader writes.

    Args:
        default: As in the beginning.
        longest: In characters; more are cut off.
        check: Raises an `InputError` if the text cannot be used; it then stays to be mended.
    """
    cut = text_within(longest)

    def read(raw: object) -> str:
        if check:
            check(cut(raw))
        return cut(raw)

    return of_kind(default, read, private=True)


def several(default: tuple[Any, ...], options: Any, **more: Any) -> Any:  # noqa: ANN401
    """Declare some of few words, kept in the order in which ``options`` names them."""
    names = get_args(options) or options

    def read(raw: object) -> tuple[str, ...]:
        chosen = {one_of(names)(name) for name in sequence(raw)}
        return tuple(name for name in names if name in chosen)

    return of_kind(default, read, **more)


def places(highest: int, *, in_order: bool = True, **more: Any) -> Any:  # noqa: ANN401
    """Declare whole numbers from 0, at first none; each once and rising, or as they were chosen."""
    one = whole_within(0, highest)

    def read(raw: object) -> tuple[int, ...]:
        chosen = [one(place) for place in sequence(raw)]
        return tuple(sorted(set(chosen)) if in_order else chosen)

    return of_kind((), read, place=True, **more)


def read_flag(raw: object) -> bool:
    """Take true or false, and nothing else."""
    if not isinstance(raw, bool):
        raise TypeError
    return raw


def entry(raw: object) -> float:
    """Take a finite number of at most ``LARGEST_ENTRY``, as a matrix cell holds it."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise TypeError
    value = float(raw)
    if not math.isfinite(value) or abs(value) > LARGEST_ENTRY:
        raise ValueError
    return value


def number_within(low: float, high: float) -> Read:
    """Make what takes a number within limits."""

    def read(raw: object) -> float:
        value = entry(raw)
        if not low <= value <= high:
            raise ValueError
        return value

    return read


def whole_within(low: float, high: float, step: int = 1) -> Read:
    """Make what takes a whole number within limits, in steps from the lowest one."""
    within = number_within(low, high)

    def read(raw: object) -> int:
        value = within(raw)
        if value != int(value) or (int(value) - int(low)) % step:
            raise ValueError
        return int(value)

    return read


def one_of(options: tuple[str, ...]) -> Read:
    """Make what takes one of few words."""

    def read(raw: object) -> str:
        if not isinstance(raw, str) or raw not in options:
            raise ValueError
        return raw

    return read


def text_within(longest: int) -> Read:
    """Make what takes text and cuts it after so many characters.

    Control characters and halves of characters are left out: the latter fit into no link.
    """

    def read(raw: object) -> str:
        if not isinstance(raw, str):
            raise TypeError
        return _CONTROL.sub("", raw)[:longest]

    return read


def sequence(raw: object) -> tuple[object, ...]:
    """Take a list or a tuple."""
    if not isinstance(raw, list | tuple):
        raise TypeError
    return tuple(raw)
