"""Features of words that nobody set, guessed from a trained model's vectors.

A linear map, fitted by `core.models.fit`, takes the vector of a word alone to its features. Common
words were looked up beforehand; the model is asked for others only.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.embeddings import Standing
from core.embeddings import standing as standing_with

FILE = Path(__file__).with_name("multilingual-e5-small") / "features.safetensors"

LAYERS = 6
"""Of the model's twelve: what comes out of them tells kinds of words apart as well as any."""

STEPS = 20
"""Features are kept in twentieths."""

THRESHOLD = 0.4
"""A word whose largest feature is below this stays unknown."""

NEGLIGIBLE = 0.15
"""Features below this are taken for 0."""


class Guesses(NamedTuple):
    """What the file holds.

    Attributes:
        words: UTF-8, a line each, an empty line before the first.
        features: ``(word, kind)`` uint8, in twentieths.
        matrix: ``(d_model, kind)``, the linear map.
        offset: ``(kind,)``.
    """

    words: bytes
    features: np.ndarray
    matrix: Array
    offset: Array


@lru_cache(maxsize=4096)
def guess(word: str) -> Array | None:
    """The features of a word, ``(kind,)`` from 0 to 1; ``None`` where no kind is clear.

    Args:
        word: In lower case.
    """
    table = _table()
    at = table.words.find(f"\n{word}\n".encode())
    if at >= 0:
        found = table.features[table.words.count(b"\n", 0, at)] / np.float32(STEPS)
    else:
        vector = vectors([word])[0]
        found = rounded(vector @ table.matrix + table.offset) if vector.any() else vector[:1]
    return found if found.max() >= THRESHOLD else None


def standing(token: str) -> Standing:
    """Where a word's numbers come from if words are guessed."""
    return standing_with(token, guess)


def rounded(features: Array) -> Array:
    """Features as they are kept: 0 to 1 in twentieths, small ones 0."""
    kept = np.where(features < NEGLIGIBLE, 0, features).clip(0, 1)
    return (np.round(kept * STEPS) / STEPS).astype(np.float32)


def vectors(words: Sequence[str]) -> Array:
    """What the model makes of words, each alone: the mean over its pieces in layer ``LAYERS``.

    Returns:
        ``(word, d_model)`` of length 1; 0 for a word that has pieces that the model does not know.
    """
    # The tokenizers and the model are needed for rare words only.
    from core.models import bilingual
    from core.models.packaged import packaged_model
    from core.models.wordwise import means

    return means(packaged_model(bilingual.NAME), words, LAYERS)


@cache
def _table() -> Guesses:
    from safetensors.numpy import load_file

    found = load_file(FILE)
    return Guesses(found["words"].tobytes(), found["features"], found["matrix"], found["offset"])
