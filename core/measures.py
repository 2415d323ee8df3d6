"""Figures that can be read off the weights, with their meaning."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array, BoolArray


def entropy(weights: Array) -> Array:
    """Spread of each query's attention.

    Args:
        weights: ``(..., query, key)``, rows sum to 1.

    Returns:
        ``(..., query)`` in bits: 0 = all on one key, log2(n) = evenly over n keys. 0 for a row of
        zeros.
    """
    logs = np.log2(weights, out=np.zeros_like(weights), where=weights > 0)
    return np.abs((weights * logs).sum(axis=-1))


def choosiest(weights: Array, may_look: BoolArray) -> int:
    """The query that is farthest from looking evenly at all that it may look at.

    Args:
        weights: ``(query, key)``, rows sum to 1.
        may_look: ``(query, key)``, ``True`` where looking is allowed.
    """
    evenly = np.log2(np.maximum(1, may_look.sum(axis=-1)))
    return int((evenly - entropy(weights)).argmax())


def expected_distance(weights: Array) -> Array:
    """Distance from its own place at which each query looks, on average.

    Args:
        weights: ``(..., query, key)`` of self-attention, rows sum to 1.

    Returns:
        ``(..., query)`` in tokens.
    """
    n_query, n_key = weights.shape[-2:]
    distance = np.abs(np.arange(n_query)[:, None] - np.arange(n_key))
    return (weights * distance).sum(axis=-1)


def contribution(weights: Array, v: Array) -> Array:
    """Length of the piece that each key puts into each output: weight × ‖value‖.

    A large weight on a short value moves little.

    Args:
        weights: ``(..., query, key)``.
        v: ``(..., key, d_v)``.

    Returns:
        ``(..., query, key)`` in the unit of the values, not normalised.

    Source: Kobayashi et al., Attention Is Not Only a Weight, 2020, section 3.
    """
    return weights * np.linalg.norm(v, axis=-1)[..., None, :]


def mean_over_heads(weights: Array) -> Array:
    """The average map of a layer's heads; it need not look like any of them.

    Args:
        weights: ``(..., head, query, key)``, rows sum to 1.

    Returns:
        ``(..., query, key)``, rows sum to 1.
    """
    return weights.mean(axis=-3)


class Sink(NamedTuple):
    """A column of a map that most rows look at.

    Attributes:
        key: Its place.
        rows: How many other tokens give it at least half of their attention.
        of: How many other tokens have a choice.
    """

    key: int
    rows: int
    of: int


def sink(weights: Array, may_look: BoolArray) -> Sink | None:
    """The token that takes at least half of the attention of most others, if there is one.

    Heads that look at the previous token, the next one or the token itself have none. A token that
    may look at one key only has no choice and is not counted.

    Args:
        weights: ``(token, token)`` of one head's self-attention, rows sum to 1.
        may_look: ``(token, token)``, ``True`` where looking is allowed.
    """
    others = (may_look.sum(axis=-1) > 1)[:, None] & ~np.eye(len(weights), dtype=bool)
    rows, of = (others & (weights >= 0.5)).sum(axis=0), others.sum(axis=0)  # (key,)
    key = int(rows.argmax())
    if of[key] < 3 or rows[key] <= of[key] / 2:
        return None
    return Sink(key, int(rows[key]), int(of[key]))


def rollout(weights: Array) -> Array:
    """Part of each input word in each word after every layer, if attention is all.

    Heads are averaged, half of every word stays as it is (the residual connection), and the layers
    are multiplied. Values, norms and feed-forward parts are left out.

    Args:
        weights: ``(layer, head, query, key)`` of self-attention, rows sum to 1.

    Returns:
        ``(layer, query, key)``: after each layer; rows sum to 1. A query that may look at nothing
        keeps what it has.

    Source: Abnar and Zuidema, Quantifying Attention Flow in Transformers, 2020, section 3.
    """
    mixed = mean_over_heads(weights) + np.eye(weights.shape[-1], dtype=weights.dtype)
    mixed /= mixed.sum(axis=-1, keepdims=True)  # half and half: rows of weights sum to 1
    result = [mixed[0]]
    for layer in mixed[1:]:
        result.append(layer @ result[-1])
    return np.stack(result)


def cosine_distance(a: Array, b: Array) -> Array:
    """1 - the cosine of the angle between vectors.

    Args:
        a, b: ``(..., d)``.

    Returns:
        ``(...)``: 0 = same direction, 1 = right angle, 2 = opposite; exactly 0 for equal vectors.
        A vector of length 0 is at right angles to all others.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    cosine = np.divide((a * b).sum(axis=-1), lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return np.where((a == b).all(axis=-1), 0.0, 1 - np.clip(cosine, -1, 1))


class HeadFeatures(NamedTuple):
    """Features of each head on a sentence: ``(layer, head)`` each, means over queries.

    Attributes:
        previous: Weight on the token before the query, 0 to 1.
        following: Weight on the token after the query, 0 to 1.
        same: Weight on the query itself, 0 to 1.
        special: Weight on special tokens together, 0 to 1.
        first: Weight of the tokens after the first one on that, 0 to 1.
        entropy: In bits; large = wide, 0 = sharp.
        distance: Between query and key, in tokens.
    """

    previous: Array
    following: Array
    same: Array
    special: Array
    first: Array
    entropy: Array
    distance: Array


def head_features(weights: Array, special: Sequence[bool]) -> HeadFeatures:
    """Features that heads are sorted by.

    Args:
        weights: ``(layer, head, token, token)`` of self-attention, rows sum to 1.
        special: One a token. Special tokens do not count as queries, if there are others; they
            count as keys.

    Returns:
        Means over the queries that have such a key: the first token has no previous one.

    Raises:
        ValueError: If ``special`` does not name every token.
    """
    hidden = np.asarray(special, dtype=bool)
    if hidden.shape != weights.shape[-1:]:
        raise ValueError(f"need {weights.shape[-1]} entries in special, got {len(hidden)}")
    asks = ~hidden if not hidden.all() else hidden  # (query,)
    return HeadFeatures(
        previous=_mean(np.diagonal(weights, -1, -2, -1), asks[1:]),
        following=_mean(np.diagonal(weights, 1, -2, -1), asks[:-1]),
        same=_mean(np.diagonal(weights, 0, -2, -1), asks),
        special=_mean(weights[..., hidden].sum(axis=-1), asks),
        first=_mean(weights[..., 1:, 0], asks[1:]),
        entropy=_mean(entropy(weights), asks),
        distance=_mean(expected_distance(weights), asks),
    )


def habits(features: Mapping[str, Array], among: Collection[str]) -> NDArray[np.str_]:
    """Tell what each head mostly does: the feature that gets half of its attention or more.

    Args:
        features: Name to ``(layer, head)``, as in :class:`HeadFeatures`; shares of attention.
        among: The names of the features to choose from.

    Returns:
        ``(layer, head)``: a name, or an empty one where no feature has half.
    """
    names = [name for name in features if name in among]
    shares = np.stack([features[name] for name in names])  # (feature, layer, head)
    found = np.array(names)[shares.argmax(axis=0)]
    return np.where(shares.max(axis=0) >= 0.5, found, "")


def _mean(values: Array, asks: BoolArray) -> Array:
    """``(layer, head, query)`` to ``(layer, head)``; 0 where no query counts."""
    counted = values[..., asks]
    return counted.sum(axis=-1) / max(1, counted.shape[-1])
