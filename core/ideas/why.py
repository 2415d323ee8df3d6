"""Why attention? One sentence and three translators: what they make of it, and what it rests on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import regex

from core.errors import InputError
from core.tokens import tokenize, words
from core.translation.beginning import Beginning, beginning
from core.translation.files import KINDS, Kind, shared_pieces
from core.translation.pairs import Pair
from core.translation.pieces import LONGEST, Language, plain
from core.translation.translator import Alignment, held_out, occurrences, translator

Measure = Literal["bleu", "chrf"]

RARE = 10
"""Times that a word stands in the pairs learned from, below which it is called rare."""

FEW = 100
"""Pairs of a length below which its scores are called uncertain."""

_HAN, _LATIN, _LETTER = (regex.compile(it) for it in (r"\p{Han}", r"\p{Latin}", r"\p{L}"))
_STRIDE = 97  # prime to the number of held-out pairs, so that going on visits all of them


class Example(NamedTuple):
    """A held-out pair to begin with.

    Attributes:
        source: The language that is translated from.
        number: Of the English sentence on tatoeba.org.
        word: The place of a word of the translation by people that is worth a look, from 0.
        key: The place of the source word that says the same.
    """

    source: Language
    number: int
    word: int
    key: int

    @property
    def sentence(self) -> str:
        """Give the text that is translated."""
        [pair] = [it for it in held_out() if it.en.number == self.number]
        return getattr(pair, self.source).text


EXAMPLES: Mapping[str, Example] = {
    "bicycle": Example("zh", 570335, 5, 7),
    "baseball": Example("zh", 321963, 4, 7),
    "roof": Example("zh", 25570, 6, 2),
    "pizza": Example("en", 2978127, 1, 1),
    "impossible": Example("en", 4834913, 6, 4),
    "cows": Example("en", 19510, 0, 0),
}
"""Two of each language that show something, and one that is too hard for all three."""

INSERTED: tuple[Mapping[Language, str], ...] = (
    {"en": "He bought a book.", "zh": "他买了一本书。"},
    {"en": "He bought a book yesterday.", "zh": "他昨天买了一本书。"},
    {"en": "He bought a book for his sister yesterday.", "zh": "他昨天给他妹妹买了一本书。"},
    {
        "en": "He bought a book about cats for his sister yesterday.",
        "zh": "他昨天给他妹妹买了一本关于猫的书。",
    },
    {
        "en": "He bought a book about cats for his sister yesterday, but she didn't read it.",
        "zh": "他昨天给他妹妹买了一本关于猫的书，但是她没有读。",
    },
)
"""A sentence of our own that grows, in both languages."""


@dataclass(frozen=True)
class Translated:
    """A translator's reading of a sentence.

    Attributes:
        text: The translation, its own or one that it was made to write.
        made: Word by word; ``None`` if there is nothing that it could be made to write.
    """

    text: str
    made: Alignment | None

    @property
    def nbytes(self) -> int:
        """Bytes, at least."""
        return 4 * len(self.text) + (self.made.nbytes if self.made else 0)


def language_of(sentence: str) -> Language:
    """The language that a sentence's script tells.

    Raises:
        InputError: ``language_unknown`` if there are neither Han characters nor Latin letters.
    """
    if _HAN.search(sentence):
        return "zh"
    if _LATIN.search(sentence):
        return "en"
    raise InputError("language_unknown")


def target_of(source: Language) -> Language:
    """The language that is translated to."""
    return "en" if source == "zh" else "zh"


def check(sentence: str) -> None:
    """Refuse what cannot be translated.

    Raises:
        InputError: ``no_tokens``, ``language_unknown`` or ``sentence_too_long``.
    """
    tokenize(sentence)
    count = n_pieces(sentence, language_of(sentence))
    if count > LONGEST:
        raise InputError("sentence_too_long", count=count, limit=LONGEST)


def check_pair(one: str, other: str, most: int) -> None:
    """Refuse sentences that the translators do not know as a source and what to write.

    Args:
        one: A sentence that can be cut into words.
        other: Another one.
        most: Words that each may have.

    Raises:
        InputError: ``one_language``, ``pair_too_long``, ``sentence_too_long`` or ``words_unread``.
    """
    if not all(_HAN.search(it) or _LATIN.search(it) for it in (one, other)):
        raise InputError("one_language")
    pair: list[tuple[str, Language]] = [(it, language_of(it)) for it in (one, other)]
    if pair[0][1] == pair[1][1]:
        raise InputError("one_language")
    if max(len(words(plain(*it))) for it in pair) > most:
        raise InputError("pair_too_long", limit=most)
    for sentence, _ in pair:
        check(sentence)
    absent = [word for it in pair for word, count in rare(*it).items() if not count]
    if absent:
        raise InputError("words_unread", words=tuple(absent))


def n_pieces(sentence: str, language: Language) -> int:
    """Count the pieces of a sentence."""
    return len(shared_pieces()[language].encode(sentence))


def translated(kind: Kind, sentence: str, forced: str | None = None) -> Translated:
    """Let a translator read a sentence, and write it in the other language.

    Args:
        kind: Which one.
        sentence: The source, as :func:`check` lets it pass.
        forced: What it is made to write in place of its own translation.
    """
    source = language_of(sentence)
    chosen = translator(kind, source, target_of(source))
    text = chosen.translate(sentence) if forced is None else forced
    try:
        return Translated(text, chosen.align(sentence, text, words=True))
    except InputError:  # it wrote nothing, or more than it can be made to write
        return Translated(text, None)


def begun(sentence: str, written: tuple[int, ...]) -> Beginning:
    """Let the Transformer go on with a translation that is given.

    Args:
        sentence: The source, as :func:`check` lets it pass.
        written: Numbers of the pieces so far.
    """
    source = language_of(sentence)
    return beginning(translator("transformer", source, target_of(source)), sentence, written)


def held_out_pair(sentence: str, source: Language) -> Pair | None:
    """The held-out pair with this source, if there is one."""
    text = plain(sentence, source)
    return next((it for it in held_out() if getattr(it, source).text == text), None)


def reference(sentence: str, source: Language) -> str | None:
    """A translation by people, of held-out sentences and of our own."""
    pair, target = held_out_pair(sentence, source), target_of(source)
    if pair:
        return getattr(pair, target).text
    return next((it[target] for it in INSERTED if it[source] == plain(sentence, source)), None)


def another(sentence: str, source: Language) -> str:
    """Another held-out sentence; whoever goes on and on sees all of them."""
    pairs, pair = held_out(), held_out_pair(sentence, source)
    place = (pairs.index(pair) if pair else 0) + _STRIDE
    return getattr(pairs[place % len(pairs)], source).text


def rare(sentence: str, source: Language) -> dict[str, int]:
    """Count how often the rare words of a sentence stand in the pairs learned from, 0 included."""
    found = (word for word in words(plain(sentence, source)) if _LETTER.search(word))
    counts = {word: occurrences(word, source) for word in found}
    return {word: count for word, count in counts.items() if count < RARE}


def per_piece(made: Alignment, pieces: int) -> float:
    """The probability that a translation's pieces had, their geometric mean; its end counts too."""
    return math.exp(float(np.log(made.probability).sum()) / (pieces + 1))


