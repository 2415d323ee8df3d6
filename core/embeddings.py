"""Tokens as vectors: hand-set features, seeded, one-hot. Equal words get equal vectors."""

import tomllib
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from core.arrays import Array
from core.simplified import simplified

FEATURES = (
    "person",
    "animal",
    "food",
    "place",
    "sky",
    "action",
    "feeling",
    "quality",
    "stand_in",
    "function",
)
"""Meanings of the dimensions of a hand-set vector, in their order."""

UNKNOWN_LENGTH = 0.1
"""Length of an unknown word's numbers: short, so that chance is not taken for meaning."""

_TABLE = Path(__file__).with_name("features.toml")


def handset(tokens: Sequence[str], d_model: int) -> Array:
    """The features that people gave to words, in a table that anyone can read.

    Args:
        tokens: Words; upper and lower case count the same, and so do traditional and simplified
            characters.
        d_model: Width. Fewer than the features: the last ones are left out. More: zeros follow.

    Returns:
        ``(token, d_model)`` float32, 0 to 1 for words of the table; the others get seeded vectors
        (seed 0) of ``UNKNOWN_LENGTH`` times the usual length.
    """
    x = seeded(tokens, d_model, seed=0) * UNKNOWN_LENGTH
    width = min(d_model, len(FEATURES))
    for row, token in enumerate(tokens):
        if known(token):
            x[row] = 0
            x[row, :width] = _vectors()[_entry(token)][:width]
    return x


def known(token: str) -> bool:
    """Tell whether the feature table has the word."""
    return _entry(token) in _vectors()


def _entry(token: str) -> str:
    return simplified(token.lower())


def seeded(tokens: Sequence[str], d_model: int, seed: int) -> Array:
    """Random vectors without meaning: a word and a seed always give the same one.

    Returns:
        ``(token, d_model)`` float32, each entry normally distributed around 0 with variance 1.
    """
    return np.stack([_draw(token, d_model, seed) for token in tokens])


def _draw(token: str, d_model: int, seed: int) -> Array:
    # Python's own hash of a string differs from one process to the next.
    digest = blake2b(f"{seed}:{token.lower()}".encode(), digest_size=8).digest()
    generator = np.random.default_rng(int.from_bytes(digest, "big"))
    return generator.standard_normal(d_model).astype(np.float32)


@cache
def _vectors() -> dict[str, Array]:
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {
        word: np.array([group["features"].get(name, 0) for name in FEATURES], np.float32)
        for group in table["group"]
        for word in (group["en"] + " " + group["zh"]).split()
    }
