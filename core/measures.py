"""What can be read off the weights, and what each figure means."""

import numpy as np

from core.trace import Array


def entropy(weights: Array) -> Array:
    """How widely each query spreads its attention.

    Args:
        weights: ``(..., query, key)``, rows sum to 1.

    Returns:
        ``(..., query)`` in bits: 0 = all on one key, log2(n) = evenly over n keys. 0 for a row of
        zeros.
    """
    logs = np.log2(weights, out=np.zeros_like(weights), where=weights > 0)
    return np.abs((weights * logs).sum(axis=-1))


def expected_distance(weights: Array) -> Array:
    """How far from its own place each query looks, on average.

    Args:
        weights: ``(..., query, key)`` of self-attention, rows sum to 1.

    Returns:
        ``(..., query)`` in tokens.
    """
    n_query, n_key = weights.shape[-2:]
    distance = np.abs(np.arange(n_query)[:, None] - np.arange(n_key))
    return (weights * distance).sum(axis=-1)


def contribution(weights: Array, v: Array) -> Array:
    """How long the piece is that each key puts into each output: weight × ‖value‖.

    A large weight on a short value moves little.

    Args:
        weights: ``(..., query, key)``.
        v: ``(..., key, d_v)``.

    Returns:
        ``(..., query, key)`` in the unit of the values, not normalised.

    Source: Kobayashi et al., Attention Is Not Only a Weight, 2020, section 3.
    """
    return weights * np.linalg.norm(v, axis=-1)[..., None, :]
