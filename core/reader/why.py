"""Choices on the page that asks why there is attention."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from core.ideas.why import Measure, check
from core.reader.fields import flag, line, number, of_kind, sequence, whole, whole_within, word
from core.translation.pieces import LONGEST

Output = Literal["reference", "vector", "attention", "transformer"]

OUTPUTS: tuple[Output, ...] = get_args(Output)
"""Whose translations all can be made to write, in the order in which they are offered."""

LONGEST_SENTENCE = 400
"""Characters; the translators read far less, and the page says how much."""

CLEAREST = -1
"""In place of a word's place, where a sentence is new."""

_MOST_WORDS = 40  # of a source or a translation: each has a piece at least


_id = whole_within(0, 99_999)


def _ids(raw: object) -> tuple[int, ...]:
    return tuple(_id(it) for it in sequence(raw))[:LONGEST]


@dataclass(frozen=True)
class WhyChoice:
    """A sentence, a translation that all are made to write, and a word of each, from 0.

    ``CLEAREST`` as a word points at the pair that attention joins most.
    """

    why_sentence: str = line("我父亲给我买了一辆自行车。", LONGEST_SENTENCE, check=check)
    why_output: Output = word("reference", Output)  # whose translation
    why_word: int = whole(5, CLEAREST, _MOST_WORDS - 1, place=True)  # of the translation
    why_key: int = whole(7, CLEAREST, _MOST_WORDS - 1, place=True)  # of the source
    why_measure: Measure = word("bleu", Measure)  # of quality by length
    why_inserted_open: bool = flag(False)
    why_begun: tuple[int, ...] = of_kind((), _ids, private=True)  # pieces that were written
    why_temperature: float = number(1.0, 0.0, 2.0)  # of the next one

    def within(self, n_output: int, n_source: int) -> "WhyChoice":
        """Point at words that exist, rather not at the mark at the end of a translation."""
        last = self.why_word if self.why_word < n_output else max(0, n_output - 2)
        return replace(self, why_word=last, why_key=min(self.why_key, n_source - 1))
