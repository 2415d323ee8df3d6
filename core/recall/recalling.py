"""Recall of a reader's own words: what each network names when asked for every place."""

from dataclasses import dataclass

import numpy as np
import torch

from core.arrays import Array, BoolArray, IntArray, freeze
from core.errors import InputError
from core.recall.codes import codes_of, nearest
from core.recall.files import load
from core.recall.learning import COUNTS
from core.recall.readers import READERS


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
        """The share of places whose word was recalled."""
        return float(self.correct.mean())


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


def curve(reader: str) -> Curve:
    """How much a reader recalls of how many random words.

    Raises:
        InputError: As `core.recall.files.load`.
    """
    trained = load(READERS[reader])
    return Curve(COUNTS, trained.shares, trained.places)
