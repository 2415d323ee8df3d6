"""What the pages note about a reader between runs, besides the widgets: plain values, one key."""

from typing import NamedTuple, TypedDict

import streamlit as st

from pages.shared.text import Language


class Address(NamedTuple):
    """Where an edit belongs, in terms that survive other changes.

    Attributes:
        table: A matrix of `Parameters`, or the hand-drawn mask.
        row_of: The row's word, or the head's number.
        row: Which of the equal words, or which row of the head's matrix.
        column_of: The column's word, in a mask.
        column: Which of the equal words, or which column.
    """

    table: str
    row_of: str
    row: int
    column_of: str
    column: int


class Offer(TypedDict):
    """A table as it was drawn, so that what is typed into it can be understood in the next run."""

    key: str
    shelf: str
    addresses: list[list[Address]]
    values: list[list[float]]


class Book(TypedDict):
    """All notes.

    Attributes:
        language: The last one chosen.
        page: The address of the page that is open.
        fields: The last usable choice, by the names of its fields.
        tokens: Of the last sentence.
        words: Page to the tokens of its last text, for pages with a text of their own.
        good_texts: Page to its last usable text.
        turn: How often something was chosen by pointing.
        edits: Shelf (a source, or the mask) to address to number.
        history: Shelf to earlier states of its edits, the latest last.
        offers: The tables of the last run.
        versions: How often a table was drawn anew.
        contexts: What a table last showed.
        refused: Addresses of cells whose content was not usable in this run.
    """

    language: Language | None
    page: str
    fields: dict[str, object]
    tokens: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    good_texts: dict[str, str]
    turn: int
    edits: dict[str, dict[Address, float]]
    history: dict[str, list[dict[Address, float]]]
    offers: dict[str, Offer]
    versions: dict[str, int]
    contexts: dict[str, object]
    refused: list[Address]


_KEY = "book"


def book() -> Book:
    """The reader's notes; new ones at the first visit."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Book(
            language=None,
            page="",
            fields={},
            tokens=(),
            words={},
            good_texts={},
            turn=0,
            edits={},
            history={},
            offers={},
            versions={},
            contexts={},
            refused=[],
        )
    return st.session_state[_KEY]
