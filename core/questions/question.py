"""Questions as plain values, so that they can be kept and asked in any language."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.random import Generator

from core.arrays import Array

Thing = TypeVar("Thing")

TIE = 1e-6
"""Numbers that differ by less are too close for a fair question."""

EQUAL = 1e-9
"""Numbers that differ by less, computed in float64, are told as equal."""

MOST_OPTIONS = 5


class Word(NamedTuple):
    """One of a sentence's words; a word may occur twice."""

    words: tuple[str, ...]
    place: int


class Name(NamedTuple):
    """Something that has a name in every language: the label ``<sort>.<name>``."""

    sort: str
    name: str


class Listed(NamedTuple):
    """Several numbers, to be listed as the language does it."""

    items: tuple[str, ...]


Value = Word | Name | Listed | str
"""A word, a thing with a name, a list, or a number as it is to be shown."""

CHANGES = (Name("answer", "rises"), Name("answer", "falls"), Name("answer", "stays"))

Answers = tuple[tuple[Value, ...], int]
"""The options of a question, and the place of the right one."""


class Question(NamedTuple):
    """A question with its computed answer.

    Attributes:
        kind: The labels ``question.<kind>.ask`` and ``question.<kind>.told`` word it.
        values: What the question's placeholders stand for.
        options: What can be answered.
        answer: The right one, from 0.
        told: What the explanation's placeholders stand for, besides ``values``.
    """

    kind: str
    values: Mapping[str, Value]
    options: tuple[Value, ...]
    answer: int
    told: Mapping[str, Value]


Kind = Callable[[Any, Generator], Question | None]
"""Makes a question about a page's state; ``None`` where it would be trivial or ambiguous."""


def one(things: Sequence[Thing], draw: Generator) -> Thing:
    """One of them by chance."""
    return things[int(draw.integers(len(things)))]


def clear_winner(values: Array) -> int | None:
    """The place of the largest number, unless another one comes too close."""
    if len(values) < 2:
        return None
    second, first = np.sort(values)[-2:]
    return int(np.argmax(values)) if first - second > TIE else None


def largest(
    values: Array, places: Sequence[int], draw: Generator, said: Callable[[int], Value]
) -> tuple[int, Answers] | None:
    """The place of the largest number, and answers: that one among a few of the places.

    Returns:
        ``None`` if no number is clearly the largest, or there is no other place.
    """
    found = clear_winner(values)
    others = [place for place in places if place != found]
    if found is None or not others:
        return None
    some = draw.permutation(len(others))[: MOST_OPTIONS - 1]
    offered = sorted([found, *(others[int(i)] for i in some)])
    return found, (tuple(map(said, offered)), offered.index(found))


def named(found: str, *names: str) -> Answers:
    """Answers in words: the one that is right, and all of them in their order."""
    return tuple(Name("answer", name) for name in names), names.index(found)


def yes_no(yes: bool) -> Answers:
    """Yes and no, and which of them is right."""
    return named("yes" if yes else "no", "yes", "no")


def change(before: float, after: float) -> Answers | None:
    """Rising, falling or staying; ``None`` if too little happens to tell it from nothing."""
    if EQUAL <= abs(after - before) < TIE:
        return None
    return CHANGES, 2 if abs(after - before) < EQUAL else int(after < before)


def numbers(answer: int, *others: int) -> Answers:
    """Three or four numbers to choose from, in their order.

    Args:
        answer: At least 0.
        others: Wrong ones, the most tempting first; any number, even the right one.
    """
    tempting = dict.fromkeys(n for n in others if n > 0 and n != answer)
    further = [n for n in (answer + 1, answer + 2) if n not in tempting]
    kept = sorted([answer, *[*tempting, *further][: max(2, min(3, len(tempting)))]])
    return tuple(f"{n:,}" for n in kept), kept.index(answer)
