"""Does a big weight mean important? Four answers for each key, and how far they agree.

The weight itself, the length of what it carries (`core.measures.contribution` of transformed
values), what changes without the key, and how steeply the output depends on it.
"""

from dataclasses import dataclass

import numpy as np

from core.arrays import Array
from core.measures import softmax
from core.trace import LayerTrace


@dataclass(frozen=True)
class Mixer:
    """The parameters of a layer that its trace does not hold.

    Attributes:
        w_o: ``(head, d_v, d_out)``, on paper: ``output @ w_o`` summed over heads is the layer's
            output, but for a bias.
        b_k: Broadcasts to ``(head, key, d_k)``: the part of the keys that is the same for every
            word, turned by position where keys are.
        b_v: Broadcasts to ``(head, key, d_v)``, likewise of the values.
        scale: Factor of the scores. ``None`` means 1/√d_k.
    """

    w_o: Array
    b_k: Array | float = 0.0
    b_v: Array | float = 0.0
    scale: float | None = None

    def __post_init__(self) -> None:
        """Make the arrays read-only: they may be views of a model that everybody uses."""
        for name in ("w_o", "b_k", "b_v"):
            array = getattr(self, name)
            if isinstance(array, np.ndarray):
                frozen = array.view()
                frozen.flags.writeable = False
                object.__setattr__(self, name, frozen)


def transformed_contribution(
    layer: LayerTrace, mixer: Mixer, query: int, together: bool = False, head: int | None = None
) -> Array:
    """How long the piece is that each key puts into the layer's output: ‖weight × value × W_O‖.

    Args:
        layer: With everything it computed.
        mixer: Its parameters.
        query: Which token asks.
        together: Whether the heads' pieces are added up before they are measured.
        head: The only one that is measured. ``None`` = all.

    Returns:
        ``(head, key)``, or ``(key,)`` together or of one head; at least 0, not normalised.

    Source: Kobayashi et al., Attention Is Not Only a Weight, 2020, sections 2.2 and 3.
    """
    heads = _heads(head)
    weights, _, v = _in_double(layer, query, heads)
    return _lengths(weights[..., None] * v, mixer.w_o[heads], together or head is not None)


def leave_one_out(
    layer: LayerTrace, mixer: Mixer, query: int, together: bool = False, head: int | None = None
) -> Array:
    """How far the layer's output moves when the query may not look at a key.

    The other weights are renormalised, as the softmax does by itself. A query that has only this
    key is left with 0.

    Args:
        layer: With everything it computed.
        mixer: Its parameters.
        query: Which token asks.
        together: Whether the key is masked out in all heads at once, not in one alone.
        head: The only one that is measured. ``None`` = all.

    Returns:
        ``(head, key)``: the length of the change when the key is masked out in that head; or
        ``(key,)`` together or of one head. At least 0, not normalised.
    """
    heads = _heads(head)
    weights, biased, v = _in_double(layer, query, heads)
    n_key = biased.shape[-1]
    masked = np.where(np.eye(n_key, dtype=bool), -np.inf, biased[:, None])  # (head, left out, key)
    change = (softmax(masked) - weights[:, None]) @ v  # (head, left out, d_v)
    return _lengths(change, mixer.w_o[heads], together or head is not None)


def gradient_times_input(
    layer: LayerTrace, mixer: Mixer, query: int, together: bool = False, head: int | None = None
) -> Array:
    """How steeply the layer's output depends on each word as a key: ‖∂output_i/∂x_j · x_j‖.

    x_j is what goes into the matrices of keys and values at key j; the query is held still, even
    where i = j. The vector is the derivative of output_i when x_j is scaled by 1 + t, at t = 0:
    multiplied by -1, what the gradient alone would foretell for the removal of the word. Its
    length is taken, so no single number of the output has to be chosen.

    Args:
        layer: With everything it computed.
        mixer: Its parameters.
        query: i, which token asks.
        together: Whether the heads' parts are added up before they are measured.
        head: The only one that is measured. ``None`` = all.

    Returns:
        ``(head, key)``: the part through that head, or ``(key,)`` together or of one head. At
        least 0, not normalised.

    Source: Shrikumar et al., Not Just a Black Box, 2016 (gradient × input); the derivative of the
    softmax is written out here.
    """
    heads = _heads(head)
    weights, _, v = _in_double(layer, query, heads)
    scale = layer.q.shape[-1] ** -0.5 if mixer.scale is None else mixer.scale
    q = layer.q[heads, query].astype(np.float64)  # (head, d_k)
    b_k, b_v = (
        np.broadcast_to(b, given.shape)[heads]
        for b, given in ((mixer.b_k, layer.k), (mixer.b_v, layer.v))
    )
    slope_k = layer.k[heads].astype(np.float64) - b_k  # what t adds to the key
    slope_v = v - b_v
    slope_score = np.einsum("hd,hkd->hk", q, slope_k) * scale
    output = weights[:, None] @ v  # (head, 1, d_v)
    slope = slope_v + slope_score[..., None] * (v - output)
    return _lengths(weights[..., None] * slope, mixer.w_o[heads], together or head is not None)


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
    """How far two rankings agree: Kendall's τ-b.

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


def _heads(head: int | None) -> slice:
    return slice(None) if head is None else slice(head, head + 1)


def _in_double(layer: LayerTrace, query: int, heads: slice) -> tuple[Array, Array, Array]:
    """Weights ``(head, key)``, scores with bias ``(head, key)`` and values of one query.

    The weights are computed anew from the scores: where one is nearly 1, what is left for the
    others would be lost in float32.
    """
    biased = (layer.scores[heads, query] + layer.bias[heads, query]).astype(np.float64)
    return softmax(biased), biased, layer.v[heads].astype(np.float64)


def _lengths(pieces: Array, w_o: Array, together: bool) -> Array:
    """``(head, key, d_v)`` through W_O, then measured."""
    w_o = w_o.astype(np.float64)
    if together:
        side_by_side = pieces.transpose(1, 0, 2).reshape(pieces.shape[1], -1)  # (key, head * d_v)
        return np.linalg.norm(side_by_side @ w_o.reshape(-1, w_o.shape[-1]), axis=-1)
    return np.linalg.norm(pieces @ w_o, axis=-1)
