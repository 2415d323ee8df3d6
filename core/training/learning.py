"""What can be read off a race's snapshots: last accuracies, losses, how far someone is reliable."""

from collections.abc import Sequence

import numpy as np

from core.arrays import Array
from core.training.contenders import Contender
from core.training.race import Snapshot

RELIABLE = 0.95
"""Accuracy from which on we say that a distance was learned."""


def latest(snapshots: Sequence[Snapshot], contender: Contender) -> Array:
    """``(seed, distance)``: a contender's last accuracies, one row a run that has begun."""
    last = {it.seed: it.accuracy for it in snapshots if it.contender == contender}
    return np.array(list(last.values()))


def losses(snapshots: Sequence[Snapshot], contender: Contender) -> Array:
    """``(seed, step)``: a contender's losses; NaN where a run has not come yet."""
    steps = {step: place for place, step in enumerate(sorted({it.step for it in snapshots}))}
    own = [it for it in snapshots if it.contender == contender]
    seeds = {seed: row for row, seed in enumerate(sorted({it.seed for it in own}))}
    found = np.full((len(seeds), len(steps)), np.nan)
    for it in own:
        found[seeds[it.seed], steps[it.step]] = it.loss
    return found


def reliable(accuracy: Array, distances: Sequence[int]) -> int:
    """The farthest distance up to which a contender answers almost everything right.

    Args:
        accuracy: ``(distance,)``.
        distances: In tokens, ascending.

    Returns:
        In tokens; 0 if even the nearest answers are worse than ``RELIABLE``.
    """
    right = np.append(accuracy >= RELIABLE, False)
    return (0, *distances)[int(right.argmin())]
