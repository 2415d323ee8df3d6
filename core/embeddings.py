"""Tokens as vectors: hand-set features, seeded, one-hot. Equal words get equal vectors."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Literal, NamedTuple

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

KINDS = (*FEATURES, "thing", "idea", "time", "number")
"""The same where words that nobody set are guessed: there are kinds for whatever people say."""

Guess = Callable[[str], Array | None]
"""Gives a word its numbers, ``(kind,)`` from 0 to 1; ``None`` where it cannot tell."""

Standing = Literal["set", "guessed", "unknown"]
"""Where a word's numbers come from: people, learned vectors, or chance."""

UNKNOWN_LENGTH = 0.1
"""Length of an unknown word's numbers: short, so that chance is not taken for meaning."""

_TABLE = Path(__file__).with_name("features.toml")


def handset(tokens: Sequence[str], d_model: int, guess: Guess | None = None) -> Array:
    """The features that people gave to words, in a table that anyone can read.

    Args:
        tokens: Words; upper and lower case count the same, and so do traditional and simplified
            characters.
        d_model: Width. Fewer than the features: the last ones are left out. More: zeros follow.
        guess: For words that the table does not have; with it the features are ``KINDS``, and the
            table has the words of version 2. Without it, ``FEATURES`` and those of version 1.

    Returns:
        ``(token, d_model)`` float32, 0 to 1 for words of the table and for guessed ones; the others
        get seeded vectors (seed 0) of ``UNKNOWN_LENGTH`` times the usual length.
    """
    x = seeded(tokens, d_model, seed=0) * UNKNOWN_LENGTH
    for row, token in enumerate(tokens):
        found = features(token, guess)
        if found is not None:
            x[row] = 0
            x[row, : len(found)] = found[:d_model]
    return x


def features(token: str, guess: Guess | None = None) -> Array | None:
    """A word's numbers, set by people or else guessed; ``None`` if it is unknown.

    Returns:
        ``(feature,)`` as in :func:`handset`: ``KINDS`` with a guess, ``FEATURES`` without.
    """
    word = _entry(token)
    if guess is None:
        return _tables().first.get(word)
    found = _tables().second.get(word)
    return guess(word) if found is None else found


def standing(token: str, guess: Guess | None = None) -> Standing:
    """Where a word's numbers come from in :func:`handset`."""
    if _entry(token) in (_tables().second if guess else _tables().first):
        return "set"
    return "unknown" if features(token, guess) is None else "guessed"


def known(token: str) -> bool:
    """Whether version 1 of the feature table has the word."""
    return _entry(token) in _tables().first


def _entry(token: str) -> str:
    return simplified(token.lower())


def set_by_people() -> Mapping[str, Array]:
    """All words of the table, with their numbers over ``KINDS``."""
    return _tables().second


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


class _Tables(NamedTuple):
    """The words of version 1 with ``FEATURES``, and all words with ``KINDS``."""

    first: Mapping[str, Array]
    second: Mapping[str, Array]


@cache
def _tables() -> _Tables:
    groups = tomllib.loads(_TABLE.read_text(encoding="utf-8"))["group"]
    old = [group for group in groups if "since" not in group]
    return _Tables(_vectors(old, FEATURES), _vectors(groups, KINDS))


def _vectors(groups: Sequence[Mapping], names: Sequence[str]) -> dict[str, Array]:
    return {
        word: np.array([group["features"].get(name, 0) for name in names], np.float32)
        for group in groups
        for word in (group["en"] + " " + group["zh"]).split()
    }
