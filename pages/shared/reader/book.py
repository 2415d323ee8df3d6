"""What the pages note about a reader between runs, besides the widgets: plain values, one key."""

import time
from contextlib import suppress
from typing import NamedTuple, TypedDict

import streamlit as st

from core.choices.edited import Address, Shelves
from core.choices.exploration import Exploration
from core.errors import InputError
from core.ideas.timing import Timed
from pages.shared.text import Language


class Offer(TypedDict):
    """A table as it was drawn, so that what is typed into it can be understood in the next run."""

    key: str
    shelf: str
    addresses: list[list[Address]]
    values: list[list[float]]
    run: int


class Refusal(NamedTuple):
    """A cell whose new text could not be used.

    Attributes:
        table: Its table's name.
        row, column: From 0.
        reason: Why.
    """

    table: str
    row: int
    column: int
    reason: InputError


class Begun(NamedTuple):
    """What a session showed first.

    Attributes:
        at: Its page, and the address bar's parameters.
        language: As it was drawn.
        fields: Names of the fields that its first page has, to what it chose.
        edits: On the shelves of that page.
    """

    at: str
    language: str
    fields: dict[str, object]
    edits: dict[str, dict[Address, float]]


class Written(NamedTuple):
    """An address that we wrote.

    Attributes:
        until: When it was replaced, if it was.
        beside: Names of fields that its page showed and it does not hold, to their values; ``None``
            if it holds all of them, and all edits.
        edits: On the shelves of that page.
    """

    until: float
    beside: dict[str, object] | None
    edits: Shelves


class Book(TypedDict):
    """All of a session.

    Attributes:
        language: The last one chosen.
        page: The address of the page that is open; None at first.
        arrival: What a link or a file asked for, until the page has shown it.
        arrival_at: The address of the page that the link asked for; None if a file asked for all.
        said_again: The same in the one run after, if that one shows no more than the first.
        said: What the last run said of a link, if anything.
        seen: The page and the address bar's parameters when they were last looked at.
        written: The same as we put it into the address bar, the latest last.
        used: Names of the fields that the page shows.
        shelves: Shelves of the edits that the page shows.
        fields: The last usable choice, by the names of its fields.
        own: Names of fields to the reader's own choice, where a page shows another one for now.
        tokens: Of the last sentence.
        words: Page to the tokens of its last text, for pages with a text of their own.
        good_texts: Page to its last usable text.
        private: Whether the reader's sentences are kept out of links.
        refused_file: What was wrong with the last file.
        go_to: The name of the page that a file asks for.
        drawn: Keys of the widgets that the last whole run drew.
        runs: How often a page was drawn.
        turn: Counts what is chosen by pointing, from the time of the first run on: so it never
            shows a number again to a tab that has known another session.
        edits: Shelf (a source, or the mask) to address to number.
        history: Shelf to earlier states of its edits, the latest last.
        begun: How the session began, once its first page has been drawn.
        times: What the stopwatch gave last.
        offers: The tables that may have been typed into: all that were drawn since a page was last
            drawn to its end, and those of that page.
        versions: How often a table showed something else than before.
        contexts: What a table last showed.
        opened: When the session began, in milliseconds.
        taken: Table to the number of the last edit that was heard from it; numbers begin after
            ``opened``, so that those of earlier sessions are over.
        refused: What could not be used of what was typed, in this run.
    """

    language: Language | None
    page: str | None
    arrival: Exploration | None
    arrival_at: str | None
    said_again: Exploration | None
    said: Exploration | None
    seen: str
    written: dict[str, Written]
    used: list[str]
    shelves: list[str]
    fields: dict[str, object]
    own: dict[str, object]
    tokens: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    good_texts: dict[str, str]
    private: bool
    refused_file: InputError | None
    go_to: str
    drawn: frozenset[str]
    runs: int
    turn: int
    edits: dict[str, dict[Address, float]]
    history: dict[str, list[dict[Address, float]]]
    begun: Begun | None
    times: Timed | None
    offers: dict[str, Offer]
    versions: dict[str, int]
    contexts: dict[str, object]
    opened: int
    taken: dict[str, int]
    refused: list[Refusal]


_KEY = "book"


def book() -> Book:
    """The session of the reader whose run this is; a new one at the first visit."""
    with suppress(KeyError):
        return st.session_state[_KEY]
    st.session_state[_KEY] = Book(
        language=None,
        page=None,
        arrival=None,
        arrival_at=None,
        said_again=None,
        said=None,
        seen="",
        written={},
        used=[],
        shelves=[],
        fields={},
        own={},
        tokens=(),
        words={},
        good_texts={},
        private=False,
        refused_file=None,
        go_to="",
        drawn=frozenset(),
        runs=0,
        turn=int(time.time()),
        edits={},
        history={},
        begun=None,
        times=None,
        offers={},
        versions={},
        contexts={},
        opened=int(time.time() * 1000),
        taken={},
        refused=[],
    )
    return st.session_state[_KEY]
