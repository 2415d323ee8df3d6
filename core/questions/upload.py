"""Questions about a map of weights, wherever it comes from: nothing but its rows is known."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from core.arrays import Array
from core.questions.question import (
    CHANGES,
    Kind,
    Question,
    Word,
    change,
    clear_winner,
    one,
    some_places,
)


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
    found = clear_winner(row)
    if found is None or len(row) < 2:
        return None
    places = some_places(found, np.flatnonzero(row > 0).tolist(), draw)
    if len(places) < 2:
        return None
    return Question(
        "looked_at",
        {"asks": Word(weighed.asking, query)},
        tuple(Word(weighed.answering, place) for place in places),
        places.index(found),
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
        CHANGES,
        answer,
        {"before": f"{row.max():.1%}", "after": f"{squared.max():.1%}"},
    )


KINDS: tuple[Kind, ...] = (looked_at, doubled)
