"""Where links lead: a page, and what is chosen on it, in the reader's language."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from core.embeddings import FEATURES
from core.layer import Edit
from core.reader.cells import Address, Shelves
from core.reader.examples import SENTENCES, Pointing
from core.reader.explore import Choice
from core.reader.reader import Reader, Record
from pages.shared.text import Language, Text
from pages.shared.views.links import open_state

Chosen = Mapping[str, object]

_NOTHING: Chosen = {}
_NOWHERE: Mapping[Language, Pointing] = {}


class Destination(NamedTuple):
    """A page in a certain state; what is not named is as in the beginning.

    Attributes:
        page: Its name.
        fields: Names of the page's choices to plain values.
        pointing: The sentence, by language, if the page has the shared one.
        feature: A feature of the word it is asked about that is changed, and to what, if any.
    """

    page: str
    fields: Chosen = _NOTHING
    pointing: Mapping[Language, Pointing] = _NOWHERE
    feature: tuple[str, float] | None = None

    def chosen(self, language: Language) -> Chosen:
        """Every field that is named."""
        pointing = self.pointing[language].chosen if self.pointing else {}
        return {**pointing, **self.fields}

    def choice(self, language: Language) -> Choice:
        """The layer that is opened there, with the edited cell."""
        choice = self.record(Choice, language)
        if self.feature is None:
            return choice
        name, value = self.feature
        return replace(choice, edits=(Edit("x", (0, choice.key, FEATURES.index(name)), value),))

    def record(self, kind: type[Record], language: Language) -> Record:
        """The reader's choice there, of one kind."""
        return Reader(fields=self.chosen(language)).record(kind)

    def shelves(self, language: Language) -> Shelves:
        """The edited cells."""
        if self.feature is None:
            return {}
        name, value = self.feature
        cell = Address("x", self.pointing[language].about, 0, "", FEATURES.index(name))
        return {"handset": {cell: value}}


def lead_to(text: Text, label: str, there: Destination, *, first: bool = True) -> None:
    """A link that opens it.

    Args:
        text: The reader's language.
        label: The key of what the link says.
        there: What is opened.
        first: Whether it is the one to follow first: it is framed like a button.
    """
    fields, shelves = there.chosen(text.language), there.shelves(text.language)
    icon = f":material/{'arrow_forward' if first else 'subdirectory_arrow_right'}:"
    with st.container(border=first, width="content"):
        open_state(text, label, there.page, shelves=shelves, icon=icon, **fields)


WHOLE: Chosen = {"chapter": "everything"}
"""Explore with every control and map in sight."""

EATING: Mapping[Language, Pointing] = {language: it.eating for language, it in SENTENCES.items()}
CATCHING: Mapping[Language, Pointing] = {
    language: it.catching for language, it in SENTENCES.items()
}
TOLD: Mapping[Language, Pointing] = {language: it.told for language, it in SENTENCES.items()}
MIDDLE: Mapping[Language, Pointing] = {language: it.middle for language, it in SENTENCES.items()}
