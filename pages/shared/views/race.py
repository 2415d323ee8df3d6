"""A reader's race at the worker: the button that begins it, how it stands, pause and stop."""

import streamlit as st

from core.training.race import Race
from pages.shared.reader import run
from pages.shared.reader.run import Name
from pages.shared.server.jobs import Progress, State
from pages.shared.server.worker import worker
from pages.shared.text import Text
from pages.shared.views.told import told

PULSE = 0.5
"""Seconds between two looks at a race."""


def begin(text: Text, race: Race, said: str, name: Name = "training") -> None:
    """The button that begins a race, what is to be said beside it, and why it could not begin."""
    found = run.progress(name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            text(f"{name}.start"),
            on_click=run.begin,
            args=(race, name),
            disabled=bool(found and found.busy),
            icon=":material/play_arrow:",
            type="primary",
            key=f"{name}_start",
        )
        st.caption(said)
    if problem := run.problem(name):
        st.error(told(text, problem))


def status(text: Text, progress: Progress, name: Name = "training") -> None:
    """How far the race is, and what can be done about it."""
    left = progress.remaining
    words = text(
        f"training.state.{progress.state}",
        place=progress.place,
        part=f"{progress.part:.0%}",
        seconds=f"{progress.elapsed:.0f}",
    )
    if progress.state == "running" and left is not None:
        words += " · " + text("training.remaining", seconds=f"{left:.0f}")
    st.progress(progress.part, words)
    if progress.busy and run.was_run_again(name):
        st.caption(text("training.again"))
    if progress.state == "failed":
        st.error(text("training.failed"))
    if not progress.busy:
        return
    with st.container(horizontal=True):
        if progress.state == "paused":
            _button(text, name, "go_on", ":material/play_arrow:")
        else:
            off = progress.others or progress.state == "waiting"
            _button(text, name, "pause", ":material/pause:", disabled=off)
        _button(text, name, "stop", ":material/stop:")
    if progress.others and progress.state == "running":
        st.caption(text("training.others"))


def news(was: State, now: State) -> bool:
    """Whether a race has ended since, was set aside or goes on."""
    steady = ("waiting", "running")
    return was != now and not (was in steady and now in steady)


def _button(text: Text, name: Name, act: str, icon: str, *, disabled: bool = False) -> None:
    acts = {"go_on": worker().go_on, "pause": worker().pause, "stop": worker().stop}
    st.button(
        text(f"training.{act}"),
        on_click=acts[act],
        args=(run.called(name),),
        disabled=disabled,
        icon=icon,
        key=f"{name}_{act}_button",
    )
