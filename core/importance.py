"""Does a big weight mean important? Four answers for each key, and how far they agree.

The weight itself, the length of what it carries (`core.measures.contribution` of transformed
values), what changes without the key, and how steeply the output depends on it.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.arrays import Array, freeze
from core.softmax import softmax
from core.trace import LayerTrace


class Heads(Protocol):
    """A matrix for each head; an array is one."""

    def __getitem__(self, head: int | list[int], /) -> Array:
        """``(d_v, d_out)``, or ``(head, d_v, d_out)`` of several."""
        ...


@dataclass(frozen=True)
class Mixer:
    """The parameters of a layer that its trace does not hold.

    Attributes:
        w_o: ``(head, d_v, d_out)``, on paper: ``output @ w_o`` summed over heads is the layer's
            output, but for a bias.
        b_k: Broadcasts to ``(head, key, d_k)``: the part of the keys that does not grow with
            their words, such as a bias, turned by position where keys are; all of a key whose
            length is always the same.
        b_v: Broadcasts to ``(head, key, d_v)``, likewise of the values.
    """

    w_o: Array | Heads
    b_k: Array | float = 0.0
    b_v: Array | float = 0.0

    def __post_init__(self) -> None:
        """Make the arrays read-only: they may be views of a model that everybody uses."""
        freeze(self)


def transformed_contribution(layer: LayerTrace, mixer: Mixer, query: int, head: int) -> Array:
    """Length of the piece that each key puts into the layer's output: ‖weight × value × W_O‖.

    Args:
        layer: With everything it computed.
        mixer: Its parameters.
        query: Which token asks.
        head: Whose pieces are measured.

    Returns:
        ``(key,)``, at least 0, not normalised.

    Source: Kobayashi et al., Attention Is Not Only a Weight, 2020, sections 2.2 and 3.
    """
    weights, _, v = _in_double(layer, query, head)
    return _lengths(weights[:, None] * v, mixer.w_o[head])


def leave_one_out(layer: LayerTrace, mixer: Mixer, query: int, head: int) -> Array:
    """Distance that the layer's output moves when the query may not look at a key.

    The other weights are renormalised, as the softmax does by itself. A query that has only this
    key is left with 0.

    Args:
        layer: With everything it computed.
        mixer: Its parameters.
        query: Which token asks.
        head: The only one in which the key is masked out.

    Returns:
        ``(key,)``: the length of the change; at least 0, not normalised.
    """
    weights, biased, v = _in_double(layer, query, head)
    masked = np.where(np.eye(len(biased), dtype=bool), -np.inf, biased)  # (left out, key)
    change = (softmax(masked, _sink(layer, head)) - weights) @ v  # (left out, d_v)
    return _lengths(change, mixer.w_o[head])


def gradient_times_input(layer: LayerTrace, mixer: Mixer, query: int, head: int) -> Array:
    """Slope of the layer's output by each word as a key: ‖∂output_i/∂x_j · x_j‖.

    x_j is what goes into the matrices of keys and values at key j; the query is held still, even
    where i = j. The vector is the derivative of output_i when x_j is scaled by 1 + t, at t = 0:
    multiplied by -1, what the gradient alone would foretell for the removal of the word. Its
    length is taken, so no single number of the output has to be chosen.

    Args:
        layer: With everything it computed.
        mixer: Its parameters.
        query: i, which token asks.
        head: Through which one.

    Returns:
        ``(key,)``, at least 0, not normalised.

    Source: Shrikumar et al., Not Just a Black Box, 2016 (gradient × input); the derivative of the
    softmax is written out here.
    """
    weights, _, v = _in_double(layer, query, head)
    scale = layer.q.shape[-1] ** -0.5 if layer.scale is None else layer.scale
    b_k, b_v = (
        np.broadcast_to(b, given.shape)[head]
        for b, given in ((mixer.b_k, layer.k), (mixer.b_v, layer.v))
    )
    slope_k = layer.k[head].astype(np.float64) - b_k  # (key, d_k), what t adds to the key
    slope_v = v - b_v  # (key, d_v)
    slope_score = slope_k @ layer.q[head, query].astype(np.float64) * scale  # (key,)
    if layer.cap is not None:
        slope_score *= 1 - np.tanh(layer.scores[head, query] / layer.cap) ** 2
    output = weights @ v  # (d_v,)
    slope = slope_v + slope_score[:, None] * (v - output)  # (key, d_v)
    return _lengths(weights[:, None] * slope, mixer.w_o[head])


def silent_toy() -> tuple[LayerTrace, Mixer]:
    """One head, set by hand: the word with weight 0.9 carries next to nothing.

    Returns:
        A layer in which one query looks at four keys, and parameters that change nothing.
    """
    weights = np.array([0.9, 0.05, 0.03, 0.02])
    q, k = np.ones((1, 1, 1)), np.log(weights).reshape(1, 4, 1)
    v = np.array([[[0.01, 0.0], [0.0, 1.0], [1.0, 0.0], [-1.0, 0.5]]])
    scores = q @ k.mT
    row = softmax(scores)
    output = row @ v
    layer = LayerTrace(q, k, v, scores, np.zeros((1, 1, 4)), row, output, output[0])
    return layer, Mixer(w_o=np.eye(2)[None])


def kendall_tau(a: Array, b: Array) -> float:
    """Agreement of two rankings: Kendall's τ-b.

    Args:
        a, b: ``(n,)``, what is ranked by size; equal numbers are ties.

    Returns:
        1 = same order, -1 = opposite, 0 = no relation; NaN if one of them has no order at all
        (all equal, or fewer than two).

    Raises:
        ValueError: If the lengths differ.

    Source: Kendall, The Treatment of Ties in Ranking Problems, 1945.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"two rankings need one length, got shapes {a.shape} and {b.shape}")
    order_a = np.sign(a[:, None] - a)  # (n, n)
    order_b = np.sign(b[:, None] - b)
    untied = np.sqrt(np.abs(order_a).sum()) * np.sqrt(np.abs(order_b).sum())
    if not untied:
        return float("nan")
    return float((order_a * order_b).sum() / untied)


def _in_double(layer: LayerTrace, query: int, head: int) -> tuple[Array, Array, Array]:
    """Weights ``(key,)``, scores with bias ``(key,)`` and values ``(key, d_v)`` of one query.

    The weights are computed anew from the scores: where one is nearly 1, what is left for the
    others would be lost in float32.
    """
    biased = layer.biased_scores[head, query].astype(np.float64)
    return softmax(biased, _sink(layer, head)), biased, layer.v[head].astype(np.float64)


def _sink(layer: LayerTrace, head: int) -> float:
    """The head's score of the place that is no key; without one nothing is taken."""
    return -np.inf if layer.sinks is None else float(layer.sinks[head])


def _lengths(pieces: Array, w_o: Array) -> Array:
    """``(key, d_v)`` through one head's part of W_O, then measured."""
    return np.linalg.norm(pieces @ w_o.astype(np.float64), axis=-1)
