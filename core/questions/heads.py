"""Questions about several heads side by side."""

import numpy as np
from numpy.random import Generator

from core.ideas.heads import heads
from core.ideas.heads_cost import costs
from core.questions.explored import Explored
from core.questions.question import CHANGES, Kind, Question, clear_winner, numbers, one

_WIDTH = 64


def missed(explored: Explored, draw: Generator) -> Question | None:
    """Ask: which head moves a word's output most when it is switched off?"""
    query = one(range(explored.n), draw)
    moved = heads(explored.parameters, explored.rules).moved_alone[query]  # (head,)
    found = clear_winner(moved)
    if found is None:
        return None
    second = int(np.argsort(-moved)[1])
    return Question(
        "missed",
        {"asks": explored.word(query)},
        tuple(str(head + 1) for head in range(len(moved))),
        found,
        {
            "found": str(found + 1),
            "moved": f"{moved[found]:.1%}",
            "next": str(second + 1),
            "other": f"{moved[second]:.1%}",
        },
    )


def split(explored: Explored, draw: Generator) -> Question | None:
    """Ask: do the operations grow when a layer of the same width is split into heads?"""
    whole, *parts = costs(explored.n, _WIDTH)
    several = one(parts, draw)
    grown = several.formula - whole.formula
    return Question(
        "split",
        {"d": str(_WIDTH), "heads": str(several.n_heads), "size": str(several.size)},
        CHANGES,
        2 if grown == 0 else int(grown < 0),
        {"before": f"{whole.formula:,}", "after": f"{several.formula:,}"},
    )


def weights(explored: Explored, draw: Generator) -> Question | None:
    """Ask: how many weights do several heads have?"""
    several = one(costs(explored.n, _WIDTH)[1:], draw)
    n, h = explored.n, several.n_heads
    return Question(
        "weights",
        {"heads": str(h), "n": str(n)},
        *numbers(several.weights, n * n, n * h, n * n * h * h),
        {"weights": f"{several.weights:,}", "square": f"{several.weights // h:,}"},
    )


KINDS: tuple[Kind, ...] = (missed, split, weights)
