"""Times of things that do the same, taken in turn, so that the machine's mood cancels."""

import time
from collections.abc import Callable, Mapping

import numpy as np
import torch

from core.arrays import Array

SHORTEST = 2e-3  # seconds; what takes less is run several times in a row


def times(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Array]:
    """Seconds of each run in each round, after one that does not count.

    One torch thread, as on the server.
    """
    torch.set_num_threads(1)
    repeats = {}
    for name, run in runs.items():
        run()
        repeats[name] = max(1, int(SHORTEST / _once(run, 1)))
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            found[name].append(_once(run, repeats[name]))
    return {name: np.array(seconds) for name, seconds in found.items()}


def quartiles(ratios: Array) -> tuple[float, tuple[float, float]]:
    """The median, and the quartiles on both sides of it."""
    low, median, high = np.percentile(ratios, [25, 50, 75])
    return float(median), (float(low), float(high))


def shown(seconds: Array) -> str:
    """The median in a unit that suits it."""
    median = float(np.median(seconds))
    if median < 1e-3:
        return f"{median * 1e6:.0f} µs"
    return f"{median * 1e3:.1f} ms" if median < 1 else f"{median:.2f} s"


def _once(run: Callable[[], object], repeats: int) -> float:
    begin = time.perf_counter()
    for _ in range(repeats):
        run()
    return (time.perf_counter() - begin) / repeats
