"""Where links lead: a page, and what is chosen on it, in the reader's language."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from core.choices import explore as choice
from core.choices.edited import Address, Shelves
from core.choices.explore import Choice
from core.embeddings import FEATURES
from core.layer import Edit
from core.tokens import tokenize
from pages.shared.text import Language, Text
from pages.shared.views.links import open_state

Chosen = Mapping[str, object]

_NOTHING: Chosen = {}
_NOWHERE: Mapping[Language, "Pointing"] = {}


class Pointing(NamedTuple):
    """A sentence, the word that asks, and the word it is asked about."""

    sentence: str
    asks: str
    about: str

    @property
    def words(self) -> tuple[str, ...]:
        """What the sentence is cut into."""
        return tokenize(self.sentence).kept

    @property
    def chosen(self) -> Chosen:
        """As fields of the choice."""
        query, key = self.words.index(self.asks), self.words.index(self.about)
        return {"sentence": self.sentence, "query": query, "key": key}


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
        """What the shared layer is given there, the edited cell included."""
        found, _ = choice.read(self.chosen(language))
        if self.feature is None:
            return found
        name, value = self.feature
        return replace(found, edits=(Edit("x", (0, found.key, FEATURES.index(name)), value),))

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


EATING: Mapping[Language, Pointing] = {
    "en": Pointing("I love eating chicken", "eating", "chicken"),
    "zh": Pointing("我爱吃炸鸡", "吃", "炸鸡"),
}
"""A word that clearly looks at another one."""

CATCHING: Mapping[Language, Pointing] = {
    "en": Pointing("The cat chased the mouse", "cat", "mouse"),
    "zh": Pointing("猫抓老鼠", "猫", "老鼠"),
}
"""Two words of one kind, and what the one does to the other."""

TOLD: Mapping[Language, Pointing] = {
    "en": Pointing("The animal didn't cross the street because it was too tired", "tired", "The"),
    "zh": Pointing("猫在公园抓老鼠，天空很蓝", "蓝", "猫"),
}
"""From the last word back to the first one."""

MIDDLE: Mapping[Language, Pointing] = {
    "en": TOLD["en"]._replace(asks="street", about="The"),
    "zh": TOLD["zh"]._replace(asks="抓"),
}
"""A word with neighbours on both sides."""
