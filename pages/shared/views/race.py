"""A reader's race at the worker: the button that begins it, how it stands, pause and stop."""

import streamlit as st

from core.errors import InputError
from core.training.race import Race
from pages.shared.reader.book import book
from pages.shared.server.jobs import Progress
from pages.shared.server.worker import worker
from pages.shared.text import Text
from pages.shared.views.told import told

PULSE = 0.5
"""Seconds between two looks at a race."""


def progress(name: str = "training") -> Progress | None:
    """The reader's race of this name as it stands, if there is one."""
    return worker().look(st.session_state.get(f"{name}_run", ""))


def forgotten(name: str = "training") -> bool:
    """Whether the server has forgotten the reader's race."""
    return f"{name}_run" in st.session_state and progress(name) is None


def adopt(it: Race) -> None:
    """Show what a link asks for, if this server has just trained it: it would give the same again.

    A page that is loaded anew is such a link.
    """
    if book()["arrival"] and "training_run" not in st.session_state:
        found = worker().finished(it)
        if found:
            st.session_state["training_run"] = found


def begin(text: Text, it: Race, said: str, name: str = "training") -> None:
    """The button that begins a race, what is to be said beside it, and why it could not begin."""
    found = progress(name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            text(f"{name}.start"),
            on_click=_begin,
            args=(it, name),
            disabled=bool(found and found.busy),
            icon=":material/play_arrow:",
            type="primary",
            key=f"{name}_start",
        )
        st.caption(said)
    problem = st.session_state.pop(f"{name}_problem", None)
    if problem:
        st.error(told(text, problem))


def status(text: Text, it: Progress, name: str = "training") -> None:
    """How far the race is, and what can be done about it."""
    left = it.remaining
    words = text(
        f"training.state.{it.state}",
        place=it.place,
        part=f"{it.part:.0%}",
        seconds=f"{it.elapsed:.0f}",
    )
    if it.state == "running" and left is not None:
        words += " · " + text("training.remaining", seconds=f"{left:.0f}")
    st.progress(it.part, words)
    if it.state == "failed":
        st.error(text("training.failed"))
    if not it.busy:
        return
    with st.container(horizontal=True):
        if it.state == "paused":
            _button(text, name, "go_on", ":material/play_arrow:")
        else:
            _button(text, name, "pause", ":material/pause:", disabled=it.state == "waiting")
        _button(text, name, "stop", ":material/stop:")


def _begin(it: Race, name: str) -> None:
    try:
        st.session_state[f"{name}_run"] = worker().start(it)
    except InputError as problem:
        st.session_state[f"{name}_problem"] = problem


def _button(text: Text, name: str, act: str, icon: str, *, disabled: bool = False) -> None:
    acts = {"go_on": worker().go_on, "pause": worker().pause, "stop": worker().stop}
    st.button(
        text(f"training.{act}"),
        on_click=acts[act],
        args=(st.session_state[f"{name}_run"],),
        disabled=disabled,
        icon=icon,
        key=f"{name}_{act}_button",
    )
