"""What can be read off a race's snapshots: last accuracies, losses, how far someone is reliable."""

from collections.abc import Sequence

import numpy as np

from core.arrays import Array
from core.training.contenders import Contender
from core.training.race import Snapshot

RELIABLE = 0.95
"""Accuracy from which on we say that a distance was learned."""


def latest(snapshots: Sequence[Snapshot], contender: Contender) -> Array:
    """``(seed, distance)``: a contender's last accuracies, one row for each of its ``foremost``."""
    last = {it.seed: it.accuracy for it in snapshots if it.contender == contender}
    return np.array([last[seed] for seed in foremost(snapshots, contender)])


def losses(snapshots: Sequence[Snapshot], contender: Contender) -> Array:
    """``(seed, step)``: losses of a contender's ``foremost``; NaN at steps yet to come."""
    steps = {step: place for place, step in enumerate(sorted({it.step for it in snapshots}))}
    rows = {seed: row for row, seed in enumerate(foremost(snapshots, contender))}
    found = np.full((len(rows), len(steps)), np.nan)
    for snapshot in snapshots:
        if snapshot.contender == contender and snapshot.seed in rows:
            found[rows[snapshot.seed], steps[snapshot.step]] = snapshot.loss
    return found


def foremost(snapshots: Sequence[Snapshot], contender: Contender) -> tuple[int, ...]:
    """The seeds whose runs have come furthest: only these may be compared, and averaged."""
    steps = {it.seed: it.step for it in snapshots if it.contender == contender}
    return tuple(seed for seed, step in steps.items() if step == max(steps.values()))


def averaged(snapshots: Sequence[Snapshot]) -> int:
    """How many runs everybody who has begun has in a mean, at least."""
    begun: set[Contender] = {it.contender for it in snapshots}
    return min(len(foremost(snapshots, name)) for name in begun)


def best(snapshots: Sequence[Snapshot], names: Sequence[Contender]) -> Contender | None:
    """Who of them has most right answers, every distance counting alike; the first of equals."""
    begun = {it.contender for it in snapshots}
    found: list[Contender] = [name for name in names if name in begun]
    return max(found, key=lambda name: float(latest(snapshots, name).mean()), default=None)


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
