"""Linear attention: a recurrent network that attends, with a memory of fixed size.

The weight of a key is φ(q) · φ(k) over its sum, so all that has to be kept of the keys and values
read so far is one sum of products and one sum of features.

Source: Katharopoulos et al., Transformers are RNNs: Fast Autoregressive Transformers with Linear
Attention, 2020, equations 7 to 9 (matrix form) and 16 to 20 (recurrent form).
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import elu, pad

_LEAST = 1e-6
"""Added to every sum of weights: features may all be nearly 0."""


class Memory(NamedTuple):
    """All that is kept of the tokens read.

    Attributes:
        products: ``(..., d_k, d_v)``, the sum of φ(k) times v.
        features: ``(..., d_k)``, the sum of φ(k).
    """

    products: Tensor
    features: Tensor


def feature_map(x: Tensor) -> Tensor:
    """φ(x) = elu(x) + 1, above 0 everywhere."""
    return elu(x) + 1


def state_size(n_heads: int, d_k: int, d_v: int) -> int:
    """How many numbers a memory holds, the sums of features among them."""
    return n_heads * d_k * (d_v + 1)


def nothing_read(k: Tensor, v: Tensor) -> Memory:
    """The memory before the first of these tokens, all zeros.

    Args:
        k: ``(..., token, d_k)``.
        v: ``(..., token, d_v)``.
    """
    products = k.new_zeros(*k.shape[:-2], k.shape[-1], v.shape[-1])
    return Memory(products, products[..., 0])


def read(memory: Memory, k: Tensor, v: Tensor) -> Memory:
    """The memory after more tokens: one, or many at once.

    Args:
        memory: Of the tokens before.
        k: ``(..., token, d_k)``.
        v: ``(..., token, d_v)``.
    """
    features = feature_map(k)
    return Memory(memory.products + features.mT @ v, memory.features + features.sum(dim=-2))


def look_up(memory: Memory, q: Tensor) -> Tensor:
    """``(..., query, d_k)`` to ``(..., query, d_v)``: what the memory answers."""
    features = feature_map(q)
    return features @ memory.products / (features @ memory.features[..., None] + _LEAST)


def linear_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The causal matrix form: every token asks for what came before, and for itself.

    Args:
        q, k: ``(..., token, d_k)``.
        v: ``(..., token, d_v)``.

    Returns:
        ``(..., token, d_v)``, as :func:`read` and :func:`look_up` give token by token.
    """
    weights = (feature_map(q) @ feature_map(k).mT).tril()  # (..., query, key)
    sums = torch.matmul(weights, pad(v, (0, 1), value=1.0))  # (..., query, d_v + 1)
    return sums[..., :-1] / (sums[..., -1:] + _LEAST)
