"""A stopwatch: the layers on this machine, as ratios to self-attention."""

from collections.abc import Mapping
from contextlib import closing

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import InputError
from core.ideas.cost import ROWS, Setting, formula
from core.ideas.timing import ROUNDS, Timed, ratios, timed
from pages.shared import tables
from pages.shared.reader.session import session
from pages.shared.server.turns import turns
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.cost.layers import multiple, unbroken
from pages.shared.views.told import told


def stopwatch(text: Text, setting: Setting) -> None:
    """A button, progress, and what the last run gave for these sizes."""
    if st.button(text("cost.time"), icon=":material/timer:", key="cost_time"):
        _run(text, setting)
    last, times = session().times, measured_times(text, setting)
    if last and times:
        shown = pd.DataFrame.from_dict(times, orient="index")
        st.table(shown)
        names = [text(f"cost.{row}") for row in ROWS]
        tables.download(text, "cost_times", Matrix(shown.to_numpy(), names, [*shown.columns]))
        st.caption(text("cost.time.how", runs=len(last.seconds[ROWS[0]])))
    elif last:
        st.caption(text("cost.time.again"))


def measured_times(text: Text, setting: Setting) -> dict[str, dict[str, str]]:
    """What the last run gave, if it was for these sizes: a row for each layer."""
    last = session().times
    if not last or last.setting != setting:
        return {}
    spreads, work = ratios(last.seconds), formula("self_attention", setting)
    taken = {row: 1000 * float(np.median(last.seconds[row])) for row in ROWS}
    times = {}
    for row in ROWS:
        low, high = multiple(spreads[row].low), multiple(spreads[row].high)
        times[unbroken(text(f"cost.{row}"))] = {
            text("cost.time.taken"): f"{multiple(taken[row])} ms",
            text("cost.time.median"): f"{multiple(spreads[row].median)} ×",
            text("cost.time.spread"): f"{low} – {high}",
            text("cost.time.operations"): f"{multiple(formula(row, setting) / work)} ×",
        }
    return times


def _run(text: Text, setting: Setting) -> None:
    bar = st.progress(0.0, text("cost.time.running", done=0, rounds=ROUNDS))
    seconds: Mapping[str, list[float]] = {}
    try:
        with turns.lent(), closing(timed(setting)) as rounds:
            for done, known in rounds:
                seconds = known
                words = text("cost.time.running", done=done, rounds=ROUNDS)
                bar.progress(done / ROUNDS, words)
    except InputError as problem:
        st.error(told(text, problem))
    else:
        session().times = Timed(setting, seconds)
    bar.empty()
