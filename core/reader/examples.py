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
        apart: Words to be put in between, one after the other, each before a word that is there.
    """

    sentence: str
    asks: str
    about: str
    short: str
    apart: tuple[tuple[str, str], ...] = ()

    @property
    def chosen(self) -> Mapping[str, object]:
        """As fields of the choice."""
        return Pointing(self.sentence, self.asks, self.about).chosen


EXAMPLES: Mapping[str, Example] = {
    "eat": Example(
        "我爱吃炸鸡",
        "吃",
        "炸鸡",
        "我爱吃炸鸡",
        (("炸鸡", "妈妈做的"), ("做", "昨天"), ("昨天", "和姐姐"), ("做", "在家")),
    ),
    "beijing": Example(
        "我爱北京天安门",
        "北京",
        "天安门",
        "我爱北京天安门",
        (("天安门", "雄伟的"), ("雄伟", "古老又")),
    ),
    "cat": Example(
        "猫抓老鼠，天空很蓝",
        "猫",
        "老鼠",
        "猫抓老鼠，天空很蓝",
        (("抓", "在公园"), ("老鼠", "小"), ("抓", "悄悄地")),
    ),
    "tea": Example(
        "妹妹喜欢喝奶茶",
        "喝",
        "奶茶",
        "妹妹喜欢喝奶茶",
        (("奶茶", "很甜的"), ("很甜", "姐姐做的")),
    ),
    "chicken": Example(
        "I love eating chicken",
        "eating",
        "chicken",
        "I love eating chicken",
        (("chicken", "fried"), ("fried", "my mother's"), ("my", "some of")),
    ),
    "mouse": Example(
        "The cat chased the mouse",
        "chased",
        "mouse",
        "The cat chased the mouse",
        (("mouse", "little"), ("little", "very"), ("mouse", "grey")),
    ),
    "tired": Example(
        "The animal didn't cross the street because it was too tired.",
        "it",
        "animal",
        "The animal … too tired.",
        (("because", "yesterday"), ("street", "busy")),
    ),
    "wide": Example(
        "The animal didn't cross the street because it was too wide.",
        "it",
        "animal",
        "The animal … too wide.",
        (("because", "yesterday"), ("street", "busy")),
    ),
    "lawyer": Example(
        "The lawyer read a long contract",
        "read",
        "contract",
        "The lawyer read a long contract",
        (("long", "very"), ("contract", "and boring")),
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
        more: Words to make a sentence longer with, a space between them.
    """

    first: str
    file: str
    eating: Pointing
    catching: Pointing
    told: Pointing
    middle: Pointing
    more: str


_TOLD_EN = "The animal didn't cross the street because it was too tired"
_TOLD_ZH = "猫在公园抓老鼠，天空很蓝"
_MORE_EN = (
    "small grey quiet young hungry clever brave friendly old brown noisy gentle round warm busy "
    "shy famous lazy kind proud sleepy curious lucky white"
)
_MORE_ZH = (
    "小 灰 安静 年轻 饿 聪明 勇敢 友好 老 黄 吵 温柔 圆 暖 忙 害羞 有名 懒 善良 骄傲 困 好奇 新 白"
)

SENTENCES: Mapping[Language, Sentences] = {
    "en": Sentences(
        first="chicken",
        file="mouse",
        eating=Pointing("I love eating chicken", "eating", "chicken"),
        catching=Pointing("The cat chased the mouse", "cat", "mouse"),
        told=Pointing(_TOLD_EN, "tired", "The"),
        middle=Pointing(_TOLD_EN, "street", "The"),
        more=_MORE_EN,
    ),
    "zh": Sentences(
        first="eat",
        file="eat",
        eating=Pointing("我爱吃炸鸡", "吃", "炸鸡"),
        catching=Pointing("猫抓老鼠", "猫", "老鼠"),
        told=Pointing(_TOLD_ZH, "蓝", "猫"),
        middle=Pointing(_TOLD_ZH, "抓", "猫"),
        more=_MORE_ZH,
    ),
}
"""Language to all that is said in one language only, besides the labels."""


def ordered(language: Language, *, others: bool = True) -> dict[str, Example]:
    """All of them by their names, those first that are written in the reader's language.

    Args:
        language: The reader's.
        others: Whether those in other languages are given, too.
    """
    foreign = {name: it.sentence.isascii() == (language == "zh") for name, it in EXAMPLES.items()}
    names = sorted(EXAMPLES, key=foreign.__getitem__)
    return {name: EXAMPLES[name] for name in names if others or not foreign[name]}


def named(sentence: str) -> str | None:
    """The example with this sentence, if there is one."""
    return next((name for name, it in EXAMPLES.items() if it.sentence == sentence.strip()), None)
