"""From scores to weights: masks, and the softmax over what they leave.

Source: Vaswani et al., Attention Is All You Need, 2017, section 3.2.3 (masks set scores to -inf).
"""

import math

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array


def mask_scores(
    scores: Tensor, mask: Tensor | None, is_causal: bool
) -> tuple[Tensor, Tensor | None]:
    """The scores that the softmax is taken of, and over which keys.

    Args:
        scores: ``(..., query, key)``.
        mask: Broadcasts to the scores. Booleans: ``True`` = may look. Floats: added, ``-inf`` =
            may not look. ``None`` allows everything.
        is_causal: Query i sees keys j <= i only, counted from the top left corner.

    Returns:
        ``(..., query, key)``, finite, and booleans that broadcast to it, ``True`` = may look;
        ``None`` if all may.

    Raises:
        ValueError: If the mask does not fit the scores, or is neither boolean nor float.
    """
    biased, allowed = scores, None
    if mask is not None:
        _check(mask, scores)
        allowed = mask
        if mask.is_floating_point():
            mask = mask.to(scores.dtype)  # first: what is finite in float64 may be -inf in float32
            allowed = mask > -math.inf
            biased = scores + mask.masked_fill(~allowed, 0.0)
    if is_causal:
        past = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
        allowed = past if allowed is None else allowed & past
    return biased, allowed


def masked_softmax(scores: Tensor, allowed: Tensor | None, out: Tensor | None = None) -> Tensor:
    """Softmax over the keys that may be looked at.

    Args:
        scores: ``(..., query, key)``.
        allowed: Booleans that broadcast to the scores, ``True`` = may look. ``None``: everything.
        out: Where to write the weights; may be ``scores`` itself. Then nothing is differentiated.

    Returns:
        ``(..., query, key)``; a row sums to 1, or is 0 if nothing may be looked at.
    """
    if allowed is None:
        return torch.softmax(scores, dim=-1, out=out)
    blind = ~allowed.any(dim=-1, keepdim=True)  # (..., query, 1)
    # Blind rows look at everything, then at nothing: a softmax of -inf alone has NaN as gradient.
    hidden = ~(allowed | blind)
    if out is None:
        return scores.masked_fill(hidden, -math.inf).softmax(dim=-1).masked_fill(blind, 0.0)
    if out is not scores:
        out.copy_(scores)
    torch.softmax(out.masked_fill_(hidden, -math.inf), dim=-1, out=out)
    return out.masked_fill_(blind, 0.0) if blind.any() else out


def softmax(scores: Array, sinks: Array | float = -np.inf) -> Array:
    """Weights of scores that are masked already, in numpy.

    Args:
        scores: ``(..., query, key)``, -inf where the query may not look.
        sinks: Broadcasts to ``(..., query, 1)``: the score of a place that is no key, which takes
            its share and gives nothing.

    Returns:
        ``(..., query, key)``; rows sum to 1 less what the sink takes, or are 0 where nothing may be
        looked at.
    """
    highest = np.maximum(scores.max(axis=-1, keepdims=True), sinks)
    highest = np.where(np.isfinite(highest), highest, 0)
    raised = np.exp(scores - highest)
    total = raised.sum(axis=-1, keepdims=True) + np.exp(sinks - highest)
    return np.divide(raised, total, out=np.zeros_like(raised), where=total > 0)


def _check(mask: Tensor, scores: Tensor) -> None:
    try:
        fits = np.broadcast_shapes(mask.shape, scores.shape) == scores.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"a mask of shape {tuple(mask.shape)} does not fit scores {tuple(scores.shape)}"
        )
    if mask.dtype != torch.bool and not mask.is_floating_point():
        raise ValueError(f"a mask must be boolean or float, got {mask.dtype}")
