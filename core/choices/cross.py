"""What a reader chooses on the page that compares attention with self-attention."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from core.choices import reading
from core.choices.reading import Reader
from core.errors import InputError
from core.ideas.crossing import SAME_KIND, SIZES, CrossSource, Numbers, Scoring, Words
from core.tokens import tokenize

Sources = Literal["b_asks_a", "a_asks_b", "self_a", "self_b"]

MOST_WORDS = 16
"""Of a sentence: many maps stand side by side."""

LONGEST_TEXT = 2_000

LIMITS: Mapping[str, tuple[float, float]] = {
    "cross_seed": (0, 999_999),
    "cross_head": (0, SIZES.n_heads - 1),
    "cross_word_a": (0, MOST_WORDS - 1),
    "cross_word_b": (0, MOST_WORDS - 1),
    "cross_word_other": (0, MOST_WORDS - 1),
}
"""The smallest and the largest value of each number."""


@dataclass(frozen=True)
class CrossChoice:
    """Two sentences, A and B, and who asks whom.

    Attributes:
        cross_a: Sentence A, as typed.
        cross_b: Sentence B, as typed.
        cross_sources: Where Q comes from, and where K and V come from.
        cross_scoring: How a query and a key are compared.
        cross_causal: Whether later words are hidden, in self-attention.
        cross_several: Whether all heads are shown.
        cross_numbers: Where the layer's numbers come from.
        cross_seed: Of the seeded numbers.
        cross_head: From 0.
        cross_word_a: The word of A that is pointed at, from 0.
        cross_word_b: The word of B that is pointed at, from 0.
        cross_word_other: In self-attention, the word that is looked at, from 0.
    """

    cross_a: str = "我爱北京天安门"
    cross_b: str = "I love Beijing Tiananmen"
    cross_sources: Sources = "b_asks_a"
    cross_scoring: Scoring = "scaled"
    cross_causal: bool = False
    cross_several: bool = False
    cross_numbers: Numbers = "handset"
    cross_seed: int = 0
    cross_head: int = SAME_KIND
    cross_word_a: int = 1
    cross_word_b: int = 1
    cross_word_other: int = 0

    @property
    def asks(self) -> str:
        """The sentence that Q comes from: ``a`` or ``b``."""
        return "a" if self.cross_sources in ("self_a", "a_asks_b") else "b"

    @property
    def answers(self) -> str:
        """The sentence that K and V come from: ``a`` or ``b``."""
        return "a" if self.cross_sources in ("self_a", "b_asks_a") else "b"

    @property
    def is_self(self) -> bool:
        """Whether both are the same."""
        return self.asks == self.answers

    def within(self, n_a: int, n_b: int) -> "CrossChoice":
        """The same choice, pointing at words that exist in sentences of these lengths."""
        n_asks = n_a if self.asks == "a" else n_b
        return replace(
            self,
            cross_word_a=min(self.cross_word_a, n_a - 1),
            cross_word_b=min(self.cross_word_b, n_b - 1),
            cross_word_other=min(self.cross_word_other, n_asks - 1),
        )

    @property
    def source(self) -> CrossSource:
        """The source that the choice stands for. There is no mask between two sentences."""
        causal = self.cross_causal and self.is_self
        return CrossSource(self.cross_scoring, self.cross_numbers, self.cross_seed, causal)


def read_sentence(typed: str, otherwise: str) -> tuple[Words, InputError | None]:
    """The first ``MOST_WORDS`` words, and what is wrong with the sentence, if anything.

    Args:
        typed: As typed.
        otherwise: A sentence that takes its place if there is no word in it.
    """
    try:
        found = tokenize(typed, limit=MOST_WORDS)
    except InputError as problem:
        return tokenize(otherwise, limit=MOST_WORDS).kept, problem
    if found.total > MOST_WORDS:
        return found.kept, InputError("too_many_words", count=found.total, limit=MOST_WORDS)
    return found.kept, None


READERS: Mapping[str, Reader] = {
    "cross_a": reading.text(LONGEST_TEXT),
    "cross_b": reading.text(LONGEST_TEXT),
    "cross_sources": reading.one_of(get_args(Sources)),
    "cross_scoring": reading.one_of(get_args(Scoring)),
    "cross_causal": reading.flag,
    "cross_several": reading.flag,
    "cross_numbers": reading.one_of(get_args(Numbers)),
    **{name: reading.whole(*limits) for name, limits in LIMITS.items()},
}
"""What makes a value of a field usable."""
