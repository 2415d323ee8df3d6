"""Which piece of a text is worth asking: the one whose weight most exceeds what all rows give."""

import re
from collections.abc import Sequence

import numpy as np

from core.arrays import Array

_ADDED = re.compile(r"\[.+\]|<.+>")  # as models write what they add, such as [CLS] and </s>


def telling(weights: Array, words: Sequence[int | None]) -> tuple[int, int]:
    """The pair whose weight is most the row's own: above the mean of its column.

    Args:
        weights: ``(query, key)`` of one head's self-attention.
        words: The number of each token's word, ``None`` for one that is none, such as ``[CLS]`` or
            a comma. A pair lies in two different words.

    Returns:
        The query and the key; the first word twice where there is only one.
    """
    counts = np.array([word is not None for word in words])
    if not counts.any():
        return 0, 0
    numbers = np.array([-1 if word is None else word for word in words])
    pairs = counts[:, None] & counts & (numbers[:, None] != numbers)
    if not pairs.any():
        first = int(counts.argmax())
        return first, first
    own = np.where(pairs, weights - weights.mean(axis=0), -np.inf)
    query, key = np.unravel_index(int(own.argmax()), own.shape)
    return int(query), int(key)


def tells_most(weights: Array, words: Sequence[int | None], query: int) -> int:
    """The key of another word that a query gives most above the mean of its column; else itself."""
    row = (weights - weights.mean(axis=0))[query]
    counts = [word is not None and word != words[query] for word in words]
    return int(np.where(counts, row, -np.inf).argmax()) if any(counts) else query


def words_among(tokens: Sequence[str]) -> tuple[int | None, ...]:
    """For tokens of which nothing more is known: their places, ``None`` for what is no word."""
    return tuple(
        None if _ADDED.fullmatch(token) or not any(c.isalnum() for c in token) else place
        for place, token in enumerate(tokens)
    )
