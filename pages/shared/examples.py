"""Sentences to begin with, each with the word that asks and the word it is asked about."""

from collections.abc import Mapping
from typing import NamedTuple

from core.tokens import tokenize
from pages.shared.text import Language


class Example(NamedTuple):
    """A sentence worth looking at.

    Attributes:
        sentence: In full.
        asks: The word whose row is shown first.
        about: The word whose cell is opened first.
        short: What the button says.
    """

    sentence: str
    asks: str
    about: str
    short: str

    @property
    def words(self) -> tuple[str, ...]:
        """What the sentence is cut into."""
        return tokenize(self.sentence).kept

    @property
    def chosen(self) -> dict[str, object]:
        """As fields of the choice."""
        query, key = self.words.index(self.asks), self.words.index(self.about)
        return {"sentence": self.sentence, "query": query, "key": key}


EXAMPLES: Mapping[str, Example] = {
    "eat": Example("我爱吃炸鸡", "吃", "炸鸡", "我爱吃炸鸡"),
    "beijing": Example("我爱北京天安门", "北京", "天安门", "我爱北京天安门"),
    "cat": Example("猫抓老鼠，天空很蓝", "猫", "老鼠", "猫抓老鼠，天空很蓝"),
    "tired": Example(
        "The animal didn't cross the street because it was too tired.",
        "it",
        "animal",
        "The animal … too tired.",
    ),
    "wide": Example(
        "The animal didn't cross the street because it was too wide.",
        "it",
        "animal",
        "The animal … too wide.",
    ),
    "mouse": Example("The cat chased the mouse", "chased", "mouse", "The cat chased the mouse"),
}

FIRST: Mapping[Language, str] = {"en": "tired", "zh": "eat"}
"""The first sentence, in a language that the reader reads."""


def ordered(language: Language) -> dict[str, Example]:
    """All of them by their names, those first that are written in the reader's language."""
    chinese = language == "zh"
    return dict(sorted(EXAMPLES.items(), key=lambda it: it[1].sentence.isascii() == chinese))


def named(sentence: str) -> str | None:
    """The example with this sentence, if there is one."""
    return next((name for name, it in EXAMPLES.items() if it.sentence == sentence.strip()), None)
