"""Who waits for others who compute hears it in a toast, which moves nothing."""

import time

import streamlit as st

from pages.shared.reader.session import text as reader_text
from pages.shared.server.gate import Waiting

_AFTER = 0.5  # seconds in which most turns come
_AGAIN = 3.0  # seconds after which it is said once more, before the last one has gone


def in_line() -> Waiting:
    """To be called with the number of those before, while it is waited.

    It looks into the session each time: there Streamlit ends the run of a reader who went on.
    """
    next_time = time.monotonic() + _AFTER

    def told(before: int) -> None:
        nonlocal next_time
        text = reader_text()
        if time.monotonic() >= next_time:
            st.toast(text("busy.wait", before=before), icon=":material/hourglass_top:")
            next_time = time.monotonic() + _AGAIN

    return told
