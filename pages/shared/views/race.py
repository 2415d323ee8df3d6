"""A reader's race at the worker: the button that begins it, how it stands, and stop."""

import streamlit as st

from core.training.race import Race
from pages.shared.reader import race
from pages.shared.reader.race import Name
from pages.shared.reader.session import session
from pages.shared.server.worker import BUSY, LONGEST_RACE, Progress, State
from pages.shared.text import Text
from pages.shared.views.told import told

PULSE = 0.5
"""Seconds between two looks at a race."""


def begin(text: Text, wanted: Race, said: str, name: Name = "training") -> None:
    """The button that begins a race, what is to be said beside it, and why it could not begin."""
    found = race.progress(name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            text(f"{name}.start"),
            on_click=race.begin,
            args=(wanted, name),
            disabled=bool(found and found.busy),
            icon=":material/play_arrow:",
            type="primary",
            key=f"{name}_start",
        )
        st.caption(said)
    if problem := session().refused.get(name):
        st.error(told(text, problem))


def stands(text: Text, progress: Progress) -> str:
    """How far the race is, in words."""
    return text(
        f"training.state.{progress.state}",
        place=progress.place,
        part=f"{progress.part:.0%}",
        seconds=f"{progress.elapsed:.0f}",
        limit=f"{LONGEST_RACE:.0f}",
    )


def status(text: Text, progress: Progress, name: Name = "training") -> None:
    """How far the race is, and what can be done about it."""
    left = progress.remaining
    words = stands(text, progress)
    if progress.state == "recorded":
        st.info(words, icon=":material/history:")
        return
    if progress.state == "running" and left is not None:
        words += " · " + text("training.remaining", seconds=f"{left:.0f}")
    st.progress(progress.part, words)
    if progress.state == "failed":
        st.error(text("training.failed"))
    if not progress.busy:
        return
    st.button(
        text("training.stop"),
        on_click=race.stop,
        args=(name,),
        disabled=progress.others,
        icon=":material/stop:",
        key=f"{name}_stop_button",
    )
    if progress.others:
        st.caption(text("training.others"))


def news(was: State, now: State) -> bool:
    """Tell whether a race has ended since."""
    return was != now and now not in BUSY
