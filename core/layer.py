"""One attention layer with the reader's numbers: parameters, rules, and what comes out.

Parameters are laid out as on paper, ``q = x @ w_q``, one block a head, since this is what readers
see and edit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array
from core.attention import MultiHeadSteps, merge_heads, scaled_dot_product_attention
from core.masks import MaskRule
from core.positions import ENCODINGS, Encoding
from core.trace import AttentionTrace, LayerTrace, Origin


@dataclass(frozen=True)
class Sizes:
    """Sizes of a layer; ``d_k`` and ``d_v`` are per head and need not be equal."""

    d_model: int = 10
    d_k: int = 4
    d_v: int = 4
    n_heads: int = 2


@dataclass(frozen=True)
class Rules:
    """Rules by which the layer computes with its parameters.

    Attributes:
        scaled: Whether scores are divided by √d_k.
        temperature: What scores are divided by besides; small = sharp.
        mask: Who may look at whom.
        positions: One of ``ENCODINGS``.
        base: Of an encoding that turns: its wavelengths are 2π · base^(2i/d_k), in tokens.
    """

    scaled: bool = True
    temperature: float = 1.0
    mask: MaskRule = MaskRule()
    positions: str = "none"
    base: float = 10_000.0

    def __post_init__(self) -> None:
        """Check the name of the positions.

        Raises:
            ValueError: If there are none of that name.
        """
        if self.positions not in ENCODINGS:
            raise ValueError(f"unknown positions: {self.positions!r}")

    @property
    def encoding(self) -> Encoding:
        """The entry of ``positions`` in the table."""
        return ENCODINGS[self.positions]

    def scale(self, d_k: int) -> float:
        """The factor of q·k."""
        return 1 / (self.temperature * (d_k**0.5 if self.scaled else 1))


@dataclass(frozen=True)
class Parameters:
    """Every number that a reader may edit.

    Attributes:
        x: ``(token, d_model)``, the words' vectors, before positions.
        w_q: ``(head, d_model, d_k)``.
        w_k: ``(head, d_model, d_k)``.
        w_v: ``(head, d_model, d_v)``.
        w_o: ``(head, d_v, d_model)``; stacked, the matrix that mixes the heads.
        b_distance: ``(head, 1, distance)``, what is added to the scaled score of a key so many
            tokens back; without any distances, nothing is added.
    """

    x: Array
    w_q: Array
    w_k: Array
    w_v: Array
    w_o: Array
    b_distance: Array = field(default_factory=lambda: np.zeros((0, 1, 0), dtype=np.float32))

    def edited(self, edits: tuple["Edit", ...]) -> "Parameters":
        """A copy with single cells replaced; edits outside the present sizes are left out."""
        arrays = {it.name: getattr(self, it.name).copy() for it in fields(self)}
        for edit in edits:
            array = arrays[edit.matrix]
            at = edit.at if array.ndim == 3 else edit.at[1:]
            if all(0 <= i < size for i, size in zip(at, array.shape, strict=True)):
                array[at] = edit.value
        return replace(self, **arrays)


EDITABLE = tuple(it.name for it in fields(Parameters))
"""The names of what can be edited."""

MATRICES = EDITABLE[:-1]
"""Those that every layer has."""


class Edit(NamedTuple):
    """One cell that the reader changed.

    Attributes:
        matrix: One of ``EDITABLE``.
        at: ``(head, row, column)``; the head is 0 for ``x``.
        value: The new number.
    """

    matrix: str
    at: tuple[int, int, int]
    value: float


def steps(x: Tensor, parameters: Parameters, rules: Rules) -> MultiHeadSteps:
    """Run the layer on vectors ``x``, which may differ from the parameters' own.

    Args:
        x: ``(..., token, d_model)``; its dtype is the dtype of the computation.
        parameters: Everything but ``x`` is used.
        rules: How to compute.

    Returns:
        Every step; differentiable in ``x``.
    """
    w_q, w_k, w_v, w_o = (
        torch.tensor(w, dtype=x.dtype)
        for w in (parameters.w_q, parameters.w_k, parameters.w_v, parameters.w_o)
    )
    encoding = rules.encoding
    if encoding.adds:
        x = x + encoding.adds(*x.shape[-2:]).to(x.dtype)
    x = x.unsqueeze(-3)  # (..., 1, token, d_model)
    q, k, v = x @ w_q, x @ w_k, x @ w_v  # (..., head, token, d_k or d_v)
    if encoding.turns:
        q, k = (encoding.turns(it, None, rules.base) for it in (q, k))
    bias = score_bias(parameters, rules, x.shape[-2]).to(x.dtype)  # (head, query, key)
    scale = rules.scale(q.shape[-1])
    scores, weights, heads = scaled_dot_product_attention(q, k, v, bias, scale=scale)
    output = merge_heads(heads) @ w_o.flatten(0, 1)  # (query, d_model)
    return MultiHeadSteps(q, k, v, scores, weights, heads, output)


def score_bias(parameters: Parameters, rules: Rules, n: int) -> Tensor:
    """Compute what is added to the scaled scores: ``(head, query, key)``, -inf where masked."""
    n_heads = len(parameters.w_q)
    added = rules.encoding.bias
    bias = added(n_heads, n, n) if added else torch.zeros(n_heads, n, n)
    if parameters.b_distance.size:
        place = torch.arange(n)
        back = (place[:, None] - place).clamp(min=0)  # a key ahead counts as near
        bias = bias + torch.tensor(parameters.b_distance)[:, 0, back]
    return bias.masked_fill(~torch.from_numpy(rules.mask.matrix(n)), -torch.inf)


def trace(
    tokens: tuple[str, ...], parameters: Parameters, rules: Rules, origin: Origin
) -> AttentionTrace:
    """Run the layer on its own vectors and keep everything."""
    x = torch.from_numpy(parameters.x)
    bias = score_bias(parameters, rules, len(x)).numpy()
    layer = LayerTrace.of(steps(x, parameters, rules), bias)
    return AttentionTrace(tokens, tokens, (layer,), origin)


def as_function(parameters: Parameters, rules: Rules) -> Callable[[Tensor], Tensor]:
    """The layer as a map from ``(token, d_model)`` to ``(token, d_model)``, for `influence`."""
    return lambda x: steps(x, parameters, rules).output


def resized(array: Array, shape: tuple[int, ...]) -> Array:
    """The array in another shape: what fits is kept, what is missing is 0."""
    result = np.zeros(shape, dtype=array.dtype)
    kept = tuple(slice(0, min(old, new)) for old, new in zip(array.shape, shape, strict=True))
    result[kept] = array[kept]
    return result
