"""A race that was run before: in a link's other place, or on a server that has died since."""

import streamlit as st

from core.choices.training import TrainingChoice
from pages.shared.reader import run
from pages.shared.reader.book import book
from pages.shared.server.jobs import Progress
from pages.shared.server.worker import worker
from pages.shared.views.race import forgotten, own, progress, run_again, unfit, was_left


def take_up(it: TrainingChoice) -> None:
    """Show a race that was run with these settings; to be called before anything is drawn.

    It is run again where nobody has the numbers, unless the reader's own race of other settings
    is there and no link asks. A race is never disturbed while something comes of it. One that was
    set aside and forgotten waits for a click: else readers of many such races would drive out each
    other's in turns.
    """
    found = progress()
    left = was_left() and found and found.race == it.race and not found.pausing
    there = found is not None and (found.busy or found.race == it.race)
    asked = book()["arrival"] or found is None
    crowded = forgotten() and it.training_paused and not book()["arrival"]
    wanted = left or (asked and not there and not crowded)
    if not it.training_ran or not wanted or unfit(it.race):
        return
    ran = min(it.training_ran, it.race.snapshots)
    over = None if it.training_paused else worker().finished(it.race, ran, own())
    if over:
        st.session_state["training_run"] = over
    else:
        run_again(it.race, ran, paused=it.training_paused)


def note(it: TrainingChoice, found: Progress | None) -> None:
    """Let links say how far the race is; to be called when it has been drawn."""
    if found and found.race == it.race:
        run.note(it, training_ran=found.ran, training_paused=found.pausing)
