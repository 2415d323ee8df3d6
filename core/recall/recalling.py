"""Recall of a reader's own words: what each network names when asked for every place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch

from core.arrays import Array, BoolArray, IntArray, freeze
from core.errors import InputError
from core.recall.codes import codes_of, nearest
from core.recall.files import load
from core.recall.learning import COUNTS, MOST
from core.recall.readers import READERS

Outcome = Literal["right", "wrong", "unseen", "lucky"]
"""Of a word within reach: right or wrong; beyond, where a network can only guess: the same."""

Failing = Literal["nothing", "distance", "amount", "both", "training", "slips"]


class Recalled(NamedTuple):
    """What a network made of a place.

    Attributes:
        word: That stands there.
        named: That it named.
        outcome: What is to be said of it.
    """

    word: str
    named: str
    outcome: Outcome


@dataclass(frozen=True)
class Recall:
    """Which word a network names for each place of a sentence.

    Words with the same text have the same code, so naming either is right; one that stands
    further ahead or back, but reads the same, counts as the place that was asked for.

    Attributes:
        reader: Who was asked, one of ``READERS``.
        words: What was read.
        places: ``(place,)``, where the word that was named stands, from 0: the place itself if
            it is right, otherwise the first with that text.
        reach: ``(place,)``, whether the network has seen the word when it is asked; a CNN has
            seen those in its field, the others all of them.
        correct: ``(place,)``, whether the named word has the text that stands there. Out of reach
            this may still be so, by luck or because the word stands within reach as well.
    """

    reader: str
    words: tuple[str, ...]
    places: IntArray
    reach: BoolArray
    correct: BoolArray

    def __post_init__(self) -> None:
        """Keep it as it is."""
        freeze(self)

    @property
    def named(self) -> tuple[int, ...]:
        """The place that is named for each place; -1 where the network has not seen the word."""
        return tuple(int(it) for it in np.where(self.reach, self.places, -1))

    @property
    def share(self) -> float:
        """The share of places that were named right, by a guess or not: what training measures."""
        return float(self.correct.mean())

    @property
    def right(self) -> int:
        """Count the words that were recalled: named right, by no guess beyond what was seen."""
        return int((self.correct & self.reach).sum())

    @property
    def each(self) -> tuple[Recalled, ...]:
        """Place by place: the word, which one was named, and whether that is right."""
        outcomes: dict[tuple[bool, bool], Outcome] = {
            (True, True): "right",
            (True, False): "wrong",
            (False, True): "lucky",
            (False, False): "unseen",
        }
        places = zip(self.words, self.places, self.reach, self.correct, strict=True)
        return tuple(
            Recalled(word, self.words[named], outcomes[bool(seen), bool(right)])
            for word, named, seen, right in places
        )

    @property
    def failing(self) -> Failing:
        """By what the network fails here.

        ``distance``: some words were out of reach, and it recalls those within; ``both``: not all
        of those either. ``amount``: it has read all, and its state did not hold them. Attention,
        and a CNN that sees everything, keep every word: they fail beyond the ``training``, whose
        sentences had ``MOST`` words, or else by ``slips``.
        """
        if not self.reach.all():
            return "distance" if self.correct[self.reach].all() else "both"
        if self.correct.all():
            return "nothing"
        if READERS[self.reader].kind not in ("attention", "cnn"):
            return "amount"
        return "training" if len(self.words) > MOST else "slips"


@dataclass(frozen=True)
class Curve:
    """The share of words recalled, as the training command measured it on random codes.

    Attributes:
        counts: Numbers of words.
        shares: ``(seed, count)``; the first seed is the one whose network :func:`recall` asks.
        places: For each of ``counts``, ``(seed, place)``: the share by place.
    """

    counts: tuple[int, ...]
    shares: Array
    places: tuple[Array, ...]

    def __post_init__(self) -> None:
        """Keep it as it is."""
        freeze(self)


def recall(reader: str, words: tuple[str, ...], seed: int = 0) -> Recall:
    """Let a trained network read the words once, then ask for the word at each place.

    Args:
        reader: One of ``READERS``.
        words: The sentence, cut into words of whatever language.
        seed: Of the words' codes: another one, another draw.

    Raises:
        InputError: ``no_tokens`` without words; as `core.recall.files.load`.
    """
    if not words:
        raise InputError("no_tokens")
    codes = codes_of(words, seed)
    with torch.no_grad():
        named = nearest(load(READERS[reader]).network(codes[None])[0], codes).numpy()
    correct = np.array([words[named[place]] == word for place, word in enumerate(words)])
    own = np.arange(len(words))
    field = READERS[reader].size if READERS[reader].kind == "cnn" else len(words)
    return Recall(reader, words, np.where(correct, own, named), own >= len(words) - field, correct)


def pulled_apart(words: Sequence[str], more: Sequence[str], count: int) -> tuple[str, ...]:
    """Put new words into the middle of a sentence.

    Args:
        words: The sentence.
        more: Words to put in, from the first on; those of the sentence are left out.
        count: How many, if there are enough.
    """
    middle = len(words) // 2
    new = [word for word in more if word not in words][:count]
    return (*words[:middle], *new, *words[middle:])


def curve(reader: str) -> Curve:
    """How much a reader recalls of how many random words.

    Raises:
        InputError: As `core.recall.files.load`.
    """
    trained = load(READERS[reader])
    return Curve(COUNTS, trained.shares, trained.places)
