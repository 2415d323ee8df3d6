"""The address bar: every view has an address, and an address brings its view back.

A small script in the page (`views/share.py`) writes the address without a new entry in the
browser's history, so that Back leads to the page before, as it was left.
"""

import time
from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from core.choices import edited
from core.choices.exploration import READERS, TEXTS, Exploration, from_parameters, parameters
from core.choices.training import AIMED
from pages.shared.reader import edits, revival, run
from pages.shared.reader.book import book
from pages.shared.text import LANGUAGES

_ECHO = 3.0
"""Seconds in which an address that we wrote may come back without having been asked for."""

_REMEMBERED = 20  # addresses that we wrote

_OURS = {"v", "lang", "edits", "private", *READERS}


def arrive(page: str) -> None:
    """Note what a link asks for, if one was followed; to be called first in a run.

    Args:
        page: The name of the page that is open.
    """
    notes = book()
    notes["used"], notes["shelves"] = [], []
    notes["runs"] += 1
    found = st.query_params.to_dict()
    bar = urlencode(found)
    opened = notes["page"] != page
    if found.keys() & _OURS and (opened or _asked_for(bar)):
        take(from_parameters(found))
    notes["seen"] = bar


def take(asked: Exploration) -> None:
    """Let the page that is drawn next show an exploration, whatever was chosen before."""
    notes = book()
    notes["arrival"] = asked
    notes["tokens"] = ()  # what points at words is given anew: it follows none
    notes["words"].clear()
    if asked.language in tuple(LANGUAGES):
        notes["language"] = st.session_state["language"] = asked.language
    if asked.private:
        notes["private"] = st.session_state["private"] = True
    if notes["page"] is not None:  # else the widgets outlived their server: they are newer
        for name in READERS:
            st.session_state.pop(name, None)


def take_all(asked: Exploration) -> None:
    """The same for every page, as a file asks for it: what it does not name has its default."""
    notes = book()
    notes["fields"], notes["own"] = dict(asked.fields), {}
    notes["good_texts"].clear()
    edits.replace_all(asked.shelves)
    run.forget()
    take(asked)


def depart() -> None:
    """The page has shown what was asked for; if it is drawn once more at once, it says so again."""
    notes = book()
    notes["said_again"] = notes["arrival"] if revival.pending() else None
    notes["arrival"] = None
    if notes["begun"] is None:
        notes["begun"] = {on: notes["edits"].get(on, {}) for on in notes["shelves"]}
        notes["begun"] |= notes["edits"]


def here() -> Mapping[str, str]:
    """The parameters of the view that was just drawn.

    A reader's sentences are not among them while they are kept out of links: a link says so, and
    the address bar with it, so that this holds when the page is loaded anew.
    """
    notes = book()
    kept = {name: notes["fields"][name] for name in notes["used"] if name in notes["fields"]}
    kept |= {name: notes["own"][name] for name in AIMED if name in kept and name in notes["own"]}
    shelves = {on: notes["edits"].get(on, {}) for on in notes["shelves"]}
    if notes["private"]:
        kept = {name: value for name, value in kept.items() if name not in TEXTS}
        shelves = edited.without_words(shelves)
    found = parameters(kept, shelves, notes["language"] or "")
    if notes["private"]:
        found["private"] = "1"
    _note_written(urlencode(found))
    return found


def _note_written(bar: str) -> None:
    written = book()["written"]
    if bar in written and bar == next(reversed(written)):
        return
    now = time.monotonic()
    if written:
        written[next(reversed(written))] = now  # it holds no longer
    written.pop(bar, None)
    written[bar] = now
    while len(written) > _REMEMBERED:
        del written[next(iter(written))]


def _asked_for(bar: str) -> bool:
    """Whether the address changed, and not because of what we wrote."""
    notes = book()
    written = notes["written"]
    if bar == notes["seen"] or (written and bar == next(reversed(written))):
        return False
    return bar not in written or time.monotonic() - written[bar] > _ECHO
