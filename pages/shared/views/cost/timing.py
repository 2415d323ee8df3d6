"""A stopwatch: the layers on this machine, as ratios to self-attention."""

from contextlib import closing

import pandas as pd
import streamlit as st

from core.errors import InputError
from core.ideas.cost import ROWS, Setting, formula
from core.ideas.timing import ROUNDS, ratios, timed
from pages.shared import tables
from pages.shared.server.turns import turns
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.cost.layers import multiple, unbroken

_RESULT = "cost_times"


def stopwatch(text: Text, it: Setting) -> None:
    """A button, progress, and what the last run gave for these sizes."""
    if st.button(text("cost.time"), icon=":material/timer:", key="cost_time"):
        _run(text, it)
    times = measured_times(text, it)
    if times:
        shown = pd.DataFrame.from_dict(times, orient="index")
        st.table(shown)
        names = [text(f"cost.{row}") for row in ROWS]
        tables.download(text, "cost_times", Matrix(shown.to_numpy(), names, [*shown.columns]))
        st.caption(text("cost.time.how", runs=len(st.session_state[_RESULT]["seconds"][ROWS[0]])))
    elif _RESULT in st.session_state:
        st.caption(text("cost.time.again"))


def measured_times(text: Text, it: Setting) -> dict[str, dict[str, str]]:
    """What the last run gave, if it was for these sizes: a row for each layer."""
    found = st.session_state.get(_RESULT)
    if not found or found["setting"] != list(it):
        return {}
    spreads, work = ratios(found["seconds"]), formula("self_attention", it)
    times = {}
    for row in ROWS:
        low, high = multiple(spreads[row].low), multiple(spreads[row].high)
        times[unbroken(text(f"cost.{row}"))] = {
            text("cost.time.median"): f"{multiple(spreads[row].median)} ×",
            text("cost.time.spread"): f"{low} – {high}",
            text("cost.time.operations"): f"{multiple(formula(row, it) / work)} ×",
        }
    return times


def _run(text: Text, it: Setting) -> None:
    bar = st.progress(0.0, text("cost.time.running", done=0, rounds=ROUNDS))
    seconds: dict[str, list[float]] = {}
    try:
        with turns.lent(), closing(timed(it)) as rounds:
            for done, known in rounds:
                seconds = {row: list(times) for row, times in known.items()}
                words = text("cost.time.running", done=done, rounds=ROUNDS)
                bar.progress(done / ROUNDS, words)
    except InputError as problem:
        st.error(text(f"error.{problem.code}"))
    else:
        st.session_state[_RESULT] = {"setting": list(it), "seconds": seconds}
    bar.empty()
