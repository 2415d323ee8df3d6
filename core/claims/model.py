"""Mistakes of popular explanations about trained models, measured."""

from typing import NamedTuple

import numpy as np

from core.importance import transformed_contribution
from core.models.run import ModelRun


class Pronoun(NamedTuple):
    """Heads that look from one piece to another, and their number.

    Attributes:
        first: The weight of the chosen head in the first sentence.
        second: The same in the second.
        winner: The piece that the head gives most in the second, by its place.
        heads: How many heads look at the piece more than at any other, in the first sentence.
        of: How many heads there are.
        median: Over all heads, of that weight.
    """

    first: float
    second: float
    winner: int
    heads: int
    of: int
    median: float


class Loud(NamedTuple):
    """A large weight, and what comes of it.

    Attributes:
        key: The piece with the largest weight, by its place.
        weight: That weight.
        share: Its part of the lengths that all pieces put into the output.
        rank: Its place when pieces are sorted by that length, from 1.
        of: How many pieces there are.
    """

    key: int
    weight: float
    share: float
    rank: int
    of: int


def pronoun(runs: tuple[ModelRun, ModelRun], at: tuple[int, int], pair: tuple[int, int]) -> Pronoun:
    """A famous head, and all the others.

    Args:
        runs: A model on two sentences that are alike up to the pair.
        at: Layer and head.
        pair: The piece that asks and the one it is asked about.
    """
    query, key = pair
    rows = [
        np.stack([layer.weights[:, query] for layer in run.trace.layers]) for run in runs
    ]  # (layer, head, key) each
    return Pronoun(
        float(rows[0][at][key]),
        float(rows[1][at][key]),
        int(rows[1][at].argmax()),
        *lookers(runs[0], pair),
        float(np.median(rows[0][..., key])),
    )


def lookers(run: ModelRun, pair: tuple[int, int]) -> tuple[int, int]:
    """How many heads look from one piece to another more than anywhere else, of how many.

    Args:
        run: A model on a sentence.
        pair: The piece that asks and the one it is asked about.
    """
    query, key = pair
    most = np.stack([layer.weights[:, query] for layer in run.trace.layers]).argmax(axis=-1)
    return int((most == key).sum()), most.size


def loud(run: ModelRun, at: tuple[int, int], query: int) -> Loud:
    """The heaviest piece of a row, weighed by what it carries.

    Args:
        run: A model on a sentence.
        at: Layer and head.
        query: The piece that asks.
    """
    layer, head = at
    weights = run.trace.layers[layer].weights[head, query]
    carried = transformed_contribution(run.trace.layers[layer], run.mixers[layer], query, head)
    key = int(weights.argmax())
    rank = 1 + int((carried > carried[key]).sum())
    share = float(carried[key] / carried.sum())
    return Loud(key, float(weights[key]), share, rank, len(weights))