def agreeing(made: Alignment) -> int:
    """For how many words of a translation the source word with the most weight has most influence.

    Raises:
        ValueError: If the translator has no attention.
    """
    if made.mean_weights is None:
        raise ValueError("without attention there are no weights")
    heaviest, strongest = (
        it[:-1].argmax(axis=1) for it in (made.mean_weights, made.influence.strength)
    )
    return int((heaviest == strongest).sum())


def clearest_pair(made: Alignment) -> tuple[int, int]:
    """Find the word written and the word read that attention joins most, above the mean of all.

    Returns:
        The places of both; marks such as a full stop count only where there is nothing else.

    Raises:
        ValueError: For a translator without attention.
    """
    if made.mean_weights is None:
        raise ValueError("a translator without attention")
    weights = made.mean_weights[:-1]  # without the end of the translation
    own = weights - weights.mean(axis=0)
    written, read = (
        np.array([any(it.isalnum() for it in word) for word in words])
        for words in (made.output[:-1], made.source)
    )
    pairs = written[:, None] & read
    if pairs.any():
        own = np.where(pairs, own, -np.inf)
    word, key = np.unravel_index(int(own.argmax()), own.shape)
    return int(word), int(key)


def concentration(made: Alignment) -> float:
    """Which part of all influence the strongest source word has, mean over what is written."""
    return float(made.influence.share[:-1].max(axis=1).mean())


class Facts(NamedTuple):
    """The three translators of one direction.

    Attributes:
        fewest, most: Parameters that one has.
        minutes: Of processor time in which one learned, at most.
        held_out: Pairs that none of them has seen.
    """

    fewest: int
    most: int
    minutes: float
    held_out: int


def facts(source: Language) -> Facts:
    """Read what the translators' files say of them."""
    chosen = [translator(kind, source, target_of(source)) for kind in KINDS]
    sizes = [sum(it.numel() for it in one.network.parameters()) for one in chosen]
    minutes = max(float(one.notes["processor_minutes"]) for one in chosen)
    return Facts(min(sizes), max(sizes), minutes, int(chosen[0].scores["all"]["pairs"]))


class Quality(NamedTuple):
    """The translators' scores on the held-out pairs of one direction, by length.

    Attributes:
        lengths: Of the source in pieces, such as ``5-7`` or ``15+``.
        pairs: How many pairs of each length there are.
        scores: ``(length,)`` of each kind.
        whole: Of all pairs together.
    """

    lengths: tuple[str, ...]
    pairs: tuple[int, ...]
    scores: Mapping[Kind, tuple[float, ...]]
    whole: Mapping[Kind, float]

    def place(self, pieces: int) -> int:
        """The place of a sentence with so many pieces among the lengths."""
        begins = [int(it.rstrip("+").partition("-")[0]) for it in self.lengths]
        return sum(pieces >= begin for begin in begins[1:])

    def gaps(self, more: Kind, less: Kind) -> tuple[float, ...]:
        """``(length,)``: by how much one kind is above another; less than 0 if it is below."""
        return tuple(np.subtract(self.scores[more], self.scores[less]).round(2).tolist())

    @property
    def grows(self) -> bool:
        """Whether attention is the further above one vector the longer the source is."""
        return all(after > before for before, after in pairwise(self.gaps("attention", "vector")))


def quality_of(source: Language, measure: Measure) -> Quality:
    """Give the scores of the translators from a language, as their files say."""
    target = target_of(source)
    return quality({kind: translator(kind, source, target).scores for kind in KINDS}, measure)


def quality(scores: Mapping[Kind, Mapping[str, Mapping[str, float]]], measure: Measure) -> Quality:
    """The same from what files say."""
    [some, *_] = scores.values()
    lengths = tuple(name for name in some if name[0].isdecimal())
    return Quality(
        lengths,
        tuple(int(some[name]["pairs"]) for name in lengths),
        {kind: tuple(own[name][measure] for name in lengths) for kind, own in scores.items()},
        {kind: own["all"][measure] for kind, own in scores.items()},
    )
