"""A stopwatch: the layers on this machine, as ratios to self-attention."""

from collections.abc import Mapping
from contextlib import closing

import pandas as pd
import streamlit as st

from core.errors import InputError
from core.ideas.cost import ROWS, Setting, formula
from core.ideas.timing import ROUNDS, ratios, timed
from pages.shared.text import Text
from pages.shared.views.cost import multiple, unbroken

_RESULT = "cost_times"


def stopwatch(text: Text, it: Setting) -> None:
    """A button, progress, and what the last run gave for these sizes."""
    if st.button(text("cost.time"), icon=":material/timer:", key="cost_time"):
        _run(text, it)
    found = st.session_state.get(_RESULT)
    if found and found["setting"] == list(it):
        _show(text, it, found["seconds"])
    elif found:
        st.caption(text("cost.time.again"))


def _run(text: Text, it: Setting) -> None:
    bar = st.progress(0.0, text("cost.time.running", done=0, rounds=ROUNDS))
    seconds: dict[str, list[float]] = {}
    try:
        with closing(timed(it)) as rounds:
            for done, known in rounds:
                seconds = {row: list(times) for row, times in known.items()}
                words = text("cost.time.running", done=done, rounds=ROUNDS)
                bar.progress(done / ROUNDS, words)
    except InputError as problem:
        st.error(text(f"error.{problem.code}"))
    else:
        st.session_state[_RESULT] = {"setting": list(it), "seconds": seconds}
    bar.empty()


def _show(text: Text, it: Setting, seconds: Mapping[str, list[float]]) -> None:
    found = ratios(seconds)
    work = formula("self_attention", it)
    rows = {
        unbroken(text(f"cost.{row}")): {
            text("cost.time.median"): f"{multiple(found[row].median)} ×",
            text("cost.time.spread"): f"{multiple(found[row].low)} – {multiple(found[row].high)}",
            text("cost.time.operations"): f"{multiple(formula(row, it) / work)} ×",
        }
        for row in ROWS
    }
    st.table(pd.DataFrame.from_dict(rows, orient="index"))
    st.caption(text("cost.time.how", runs=len(seconds["self_attention"])))
