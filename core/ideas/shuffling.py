"""Attention when words change places: no difference, unless something tells the positions.

Attention without positions is permutation equivariant: shuffled words give the same outputs,
shuffled. On paper that is exact; in a computer a sum of the same numbers in another order is
usually rounded differently. Here every sum is therefore rounded once, at its end (``math.fsum``):
the result is the number nearest to the true sum, whatever the order. So where the mathematics says
0, the difference is 0.

Sources: Lee et al., Set Transformer, 2019, property 1 (equivariance); Haviv et al., Transformer
Language Models without Positional Encodings Still Learn Positional Information, 2022 (the causal
mask).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch

from core import layer
from core.arrays import Array
from core.layer import Parameters, Rules
from core.masks import MaskRule
from core.positions import ENCODINGS, Encoding, rotate
from core.trace import Origin

ORDERS = (*ENCODINGS, "learned", "causal")
"""The names of what can tell attention the order of words, if anything does."""

BASE = 10_000.0
"""Of encodings that turn."""

LEARNED_LENGTH = 0.3
"""Standard deviation of a learned position's numbers: small beside the words' own."""


class Found(NamedTuple):
    """Results of one head.

    Attributes:
        weights: ``(query, key)``, rows sum to 1.
        output: ``(query, d_v)``.
    """

    weights: Array
    output: Array


@dataclass(frozen=True)
class OrderedHead:
    """One head of a layer, computed in float64 with sums that no order can change.

    Attributes:
        parameters: Of the layer; ``x`` in the order in which the words were written.
        head: From 0.
        order: One of ``ORDERS``.
        seed: Of the learned positions, which nothing was learned for here.
    """

    parameters: Parameters
    head: int = 0
    order: str = "none"
    seed: int = 0

    def run(self, places: Sequence[int]) -> Found:
        """Run the head on the words in this order.

        Args:
            places: Which word stands first, second, ..., by its place as written.

        Raises:
            KeyError: If there is no such order.
            ValueError: With ``rope``, if d_k is odd.
        """
        x = self.parameters.x[list(places)].astype(np.float64)  # (token, d_model)
        encoding, mask = self._encoding(), MaskRule("causal" if self.order == "causal" else "none")
        if encoding.adds:
            x = x + encoding.adds(*x.shape).numpy().astype(np.float64)
        w_q, w_k, w_v = (
            w[self.head].astype(np.float64)
            for w in (self.parameters.w_q, self.parameters.w_k, self.parameters.w_v)
        )
        q, k, v = exact_product(x, w_q), exact_product(x, w_k), exact_product(x, w_v)
        if encoding.turns:
            q, k = (encoding.turns(torch.from_numpy(it), None, BASE).numpy() for it in (q, k))
        scores = exact_product(q, k.T) / math.sqrt(q.shape[1])
        if encoding.bias:
            biases = encoding.bias(len(self.parameters.w_q), len(x), len(x))
            scores = scores + biases[self.head].numpy().astype(np.float64)
        scores = np.where(mask.matrix(len(x)), scores, -np.inf)
        weights = np.array([_softmax(row) for row in scores])  # (query, key)
        return Found(weights, exact_product(weights, v))

    def moved(self, places: Sequence[int]) -> Array:
        """Difference of every output when words change places, each followed to its new place.

        Returns:
            ``(token, d_v)``, after minus before, rows in the order as written; all 0 where
            shuffled words give the same outputs, shuffled.
        """
        back = np.argsort(list(places))
        return self.run(places).output[back] - self.run(range(len(places))).output

    def _encoding(self) -> Encoding:
        own = {
            "learned": Encoding(lambda n, width: torch.from_numpy(learned(n, width, self.seed))),
            "causal": Encoding(),
        }
        return {**ENCODINGS, **own}[self.order]


def learned(n: int, d_model: int, seed: int) -> Array:
    """One vector for each position, as a model would learn it; here drawn, not learned.

    Returns:
        ``(n, d_model)``; a position's vector does not depend on ``n``.
    """
    drawn = [np.random.default_rng((seed, 5, p)).standard_normal(d_model) for p in range(n)]
    return LEARNED_LENGTH * np.stack(drawn)


def exact_product(a: Array, b: Array) -> Array:
    """The matrix product with every sum rounded once: ``(row, inner)`` × ``(inner, column)``."""
    return np.array([[math.fsum(row * column) for column in b.T] for row in a])


def rope_degrees(n: int, d: int) -> Array:
    """Angle by which RoPE turns each pair of numbers at each position: ``(n, d / 2)``, 0 to 360."""
    upright = torch.tensor([1.0, 0.0], dtype=torch.float64).repeat(d // 2).expand(n, d)
    turned = rotate(upright).numpy()
    return np.degrees(np.arctan2(turned[:, 1::2], turned[:, 0::2])) % 360


def float32_difference(parameters: Parameters, head: int, places: Sequence[int]) -> float:
    """The largest difference that remains without positions when sums are rounded as usual.

    The same layer through torch in float32: what is left is rounding, not order.
    """
    shuffled = replace(parameters, x=parameters.x[list(places)])
    n = len(places)
    before, after = (
        layer.trace(("",) * n, it, Rules(), Origin("seeded")).layers[0].output[head]
        for it in (parameters, shuffled)
    )
    return float(np.abs(after[np.argsort(list(places))] - before).max())


def shuffled(n: int, seed: int) -> tuple[int, ...]:
    """The places 0 to n - 1 in another order than that, if there is one; by seed."""
    places = np.random.default_rng(seed).permutation(n)
    if n > 1 and (places == np.arange(n)).all():
        places = np.roll(places, 1)
    return tuple(int(place) for place in places)


def _softmax(row: Array) -> list[float]:
    largest = max(row)
    powers = [math.exp(score - largest) for score in row]
    total = math.fsum(powers)
    return [power / total for power in powers]
