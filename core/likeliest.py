"""Which pieces come next: probabilities at a temperature, and the likeliest of them."""

from typing import NamedTuple

import numpy as np

from core.arrays import Array

MOST = 10
"""Pieces that are shown."""


class Likeliest(NamedTuple):
    """The likeliest pieces, before and after something changed.

    Attributes:
        ids: The pieces' numbers in the vocabulary, the likeliest first.
        before: ``(piece,)``, their probabilities.
        after: ``(piece,)``, the same after the change; equal where nothing changed.
        rest: What all others have together, before and after.
        others: How many others there are.
    """

    ids: tuple[int, ...]
    before: Array
    after: Array
    rest: tuple[float, float]
    others: int


def probabilities(scores: Array, temperature: float) -> Array:
    """Turn scores into probabilities: softmax of scores / temperature.

    Args:
        scores: ``(..., piece)``; ``-inf`` for pieces that never come.
        temperature: From 0, where the piece with the highest score has all.

    Returns:
        ``(..., piece)`` in float64; sums to 1.
    """
    scores = np.asarray(scores, dtype=np.float64)
    lower = scores - scores.max(axis=-1, keepdims=True)  # the highest is 0
    if temperature <= 0:
        first = lower.argmax(axis=-1)[..., None]
        return (np.arange(lower.shape[-1]) == first).astype(np.float64)
    with np.errstate(over="ignore"):  # -inf is meant
        raised = np.exp(lower / temperature)
    return raised / raised.sum(axis=-1, keepdims=True)


def likeliest(before: Array, after: Array, scores: Array, most: int = MOST) -> Likeliest:
    """The pieces that are likeliest now.

    Args:
        before, after: ``(piece,)`` each; sums to 1.
        scores: ``(piece,)``, after the change: their order holds where probabilities are all 0.
        most: How many pieces.
    """
    most = min(most, len(scores))
    at = np.argpartition(-scores, most - 1)[:most]
    at = at[np.lexsort((at, -scores[at]))]
    rest = tuple(max(0.0, 1 - float(it[at].sum())) for it in (before, after))
    ids = tuple(at.tolist())
    return Likeliest(ids, before[at], after[at], (rest[0], rest[1]), len(scores) - most)


def drawn(share: Array, generator: np.random.Generator) -> int:
    """Draw a piece by its probability.

    Args:
        share: ``(piece,)``; sums to 1.
        generator: Of chance.
    """
    return int(generator.choice(len(share), p=share / share.sum()))
