"""Large results: kept, or made in turn; who waits hears it in a toast, which moves nothing."""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

import streamlit as st

from pages.shared.reader import state
from pages.shared.server.gate import Gate
from pages.shared.server.kept import Kept, Result
from pages.shared.server.turns import turns

gate = Gate()
"""The server's only one."""

_AFTER = 0.5  # seconds in which most turns come
_AGAIN = 3.0  # seconds after which it is said once more, before the last one has gone


def in_turn(kept: Kept[Result], key: Hashable, make: Callable[[], Result]) -> Result:
    """What is kept; else it is made when it is this reader's turn, by one of those who ask.

    Raises:
        InputError: ``busy`` if the turn did not come in time.
    """

    def alone() -> Result:
        with place((id(kept), key), in_line()):
            return kept.get(key, make)

    return kept.get(key, alone)


@contextmanager
def place(key: Hashable, told: Callable[[int], None]) -> Iterator[None]:
    """A place among those who compute for long; other readers' pages go on meanwhile.

    Args:
        key: Of what is computed.
        told: Called now and then with the number of those before; what it raises ends the wait.

    Raises:
        InputError: ``busy`` if there was no place in time.
    """
    with turns.lent(), gate.turn(key, told):
        yield


def in_line() -> Callable[[int], None]:
    """To be called with the number of those before, while it is waited.

    It looks into the session each time: there Streamlit ends the run of a reader who went on.
    """
    next_time = time.monotonic() + _AFTER

    def told(before: int) -> None:
        nonlocal next_time
        text = state.text()
        if time.monotonic() >= next_time:
            st.toast(text("busy.wait", before=before), icon=":material/hourglass_top:")
            next_time = time.monotonic() + _AGAIN

    return told
