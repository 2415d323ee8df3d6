"""From word pieces to words, and maps without special tokens."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.models.pieces import Pieces


class Words(NamedTuple):
    """Pieces put together to words.

    Attributes:
        tokens: The words as the sentence writes them; special tokens as they are.
        groups: Of each word, the places of its pieces.
        special: Which of them the model added.
    """

    tokens: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    special: tuple[bool, ...]


def words_of(pieces: Pieces) -> Words:
    """The words that the pieces belong to, as the model's own tokenizer cut them."""
    groups = []
    for word, places in groupby(range(len(pieces.tokens)), key=lambda i: pieces.words[i]):
        if word is None:
            groups += [(place,) for place in places]
        else:
            groups.append(tuple(places))
    return Words(
        tokens=tuple(_label(pieces, group) for group in groups),
        groups=tuple(groups),
        special=tuple(pieces.special[group[0]] for group in groups),
    )


def merged(weights: Array, groups: Sequence[Sequence[int]]) -> Array:
    """Maps of words from maps of pieces.

    A word is looked at as much as its pieces together; it looks as its pieces do on average.

    Args:
        weights: ``(..., piece, piece)`` of self-attention, rows sum to 1.
        groups: Of each word, the places of its pieces; every piece in one word.

    Returns:
        ``(..., word, word)``, rows sum to 1.

    Raises:
        ValueError: If the groups do not hold every piece once.

    Source: Clark et al., What Does BERT Look At?, 2019, section 4.1.
    """
    n = weights.shape[-1]
    if sorted(place for group in groups for place in group) != list(range(n)):
        raise ValueError(f"groups must hold each of {n} pieces once, got {groups}")
    belongs = np.zeros((len(groups), n), dtype=weights.dtype)  # (word, piece)
    for word, group in enumerate(groups):
        belongs[word, list(group)] = 1
    means = belongs / belongs.sum(axis=1, keepdims=True)
    return means @ weights @ belongs.T


def hidden(weights: Array, hide: Sequence[bool], renormalise: bool = False) -> Array:
    """Maps without some of the tokens, as rows and as columns.

    Args:
        weights: ``(..., token, token)`` of self-attention.
        hide: One a token.
        renormalise: Whether rows are scaled to sum to 1 again. Otherwise they sum to what the
            query gives to the tokens that are left.

    Returns:
        ``(..., left, left)``; a row with nothing left to look at stays 0.
    """
    left = np.flatnonzero(~np.asarray(hide, dtype=bool))
    shown = weights[..., left[:, None], left]
    if not renormalise:
        return shown
    total = shown.sum(axis=-1, keepdims=True)
    return np.divide(shown, total, out=np.zeros_like(shown), where=total > 0)


def _label(pieces: Pieces, group: tuple[int, ...]) -> str:
    start, end = pieces.spans[group[0]][0], pieces.spans[group[-1]][1]
    written = pieces.sentence[start:end].strip()
    return pieces.tokens[group[0]] if pieces.special[group[0]] or not written else written
