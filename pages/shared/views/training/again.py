"""A race that was run before: in a link's other place, or on a server that has died since."""

import streamlit as st

from core.choices.training import TrainingChoice
from pages.shared.reader import run
from pages.shared.reader.book import book
from pages.shared.server.jobs import Progress
from pages.shared.server.worker import worker
from pages.shared.views.race import progress, run_again, unfit


def take_up(it: TrainingChoice) -> None:
    """Show a race that was run with these settings; to be called before anything is drawn.

    It is run again where nobody has the numbers: if a link asks for it, or if the session has had
    no race at all. A race of the reader's own is never disturbed while something comes of it.
    """
    found = progress()
    asked = book()["arrival"] or "training_run" not in st.session_state
    own = found is not None and (found.busy or found.race == it.race)
    if not it.training_ran or not asked or own or unfit(it.race):
        return
    ran = min(it.training_ran, it.race.snapshots)
    over = None if it.training_paused else worker().finished(it.race, ran)
    if over:
        st.session_state["training_run"] = over
    else:
        run_again(it.race, ran, paused=it.training_paused)


def note(it: TrainingChoice, found: Progress | None) -> None:
    """Let links say how far the race is; to be called when it has been drawn."""
    if found and found.race == it.race:
        run.note(it, training_ran=found.ran, training_paused=found.pausing)
