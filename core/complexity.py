"""The cost of a layer, counted.

Source: Vaswani et al., Attention Is All You Need, 2017, section 4, table 1.
"""

from typing import Literal

LayerKind = Literal[
    "self_attention",
    "projections",
    "restricted_self_attention",
    "rnn",
    "gru",
    "lstm",
    "convolution",
]

# How many d × d matrices every token is multiplied by.
_MATRICES = {"projections": 4, "rnn": 2, "gru": 6, "lstm": 8}


def operations(kind: LayerKind, n: int, d: int, k: int = 3, r: int | None = None) -> int:
    """Floating-point operations of one layer on a sentence; a multiply-add counts 2.

    Counted are the matrix products, which outweigh everything else.

    Args:
        kind: ``self_attention`` is the two n × n products alone; ``projections`` are W_Q, W_K,
            W_V and W_O.
        n: Tokens.
        d: Width of a token, in and out.
        k: Kernel, for ``convolution``.
        r: Neighbours that a token may look at, for ``restricted_self_attention``.

    Returns:
        A whole number of operations.

    Raises:
        ValueError: If the kind is unknown, or ``r`` is missing where it is needed.

    Source: Vaswani et al. 2017, table 1, with the constants that O(...) leaves out.
    """
    if kind == "restricted_self_attention":
        if r is None:
            raise ValueError("restricted self-attention needs r, its number of neighbours")
        return 4 * n * r * d
    if kind == "self_attention":
        return 4 * n**2 * d
    if kind == "convolution":
        return 2 * k * n * d**2
    if kind in _MATRICES:
        return 2 * _MATRICES[kind] * n * d**2
    raise ValueError(f"unknown kind of layer: {kind!r}")
