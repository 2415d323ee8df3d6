"""Questions about what a page would show: made for its state, their answers computed from it.

Each module belongs to a page or an idea: it has a record of the state its questions are about, and
a function for every kind of question.
"""

from collections.abc import Mapping

import numpy as np

from core.questions import (
    buffet,
    cost,
    cross,
    heads,
    layer,
    model,
    neighbours,
    positions,
    reach,
    training,
    upload,
    why,
)
from core.questions.question import Kind, Question

KINDS: Mapping[str, tuple[Kind, ...]] = {
    "explore": tuple(it for pair in zip(layer.KINDS, neighbours.KINDS, strict=False) for it in pair)
    + layer.KINDS[len(neighbours.KINDS) :],
    "path": (layer.shifted, layer.temperature, layer.hidden),
    "model": model.KINDS,
    "upload": upload.KINDS,
    "why": why.KINDS,
    "cross": cross.KINDS,
    "positions": positions.KINDS,
    "heads": heads.KINDS,
    "reach": reach.KINDS,
    "training": training.KINDS,
    "buffet": buffet.KINDS,
    "cost": cost.KINDS,
    "corrections": (layer.sums, layer.hidden, layer.shifted),
}
"""The kinds of questions of each page, in the order in which they are asked."""


_DRAWS = 4  # words or sizes that a kind is tried with before the next one has its turn


def ask(page: str, shown: object, start: int, seed: int) -> tuple[int, Question] | None:
    """A question about a page's state.

    Args:
        page: One of ``KINDS``.
        shown: The state, as the page's kinds need it.
        start: The kind that is asked if it can be, counted round and round; otherwise the next.
        seed: Decides which word, head or size it is about.

    Returns:
        The kind's place and the question; ``None`` if there is nothing to ask.
    """
    kinds = KINDS[page]
    for place in (at % len(kinds) for at in range(start, start + len(kinds))):
        for draw in range(_DRAWS):
            question = kinds[place](shown, np.random.default_rng((seed, place, draw)))
            if question is not None:
                return place, question
    return None
