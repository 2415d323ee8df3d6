"""Sentences to begin with, each with the word that asks and the word it is asked about."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from core.tokens import tokenize

Language = Literal["en", "zh"]


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
    def chosen(self) -> Mapping[str, object]:
        """As fields of the choice."""
        return Pointing(self.sentence, self.asks, self.about).chosen


EXAMPLES: Mapping[str, Example] = {
    "eat": Example("我爱吃炸鸡", "吃", "炸鸡", "我爱吃炸鸡"),
    "beijing": Example("我爱北京天安门", "北京", "天安门", "我爱北京天安门"),
    "cat": Example("猫抓老鼠，天空很蓝", "猫", "老鼠", "猫抓老鼠，天空很蓝"),
    "tea": Example("妹妹喜欢喝奶茶", "喝", "奶茶", "妹妹喜欢喝奶茶"),
    "chicken": Example("I love eating chicken", "eating", "chicken", "I love eating chicken"),
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
    "lawyer": Example(
        "The lawyer read a long contract", "read", "contract", "The lawyer read a long contract"
    ),
}


class Pointing(NamedTuple):
    """A sentence, the word that asks, and the word it is asked about."""

    sentence: str
    asks: str
    about: str

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens of the sentence."""
        return tokenize(self.sentence).kept

    @property
    def chosen(self) -> Mapping[str, object]:
        """As fields of the choice."""
        query, key = self.words.index(self.asks), self.words.index(self.about)
        return {"sentence": self.sentence, "query": query, "key": key}


class Sentences(NamedTuple):
    """What the site says in a language by way of example.

    Attributes:
        first: The first sentence, by its name among ``EXAMPLES``.
        file: The one in the example of a file, likewise.
        eating: A word that clearly looks at another one.
        catching: Two words of one kind, and what the one does to the other.
        told: From the last word back to the first one.
        middle: A word with neighbours on both sides.
    """

    first: str
    file: str
    eating: Pointing
    catching: Pointing
    told: Pointing
    middle: Pointing


_TOLD_EN = "The animal didn't cross the street because it was too tired"
_TOLD_ZH = "猫在公园抓老鼠，天空很蓝"

SENTENCES: Mapping[Language, Sentences] = {
    "en": Sentences(
        first="chicken",
        file="mouse",
        eating=Pointing("I love eating chicken", "eating", "chicken"),
        catching=Pointing("The cat chased the mouse", "cat", "mouse"),
        told=Pointing(_TOLD_EN, "tired", "The"),
        middle=Pointing(_TOLD_EN, "street", "The"),
    ),
    "zh": Sentences(
        first="eat",
        file="eat",
        eating=Pointing("我爱吃炸鸡", "吃", "炸鸡"),
        catching=Pointing("猫抓老鼠", "猫", "老鼠"),
        told=Pointing(_TOLD_ZH, "蓝", "猫"),
        middle=Pointing(_TOLD_ZH, "抓", "猫"),
    ),
}
"""Language to all that is said in one language only, besides the labels."""


def ordered(language: Language) -> dict[str, Example]:
    """All of them by their names, those first that are written in the reader's language."""
    chinese = language == "zh"
    return dict(sorted(EXAMPLES.items(), key=lambda it: it[1].sentence.isascii() == chinese))


def named(sentence: str) -> str | None:
    """The example with this sentence, if there is one."""
    return next((name for name, it in EXAMPLES.items() if it.sentence == sentence.strip()), None)
