"""Time that layers take on this machine, as ratios to self-attention."""

import threading
import time
from collections.abc import Callable, Generator, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.errors import InputError
from core.ideas.cost import ROWS, Setting, can_be_run, formula, runner

ROUNDS = 15
"""Rounds in which every layer is timed, if time allows."""

SECONDS = 4.0
"""Seconds after which no further round is begun."""

LARGEST_TIMED = 20_000_000_000
"""Operations of all layers together up to which a round takes a moment only."""

_SHORTEST = 1e-3  # seconds; what takes less is run several times in a row
_TURN = threading.BoundedSemaphore()  # one at a time: two would slow each other down


class Spread(NamedTuple):
    """Ratios of several runs: the median, and the middle half of them."""

    median: float
    low: float
    high: float


class Round(NamedTuple):
    """Times known after a round.

    Attributes:
        done: How many of ``ROUNDS`` are over.
        seconds: Layer to its times so far.
    """

    done: int
    seconds: Mapping[str, list[float]]


class Timed(NamedTuple):
    """Times that a stopwatch gave.

    Attributes:
        setting: What the layers were given.
        seconds: Layer to its times, one a round.
    """

    setting: Setting
    seconds: Mapping[str, list[float]]


def timed(setting: Setting) -> Generator[Round, None, None]:
    """Run all layers in turn, several times; to be closed if it is not read to its end.

    Yields:
        After every round, what is known.

    Raises:
        InputError: ``too_large_to_time``, or ``timing_is_busy`` while another one runs.
    """
    large = sum(formula(row, setting) for row in ROWS) > LARGEST_TIMED
    if large or not all(can_be_run(row, setting) for row in ROWS):
        raise InputError("too_large_to_time")
    if not _TURN.acquire(blocking=False):
        raise InputError("timing_is_busy")
    try:
        begin = time.perf_counter()
        runners = {row: runner(row, setting) for row in ROWS}
        repeats = {}
        for row, run in runners.items():
            _once(run, 1)  # the first run of a kind is slow
            repeats[row] = max(1, int(_SHORTEST / _once(run, 1)))
        seconds: dict[str, list[float]] = {row: [] for row in ROWS}
        for done in range(1, ROUNDS + 1):
            for row, run in runners.items():
                seconds[row].append(_once(run, repeats[row]))
            yield Round(done, seconds)
            if time.perf_counter() - begin > SECONDS:
                break
    finally:
        _TURN.release()


def ratios(seconds: Mapping[str, list[float]]) -> dict[str, Spread]:
    """Each layer's time over self-attention's in the same round, which the machine's mood cancels.

    Args:
        seconds: Layer to its times, one a round.
    """
    result = {}
    for row, times in seconds.items():
        quotients = np.array(times) / np.array(seconds["self_attention"])
        low, median, high = np.percentile(quotients, [25, 50, 75])
        result[row] = Spread(float(median), float(low), float(high))
    return result


def _once(run: Callable[[], Tensor], repeats: int) -> float:
    """Seconds of one run, as the mean over several in a row."""
    with torch.no_grad():
        begin = time.perf_counter()
        for _ in range(repeats):
            run()
        return (time.perf_counter() - begin) / repeats
