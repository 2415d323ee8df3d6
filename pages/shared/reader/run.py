"""What was run with the reader's settings of a race: the choice says so, and links hold it.

Whoever opens such a link, or comes back to a server that has forgotten everything, is given the
same again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core.choices.training import RUN, TrainingChoice
from pages.shared.reader import state
from pages.shared.reader.book import book

_NOTHING: Mapping[str, Any] = {name: getattr(TrainingChoice(), name) for name in RUN}
_OF = "run_of"  # the race of which the choice says so


def known(it: TrainingChoice) -> TrainingChoice:
    """The choice, saying what was run with its settings: nothing, if they were changed since.

    To be called when the choice is made from what widgets hold.
    """
    of = repr(it.race)
    said = any(getattr(it, name) != nothing for name, nothing in _NOTHING.items())
    if said and (book()["arrival"] or _OF not in st.session_state):
        st.session_state[_OF] = of
    if not said or st.session_state[_OF] == of:
        return it
    state.show(**_NOTHING)
    return replace(it, **_NOTHING)


def note(it: TrainingChoice, **values: object) -> None:
    """Let the choice say what was run with its settings; what is not named stays as it was."""
    of = repr(it.race)
    if st.session_state.get(_OF) != of:
        state.show(**_NOTHING)
        st.session_state[_OF] = of
    state.show(**values)


def forget() -> None:
    """Let no race be the reader's: a file brings its own."""
    for name in (_OF, "training_run", "lesson_run"):
        st.session_state.pop(name, None)
