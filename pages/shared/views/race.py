"""A reader's race at the worker: the button that begins it, how it stands, pause and stop."""

import streamlit as st

from core.errors import InputError
from core.training.race import Race, sizes
from pages.shared.server.jobs import Progress, State
from pages.shared.server.worker import worker
from pages.shared.text import Text
from pages.shared.views.told import told

PULSE = 0.5
"""Seconds between two looks at a race."""


def progress(name: str = "training") -> Progress | None:
    """The reader's race of this name as it stands, if there is one."""
    return worker().look(st.session_state.get(f"{name}_run", ""))


def own() -> set[str]:
    """The names of the reader's races."""
    keys = {"training_run", "lesson_run"} & st.session_state.keys()
    return {st.session_state[key] for key in keys}


def was_left(name: str = "training") -> bool:
    """Whether the reader was away for so long that a race which began by itself was left."""
    found = progress(name)
    return found is not None and found.state == "left" and was_run_again(name)


def forgotten(name: str = "training") -> bool:
    """Whether the server has forgotten the reader's race."""
    return f"{name}_run" in st.session_state and progress(name) is None


def was_run_again(name: str = "training") -> bool:
    """Whether the reader's race of this name began by itself."""
    return st.session_state.get(f"{name}_again", False)


def run_again(it: Race, ran: int, *, paused: bool, name: str = "training") -> bool:
    """Let the reader watch what was run elsewhere, as far as it came: it gives the same again.

    Args:
        it: The race.
        ran: Snapshots that it gave there, or was about to.
        paused: Whether it was set aside there, to go on.
        name: As in :func:`progress`.

    Returns:
        Whether there was room for it.
    """
    try:
        st.session_state[f"{name}_run"] = worker().start(it, ran, pausing=paused, own=own())
    except InputError as problem:
        st.session_state[f"{name}_problem"] = problem
        return False
    st.session_state[f"{name}_again"] = True
    return True


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
    if it.busy and was_run_again(name):
        st.caption(text("training.again"))
    if it.state == "failed":
        st.error(text("training.failed"))
    if not it.busy:
        return
    with st.container(horizontal=True):
        if it.state == "paused":
            _button(text, name, "go_on", ":material/play_arrow:")
        else:
            off = it.others or it.state == "waiting"
            _button(text, name, "pause", ":material/pause:", disabled=off)
        _button(text, name, "stop", ":material/stop:")
    if it.others and it.state == "running":
        st.caption(text("training.others"))


def unfit(it: Race) -> InputError | None:
    """Why these contenders cannot race, if so."""
    if not it.contenders:
        return InputError("training_nobody")
    try:
        sizes(it.contenders, it.design)
    except InputError as reason:
        return reason
    return None


def news(was: State, now: State) -> bool:
    """Whether a race has ended since, was set aside or goes on."""
    steady = ("waiting", "running")
    return was != now and not (was in steady and now in steady)


def _begin(it: Race, name: str) -> None:
    st.session_state[f"{name}_again"] = False
    try:
        st.session_state[f"{name}_run"] = worker().start(it, own=own())
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
