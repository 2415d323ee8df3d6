"""What is done once for the whole server process."""

import ctypes
import gc
import logging
import math
import sys
import threading
import time
import traceback

import torch
from altair.utils import schemapi

from core import architectures
from core.reader.explore import Choice
from pages.shared.figures.heatmap import Frame, Heatmap, Marks

_MALLOC = {
    -8: 2,  # M_ARENA_MAX: pools
    -3: 2**18,  # M_MMAP_THRESHOLD: bytes from which on a block is the system's own
    -1: 2**18,  # M_TRIM_THRESHOLD: free bytes at the end of a pool before they are returned
}


REST = 10.0
"""Seconds between two searches for garbage."""


def decline_helpers() -> None:
    """Let torch compute in one thread; to be called first in every run.

    A run has a thread of its own, and torch starts helpers for each that has not declined them:
    this takes 7 ms, and at these sizes they make it slower.
    """
    torch.set_num_threads(1)


def warm_up() -> None:
    """Load what is loaded late, and set long-lived objects aside; to be called once.

    A search for garbage takes longer the more objects there are to look at.
    """
    decline_helpers()
    _give_memory_back()
    schemapi.disable_debug_mode()  # tests check specifications, not while readers wait
    logging.getLogger("streamlit.error_util").addFilter(WithoutMessages())
    choice = Choice()
    parameters = choice.layer_source.parameters(("it", "warms", "up"))
    seen = architectures.attention(parameters, choice.layer_source.rules)
    architectures.recurrent(parameters.x, choice.recurrent)
    architectures.convolutional(parameters.x, choice.convolution)
    words = [""] * len(parameters.x)
    frame = Frame("", "", "")
    chart = Heatmap(seen.influence.share, words, words, frame, "sequential", (0.0, 1.0))
    chart.table(Marks(0, 0))
    chart.specification()
    gc.freeze()


class WithoutMessages(logging.Filter):
    """Lets an error into the log by its kind and its place: its message may quote a reader."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        problem = record.exc_info[1] if record.exc_info else None
        if problem is not None:
            where = "".join(traceback.format_tb(problem.__traceback__))
            record.msg, record.args = f"{record.msg}: {type(problem).__name__}\n{where}", ()
            record.exc_info = record.exc_text = None
        return True


def tidy() -> None:
    """Let go of what closed tabs have left; to be called after every run, and seldom does anything.

    Streamlit's own search after every run looks at what all open tabs hold: with fifty of them it
    costs as much as drawing a page.
    """
    _GARBAGE.search()


class _Garbage:
    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._searched = -math.inf

    def search(self) -> None:
        if time.monotonic() - self._searched < REST or not self._alone.acquire(blocking=False):
            return
        try:
            gc.collect()
            self._searched = time.monotonic()
        finally:
            self._alone.release()


_GARBAGE = _Garbage()


def _give_memory_back() -> None:
    """Have glibc return large blocks to the system, from few pools, however many threads there are.

    Four texts of 256 pieces leave the process at 617 MB instead of 820.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        for setting, value in _MALLOC.items():
            mallopt(setting, value)
