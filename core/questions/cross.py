"""Questions about two sentences: who asks whom, and how pairs are scored."""

from dataclasses import dataclass, replace
from functools import partial
from typing import get_args

import numpy as np
from numpy.random import Generator

from core.ideas.crossing import CrossSource, Scoring, Words, cost
from core.questions.question import (
    EQUAL,
    Kind,
    Name,
    Question,
    Word,
    clear_winner,
    largest,
    one,
    yes_no,
)


@dataclass(frozen=True)
class Crossed:
    """The two sentences that the reader looks at.

    Attributes:
        source: How sentences look at each other; without a mask.
        a: The words of sentence A.
        b: The words of sentence B.
        asks: ``a`` or ``b``: where the queries come from.
        answers: ``a`` or ``b``: where keys and values come from.
        head: The one that is shown, from 0.
    """

    source: CrossSource
    a: Words
    b: Words
    asks: str
    answers: str
    head: int

    def words(self, sentence: str) -> Words:
        """Of ``a`` or ``b``."""
        return self.a if sentence == "a" else self.b

    def weights(self, asks: str, answers: str, scoring: Scoring | None = None) -> np.ndarray:
        """``(query, key)`` of the head, with another switch or another way of scoring."""
        source = replace(self.source, scoring=scoring or self.source.scoring)
        layer = source.trace(self.words(asks), self.words(answers)).layers[0]
        return layer.weights[min(self.head, len(layer.weights) - 1)].astype(float)


_ROUNDING = 1e-4  # more than float32 can lose on the way to a weight

_SWITCHES = {("b", "a"): "b_asks_a", ("a", "b"): "a_asks_b", ("a", "a"): "self_a"}
_SWITCHES |= {("b", "b"): "self_b"}


def _another_switch(crossed: Crossed, draw: Generator) -> tuple[str, str]:
    return one([pair for pair in _SWITCHES if pair != (crossed.asks, crossed.answers)], draw)


def shape(crossed: Crossed, draw: Generator) -> Question | None:
    """Ask: how large is the map with another switch?"""
    asks, answers = _another_switch(crossed, draw)
    a, b = len(crossed.a), len(crossed.b)
    if a == b:
        return None
    options = tuple(f"{rows} × {columns}" for rows in (a, b) for columns in (a, b))
    rows, columns = crossed.weights(asks, answers).shape
    return Question(
        "shape",
        {"switch": Name("cross_sources", _SWITCHES[asks, answers]), "a": str(a), "b": str(b)},
        options,
        options.index(f"{rows} × {columns}"),
        {"rows": str(rows), "columns": str(columns)},
    )


def looks_at(crossed: Crossed, draw: Generator) -> Question | None:
    """Ask: which word does a word look at most, with another switch?"""
    asks, answers = _another_switch(crossed, draw)
    asking, answering = crossed.words(asks), crossed.words(answers)
    query = one(range(len(asking)), draw)
    row = crossed.weights(asks, answers)[query]
    winner = largest(row, range(len(answering)), draw, partial(Word, answering))
    if winner is None:
        return None
    found, options = winner
    return Question(
        "looks_at",
        {"asks": Word(asking, query), "switch": Name("cross_sources", _SWITCHES[asks, answers])},
        *options,
        {"found": Word(answering, found), "share": f"{row[found]:.1%}"},
    )


def mirrored(crossed: Crossed, _: Generator) -> Question | None:
    """Ask: is one direction's map the other one's, turned over?"""
    there, back = crossed.weights("b", "a"), crossed.weights("a", "b")
    apart = np.abs(there - back.T)
    query, key = (int(i) for i in np.unravel_index(apart.argmax(), apart.shape))
    gap = float(apart[query, key])
    if EQUAL < gap < _ROUNDING or len(crossed.a) == len(crossed.b) == 1:
        return None
    return Question(
        "mirrored",
        {},
        *yes_no(gap <= EQUAL),
        {
            "asks": Word(crossed.b, query),
            "about": Word(crossed.a, key),
            "there": f"{there[query, key]:.3f}",
            "back": f"{back[key, query]:.3f}",
            "gap": f"{gap:.3f}",
        },
    )


def dearest(crossed: Crossed, draw: Generator) -> Question | None:
    """Ask: which way of scoring needs the most operations on these sentences?"""
    n_query, n_key = (len(crossed.words(name)) for name in _another_switch(crossed, draw))
    ways: tuple[Scoring, ...] = get_args(Scoring)
    found = {way: cost(way, n_query, n_key, crossed.source.sizes) for way in ways}
    totals = np.array([float(it.words + it.pairs) for it in found.values()])
    winner = clear_winner(totals)
    if winner is None:
        return None
    return Question(
        "dearest",
        {"n_query": str(n_query), "n_key": str(n_key)},
        tuple(Name("cross_scoring", way) for way in ways),
        winner,
        {way: f"{total:,.0f}" for way, total in zip(ways, totals, strict=True)},
    )


KINDS: tuple[Kind, ...] = (shape, looks_at, mirrored, dearest)
