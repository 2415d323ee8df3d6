"""Attention with every step kept: scores, weights, output.

Sources: Vaswani et al., Attention Is All You Need, 2017, section 3.2 (scaled dot-product and
multi-head); Bahdanau et al., Neural Machine Translation by Jointly Learning to Align and
Translate, 2015, appendix A.1.2 (additive).
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.softmax import mask_scores, masked_softmax


class Steps(NamedTuple):
    """The result of each step of attention."""

    scores: Tensor  # (..., query, key), scaled, before the mask
    weights: Tensor  # (..., query, key), rows sum to 1, or are 0 where nothing may be looked at
    output: Tensor  # (..., query, d_v)


class MultiHeadSteps(NamedTuple):
    """The result of each step of multi-head attention."""

    q: Tensor  # (head, query, d_k)
    k: Tensor  # (head, key, d_k)
    v: Tensor  # (head, key, d_v)
    scores: Tensor  # (head, query, key), scaled, before the mask
    weights: Tensor  # (head, query, key)
    heads: Tensor  # (head, query, d_v), what each head found
    output: Tensor  # (query, d_out), the heads side by side, mixed by w_o


def scaled_dot_product_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None = None,
    is_causal: bool = False,
    scale: float | None = None,
    out: Steps | None = None,
) -> Steps:
    """Mix values by how well each query matches each key: softmax(q kᵀ · scale + mask) v.

    Args:
        q: ``(..., query, d_k)``.
        k: ``(..., key, d_k)``.
        v: ``(..., key, d_v)``.
        mask: Broadcasts to ``(..., query, key)``. Booleans: ``True`` = may look. Floats: added to
            the scaled scores in their own type, ``-inf`` = may not look. ``None`` allows
            everything.
        is_causal: Query i sees keys j <= i only, counted from the top left corner, as in torch.
            Combines with ``mask``.
        scale: Factor of the scores. ``None`` means 1/√d_k.
        out: Steps of an earlier call on inputs of the same shapes and type, to be overwritten: for
            many tokens, getting new memory takes as long as computing. Nothing is differentiated.
            Half precision leaves it as it is.

    Returns:
        Scores (scaled, before the mask), weights and output, in the dtype of ``q``. A query that
        may look at nothing gets weights and output 0. Half precision is computed in float32, so
        that large scores do not overflow on the way.

    Raises:
        ValueError: If shapes or types do not fit together, ``out`` is of another shape or type than
            the steps, or a mask is neither boolean nor float.

    Source: Vaswani et al. 2017, equation 1.
    """
    _check(q, k, v, same_width=True)
    dtype = q.dtype
    if dtype.itemsize < 4:
        q, k, v, out = q.float(), k.float(), v.float(), None
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    if out is not None:
        _check_out(out, q, k, v)
        if out.output.requires_grad:
            out = Steps(*(step.detach() for step in out))
    scores = _product(q * scale, k.mT, out and out.scores)  # (..., query, key)
    steps = _mix(scores, v, mask, is_causal, out)
    return steps if dtype == q.dtype else _in_dtype(steps, dtype)


def additive_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    w_q: Tensor,
    w_k: Tensor | None,
    v_a: Tensor,
    mask: Tensor | None = None,
) -> Steps:
    """Mix values by a small network's opinion of each (query, key) pair.

    score = v_a · tanh(W_q q + W_k k), without scaling.

    Args:
        q: ``(..., query, d_q)``.
        k: ``(..., key, d_k)``.
        v: ``(..., key, d_v)``.
        w_q: ``(d_a, d_q)``.
        w_k: ``(d_a, d_k)``. ``None``: ``k`` is W_k k already, ``(..., key, d_a)``, as for a decoder
            that asks the same keys at every step.
        v_a: ``(d_a,)``.
        mask: As in :func:`scaled_dot_product_attention`.

    Returns:
        Scores (before the mask), weights and output, in the dtype of ``q``; half precision as in
        :func:`scaled_dot_product_attention`.

    Raises:
        ValueError: If shapes or types do not fit together, or a mask is neither boolean nor float.

    Source: Bahdanau et al. 2015, appendix A.1.2.
    """
    _check(q, k, v, same_width=False)
    d_a, width = len(v_a), k.shape[-1]
    shapes = tuple(w_q.shape), (d_a, width) if w_k is None else tuple(w_k.shape)
    expected = (d_a, q.shape[-1]), (d_a, d_a if w_k is None else width)
    if shapes != expected:
        raise ValueError(
            f"w_q and w_k must have shapes {expected[0]} and {expected[1]}, "
            f"got {shapes[0]} and {shapes[1]}"
        )
    dtype = q.dtype
    if dtype.itemsize < 4:
        q, k, v, w_q, v_a = (part.float() for part in (q, k, v, w_q, v_a))
        w_k = None if w_k is None else w_k.float()
    keys = k if w_k is None else k @ w_k.mT  # (..., key, d_a)
    projected_q = (q @ w_q.mT).unsqueeze(-2)  # (..., query, 1, d_a)
    projected_k = keys.unsqueeze(-3)  # (..., 1, key, d_a)
    scores = torch.tanh(projected_q + projected_k) @ v_a  # (..., query, key)
    steps = _mix(scores, v, mask, is_causal=False)
    return steps if dtype == q.dtype else _in_dtype(steps, dtype)


def multi_head_attention(
    x: Tensor,
    context: Tensor | None,
    w_q: Tensor,
    w_k: Tensor,
    w_v: Tensor,
    w_o: Tensor,
    n_heads: int,
    b_q: Tensor | None = None,
    b_k: Tensor | None = None,
    b_v: Tensor | None = None,
    b_o: Tensor | None = None,
    mask: Tensor | None = None,
    is_causal: bool = False,
) -> MultiHeadSteps:
    """Several attentions side by side, each in its own small space, mixed at the end.

    Args:
        x: ``(query, d_model)``. Where the queries come from.
        context: ``(key, d_context)``. Where keys and values come from. ``None`` means ``x``:
            self-attention.
        w_q: ``(head * d_k, d_model)``, like ``nn.Linear.weight``: (out, in).
        w_k: ``(head * d_k, d_context)``.
        w_v: ``(head * d_v, d_context)``.
        w_o: ``(d_out, head * d_v)``.
        n_heads: Into how many heads the projections are split.
        b_q, b_k, b_v, b_o: Biases, each as long as its matrix has rows.
        mask: As in :func:`scaled_dot_product_attention`; ``(query, key)`` serves all heads.
        is_causal: As in :func:`scaled_dot_product_attention`.

    Returns:
        Every step; ``output`` is what the layer gives, ``heads`` what each head gave.

    Raises:
        ValueError: If shapes or types do not fit together, or a projection cannot be split evenly.

    Source: Vaswani et al. 2017, section 3.2.2.
    """
    context = x if context is None else context
    # Each head in one piece: products of matrices that lie scattered take up to twice as long.
    q = split_heads(_project("w_q", x, w_q, b_q), n_heads).contiguous()  # (head, query, d_k)
    k = split_heads(_project("w_k", context, w_k, b_k), n_heads).contiguous()  # (head, key, d_k)
    v = split_heads(_project("w_v", context, w_v, b_v), n_heads).contiguous()  # (head, key, d_v)
    scores, weights, heads = scaled_dot_product_attention(q, k, v, mask, is_causal)
    output = _project("w_o", merge_heads(heads), w_o, b_o)  # (query, d_out)
    return MultiHeadSteps(q, k, v, scores, weights, heads, output)


def split_heads(x: Tensor, n_heads: int) -> Tensor:
    """``(..., token, head * d)`` cut into ``(..., head, token, d)``.

    Raises:
        ValueError: If the width cannot be split evenly.
    """
    if n_heads < 1 or x.shape[-1] % n_heads:
        raise ValueError(f"a width of {x.shape[-1]} cannot be split over {n_heads} heads")
    return x.unflatten(-1, (n_heads, x.shape[-1] // n_heads)).transpose(-3, -2)


def merge_heads(x: Tensor) -> Tensor:
    """``(..., head, token, d)`` put side by side as ``(..., token, head * d)``."""
    return x.transpose(-3, -2).flatten(-2)


def _mix(
    scores: Tensor, v: Tensor, mask: Tensor | None, is_causal: bool, out: Steps | None = None
) -> Steps:
    """Softmax over the keys that may be looked at, then the weighted sum of values."""
    biased, allowed = mask_scores(scores, mask, is_causal)
    weights = masked_softmax(biased, allowed, out and out.weights)
    return Steps(scores, weights, _product(weights, v, out and out.output))


def _product(a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
    """``a @ b``; a stack of matrices by ``bmm``, which begins sooner than ``matmul``."""
    if a.ndim == b.ndim == 3 and a.shape[0] == b.shape[0]:
        return torch.bmm(a, b) if out is None else torch.bmm(a, b, out=out)
    return a @ b if out is None else torch.matmul(a, b, out=out)


def _project(name: str, x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
    if w.ndim != 2 or x.shape[-1] != w.shape[-1]:
        raise ValueError(
            f"{name} must have shape (out, {x.shape[-1]}) to fit its input, got {tuple(w.shape)}"
        )
    if b is not None and b.shape != w.shape[:1]:
        raise ValueError(f"b{name[1:]} must have shape ({len(w)},), got {tuple(b.shape)}")
    return torch.nn.functional.linear(x, w, b)


def _check(q: Tensor, k: Tensor, v: Tensor, *, same_width: bool) -> None:
    if not (q.dtype == k.dtype == v.dtype and q.is_floating_point()):
        _check_types(q, k, v)
    q_shape, k_shape, v_shape = q.shape, k.shape, v.shape
    if min(len(q_shape), len(k_shape), len(v_shape)) < 2:
        _check_types(q, k, v)
    if not q_shape[:-2] == k_shape[:-2] == v_shape[:-2]:
        _leading_axes(q, k, v)
    if k_shape[-2] != v_shape[-2]:
        raise ValueError(f"k has {k_shape[-2]} tokens and v {v_shape[-2]}: they must be the same")
    if same_width and (q_shape[-1] != k_shape[-1] or q_shape[-1] < 1):
        raise ValueError(f"q has width {q_shape[-1]} and k {k_shape[-1]}: they must be the same")


def _check_types(q: Tensor, k: Tensor, v: Tensor) -> None:
    for name, x in {"q": q, "k": k, "v": v}.items():
        if x.ndim < 2 or not x.is_floating_point():
            raise ValueError(
                f"{name} must be a float tensor of shape (..., token, width), "
                f"got {x.dtype} {tuple(x.shape)}"
            )
    if not q.dtype == k.dtype == v.dtype:
        raise ValueError(f"q, k, v have types {q.dtype}, {k.dtype}, {v.dtype}: they must agree")


def _check_out(out: Steps, q: Tensor, k: Tensor, v: Tensor) -> None:
    asking = leading = q.shape[:-2]
    if not leading == k.shape[:-2] == v.shape[:-2]:
        asking, leading = _leading_axes(q, k), _leading_axes(q, k, v)
    pairs, result = (*asking, q.shape[-2], k.shape[-2]), (*leading, q.shape[-2], v.shape[-1])
    fits = out.scores.shape == pairs == out.weights.shape and out.output.shape == result
    if not (fits and out.scores.dtype == out.weights.dtype == out.output.dtype == q.dtype):
        said = [(tuple(step.shape), step.dtype) for step in out]
        raise ValueError(f"out must hold steps of {pairs}, {pairs}, {result} {q.dtype}, got {said}")


def _leading_axes(*tensors: Tensor) -> tuple[int, ...]:
    leading = [tuple(x.shape[:-2]) for x in tensors]
    try:
        return np.broadcast_shapes(*leading)
    except ValueError as problem:
        raise ValueError(f"q, k, v have leading axes {leading}: they must broadcast") from problem


def _in_dtype(steps: Steps, dtype: torch.dtype) -> Steps:
    largest = torch.finfo(dtype).max
    return Steps(*(step.clamp(-largest, largest).to(dtype) for step in steps))
