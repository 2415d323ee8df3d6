"""Questions about a map of weights, wherever it comes from: nothing but its rows is known."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.random import Generator

from core.arrays import Array
from core.questions.question import Kind, Question, Word, change, largest, one


@dataclass(frozen=True)
class Weighed:
    """The head that is shown.

    Attributes:
        asking: The tokens that look.
        answering: The tokens that are looked at.
        weights: ``(query, key)``.
        query: The token whose row is in sight.
    """

    asking: tuple[str, ...]
    answering: tuple[str, ...]
    weights: Array
    query: int


def looked_at(weighed: Weighed, draw: Generator) -> Question | None:
    """Ask: which token does another one look at most?"""
    others = [query for query in range(len(weighed.asking)) if query != weighed.query]
    query = one(others or [weighed.query], draw)
    row = weighed.weights[query]
    seen = np.flatnonzero(row > 0).tolist()
    winner = largest(row, seen, draw, partial(Word, weighed.answering))
    if winner is None:
        return None
    found, answers = winner
    return Question(
        "looked_at",
        {"asks": Word(weighed.asking, query)},
        *answers,
        {"found": Word(weighed.answering, found), "share": f"{row[found]:.1%}"},
    )


def doubled(weighed: Weighed, draw: Generator) -> Question | None:
    """Ask: does the largest weight of a row rise when all of its scores are doubled?"""
    query = one(range(len(weighed.asking)), draw)
    row = weighed.weights[query].astype(float)
    if (row > 0).sum() < 2 or abs(row.sum() - 1) > 1e-3:
        return None
    squared = row**2 / (row**2).sum()  # doubling a score squares its exponential
    answer = change(row.max(), squared.max())
    if answer is None:
        return None
    return Question(
        "doubled",
        {"asks": Word(weighed.asking, query)},
        *answer,
        {"before": f"{row.max():.1%}", "after": f"{squared.max():.1%}"},
    )


KINDS: tuple[Kind, ...] = (looked_at, doubled)
