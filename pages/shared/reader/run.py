"""The reader's races at the worker, and what was run with their settings: links hold it.

Whoever opens such a link, or comes back to a server that has forgotten everything, is given the
same again. A reader has up to two races: the one of the page about training, and Explore's.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import streamlit as st

from core.choices.training import RUN, TrainingChoice, unfit
from core.errors import InputError
from core.training.race import Race
from pages.shared.reader import widgets
from pages.shared.reader.book import book
from pages.shared.server.jobs import Progress
from pages.shared.server.worker import worker

Name = Literal["training", "lesson"]

_NOTHING: Mapping[str, Any] = {name: getattr(TrainingChoice(), name) for name in RUN}
_OF = "run_of"  # the race of which the choice says so
_NAMES: tuple[Name, ...] = ("training", "lesson")
_PARTS = ("run", "again", "taken", "problem")  # kept of each: what the worker calls it, and so on


def known(choice: TrainingChoice) -> TrainingChoice:
    """The choice, saying what was run with its settings: nothing, if they were changed since.

    To be called when the choice is made from what widgets hold.
    """
    of = repr(choice.race)
    said = any(getattr(choice, name) != nothing for name, nothing in _NOTHING.items())
    if said and (book()["arrival"] or _OF not in st.session_state):
        st.session_state[_OF] = of
    if not said or st.session_state[_OF] == of:
        return choice
    widgets.show(**_NOTHING)
    return replace(choice, **_NOTHING)


def note(choice: TrainingChoice, **values: object) -> None:
    """Let the choice say what was run with its settings; what is not named stays as it was."""
    of = repr(choice.race)
    if st.session_state.get(_OF) != of:
        widgets.show(**_NOTHING)
        st.session_state[_OF] = of
    widgets.show(**values)


def note_race(choice: TrainingChoice, found: Progress | None) -> None:
    """Let links say how far the race is; to be called when it has been drawn."""
    if found and found.race == choice.race:
        note(choice, training_ran=found.ran, training_paused=found.pausing)


def forget() -> None:
    """Let no race be the reader's: a file brings its own."""
    for key in (_OF, *(_key(name, part) for name in _NAMES for part in _PARTS)):
        st.session_state.pop(key, None)


def called(name: Name) -> str:
    """What the worker calls the reader's race; empty if there is none."""
    return st.session_state.get(_key(name, "run"), "")


def progress(name: Name = "training") -> Progress | None:
    """The reader's race of this name as it stands, if there is one."""
    return worker().look(called(name))


def forgotten() -> bool:
    """Whether the server has forgotten the reader's race."""
    return bool(called("training")) and progress() is None


def was_run_again(name: Name) -> bool:
    """Whether the reader's race of this name began by itself."""
    return st.session_state.get(_key(name, "again"), False)


def was_left(race: Race, name: Name) -> bool:
    """Whether it began by itself, and the reader was away for so long that the server left it.

    A race that was set aside is none of these: readers of many would drive out each other's.
    """
    found = progress(name)
    if found is None or found.race != race or not was_run_again(name):
        return False
    return found.state == "left" and not found.pausing


def was_taken_up(race: Race, ran: int, name: Name) -> bool:
    """Whether it began by itself already, since a link was followed."""
    return repr((race, ran)) in _taken(name)


def begin(race: Race, name: Name) -> None:
    """Begin a race as the reader wishes."""
    st.session_state[_key(name, "again")] = False
    _start(race, None, paused=False, name=name)


def run_again(race: Race, ran: int, *, paused: bool, name: Name) -> None:
    """Let the reader watch what was run elsewhere, as far as it came: it gives the same again.

    Args:
        race: The race.
        ran: Snapshots that it gave there, or was about to.
        paused: Whether it was set aside there, to go on.
        name: Which of the reader's races it becomes.
    """
    if _start(race, ran, paused=paused, name=name):
        st.session_state[_key(name, "again")] = True
        st.session_state[_key(name, "taken")] = [*_taken(name), repr((race, ran))]


def problem(name: Name) -> InputError | None:
    """Why the last race could not begin, if so; told once."""
    return st.session_state.pop(_key(name, "problem"), None)


def take_up(choice: TrainingChoice) -> None:
    """Show a race that was run with these settings; to be called before anything is drawn.

    It is run again where nobody has the numbers, unless the reader's own race of other settings
    is there and no link asks. A race is never disturbed while something comes of it. One that was
    set aside and forgotten waits for a click: else readers of many such races would drive out each
    other's in turns.
    """
    found, arrival = progress(), book()["arrival"]
    there = found is not None and (found.busy or found.race == choice.race)
    crowded = forgotten() and choice.training_paused and not arrival
    asked = (arrival or found is None) and not there and not crowded
    if (
        not choice.training_ran
        or unfit(choice.race)
        or not (asked or was_left(choice.race, "training"))
    ):
        return
    ran = min(choice.training_ran, choice.race.snapshots)
    over = None if choice.training_paused else worker().finished(choice.race, ran, _own())
    if over:
        st.session_state[_key("training", "run")] = over
    else:
        run_again(choice.race, ran, paused=choice.training_paused, name="training")


def _start(race: Race, ran: int | None, *, paused: bool, name: Name) -> bool:
    try:
        begun = worker().start(race, ran, pausing=paused, own=_own())
    except InputError as reason:
        st.session_state[_key(name, "problem")] = reason
        return False
    st.session_state[_key(name, "run")] = begun
    return True


def _own() -> set[str]:
    """What the worker calls all of the reader's races."""
    return {called(name) for name in _NAMES}


def _taken(name: Name) -> list[str]:
    """What began by itself, since a link was followed."""
    return [] if book()["arrival"] else st.session_state.get(_key(name, "taken"), [])


def _key(name: Name, part: str) -> str:
    return f"{name}_{part}"
