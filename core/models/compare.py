"""A beside B: one model on two sentences, compared where their tokens correspond."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple, Protocol

import numpy as np

from core.arrays import Array
from core.errors import InputError


class Alignment(NamedTuple):
    """Which tokens of two sentences correspond, in order.

    Attributes:
        first: Places in the first sentence.
        second: Places in the second, as many.
        same: Whether the two tokens are equal; otherwise one replaces the other.
    """

    first: tuple[int, ...]
    second: tuple[int, ...]
    same: tuple[bool, ...]


Slots = tuple[tuple[int | None, int | None], ...]
"""Places in two sentences; ``None`` for a token that one of them has not."""


class HeadChange(NamedTuple):
    """One head's weight from a token to another, in both sentences."""

    layer: int
    head: int
    first: float
    second: float

    @property
    def change(self) -> float:
        """Second minus first."""
        return self.second - self.first


class Maps(Protocol):
    """The maps of one layer: ``weights`` is ``(head, token, token)``."""

    @property
    def weights(self) -> Array:
        """Of all heads."""
        ...


class Sight(Protocol):
    """Self-attention on one sentence: a trace, or a file that has no more than maps."""

    @property
    def query_tokens(self) -> tuple[str, ...]:
        """The sentence."""
        ...

    @property
    def layers(self) -> Sequence[Maps]:
        """Every layer."""
        ...


@dataclass(frozen=True)
class Comparison:
    """One model's attention to two sentences, and which of their tokens correspond.

    Attributes:
        first: Of sentence A.
        second: Of sentence B.
        alignment: Of the tokens that look.
    """

    first: Sight
    second: Sight
    alignment: Alignment

    def difference(self, layer: int, head: int) -> Array:
        """B minus A: ``(aligned, aligned)``, -1 to 1; exactly 0 where nothing changed.

        Rows do not sum to 0 where a sentence has tokens that the other one has not.
        """
        a = _at(self.first.layers[layer].weights[head], self.alignment.first)
        b = _at(self.second.layers[layer].weights[head], self.alignment.second)
        return b - a

    @property
    def slots(self) -> Slots:
        """Every token of both sentences."""
        return slots(self.first.query_tokens, self.second.query_tokens)

    def spread(self, layer: int, head: int, slots: Slots) -> tuple[Array, Array]:
        """A's and B's weights over tokens of both.

        Returns:
            ``(slot, slot)`` each; NaN where a sentence has no such token.
        """
        both = zip((self.first, self.second), zip(*slots, strict=True), strict=True)
        a, b = (_over(trace.layers[layer].weights[head], places) for trace, places in both)
        return a, b

    def by_change(self, query: int, key: int) -> tuple[HeadChange, ...]:
        """All heads, those first whose weight from one token to another changed most.

        Args:
            query: Place of the token that looks, in the first sentence.
            key: Place of the token that is looked at, in the first sentence.

        Raises:
            InputError: ``not_in_both`` if the second sentence has no token for one of them.
        """
        there = dict(zip(self.alignment.first, self.alignment.second, strict=True))
        for place in (query, key):
            if place not in there:
                raise InputError("not_in_both", place=place)
        changes = [
            HeadChange(index, head, float(one[query, key]), float(two[there[query], there[key]]))
            for index, (a, b) in enumerate(zip(self.first.layers, self.second.layers, strict=True))
            for head, (one, two) in enumerate(zip(a.weights, b.weights, strict=True))
        ]
        return tuple(sorted(changes, key=lambda found: -abs(found.change)))


def compare(first: Sight, second: Sight) -> Comparison:
    """Put self-attention to two sentences side by side.

    Raises:
        ValueError: If they have not the same layers and heads.
    """
    shapes = [[len(layer.weights) for layer in trace.layers] for trace in (first, second)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"traces of one model have the same heads, got {shapes[0]}, {shapes[1]}")
    return Comparison(first, second, align(first.query_tokens, second.query_tokens))


def align(first: Sequence[str], second: Sequence[str]) -> Alignment:
    """Match equal tokens, and stretches of equal length where one replaces the other."""
    pairs = [
        (a, b, first[a] == second[b])
        for a, b in slots(first, second)
        if a is not None and b is not None
    ]
    return Alignment(*zip(*pairs, strict=True)) if pairs else Alignment((), (), ())


def slots(first: Sequence[str], second: Sequence[str]) -> Slots:
    """Every token of two sentences in order, those that correspond together."""
    found: list[tuple[int | None, int | None]] = []
    for _, a, a_end, b, b_end in SequenceMatcher(None, first, second, False).get_opcodes():
        if a_end - a == b_end - b:
            found += zip(range(a, a_end), range(b, b_end), strict=True)
        else:
            found += [(i, None) for i in range(a, a_end)] + [(None, i) for i in range(b, b_end)]
    return tuple(found)


def _over(weights: Array, places: Sequence[int | None]) -> Array:
    """``(token, token)`` to ``(slot, slot)``, NaN where there is no token."""
    whole = np.full((len(places), len(places)), np.nan)
    there = np.array([slot for slot, place in enumerate(places) if place is not None], int)
    tokens = np.array([place for place in places if place is not None], int)
    whole[np.ix_(there, there)] = weights[np.ix_(tokens, tokens)]
    return whole


def _at(weights: Array, places: Sequence[int]) -> Array:
    chosen = np.array(places, dtype=int)
    return weights[chosen[:, None], chosen]
