"""Encodings and masks in plain loops, as the papers write them: one formula for each kind."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.masks import MaskRule

Array = np.ndarray
Row = list[float]


@dataclass(frozen=True)
class Formula:
    """An encoding, one token or one pair at a time.

    Attributes:
        vector: A word's vector and its position to the vector that the layer reads.
        turn: A query or key, its position and the base to what is compared.
        bias: (query, key, head, n_heads) to what is added to the scaled score.
    """

    vector: Callable[[Row, int], Row] = lambda row, position: row
    turn: Callable[[Row, int, float], Row] = lambda row, position, base: row
    bias: Callable[[int, int, int, int], float] = lambda i, j, head, n_heads: 0.0


def _waves(row: Row, position: int) -> Row:
    added = []
    for column, number in enumerate(row):
        angle = position / 10000 ** (2 * (column // 2) / len(row))
        added.append(number + (math.cos(angle) if column % 2 else math.sin(angle)))
    return added


def _turned(row: Row, position: int, base: float) -> Row:
    turned = []
    for column in range(0, len(row), 2):
        angle = position / base ** (column / len(row))
        a, b = row[column], row[column + 1]
        turned.append(a * math.cos(angle) - b * math.sin(angle))
        turned.append(a * math.sin(angle) + b * math.cos(angle))
    return turned


def _slope(head: int, n_heads: int) -> float:
    whole = 1
    while 2 * whole <= n_heads:
        whole *= 2
    if head < whole:
        return 2 ** (-8 * (head + 1) / whole)
    return 2 ** (-8 * (2 * (head - whole) + 1) / (2 * whole))


FORMULAS: Mapping[str, Formula] = {
    "none": Formula(),
    "sinusoidal": Formula(vector=_waves),
    "rope": Formula(turn=_turned),
    "alibi": Formula(bias=lambda i, j, head, n_heads: -_slope(head, n_heads) * abs(i - j)),
}

LOOKS: Mapping[str, Callable[[MaskRule, int, int], bool]] = {
    "none": lambda rule, i, j: True,
    "causal": lambda rule, i, j: j <= i,
    "window": lambda rule, i, j: -rule.width <= i - j <= rule.width,
    "dilated": lambda rule, i, j: any(
        abs(i - j) == rule.step * times for times in range(rule.width + 1)
    ),
    "global": lambda rule, i, j: abs(i - j) <= rule.width or min(i, j) < rule.n_global,
    "padding": lambda rule, i, j: j not in rule.padded,
    "drawn": lambda rule, i, j: (i, j) not in rule.blocked,
}


def may_look(rule: MaskRule, n: int) -> Array:
    """``(query, key)``."""
    looks = LOOKS[rule.kind]
    return np.array([[looks(rule, i, j) for j in range(n)] for i in range(n)], bool).reshape(n, n)


def vectors(name: str, x: Array) -> Array:
    """``(token, d_model)``, as the layer reads them."""
    vector = FORMULAS[name].vector
    return np.array([vector(row, at) for at, row in enumerate(x.astype(float).tolist())])


@dataclass(frozen=True)
class Head:
    """One of a layer's heads: its number and how many there are, its matrices, its factors."""

    number: int
    n_heads: int
    w_q: Array
    w_k: Array
    scale: float
    base: float = 10_000.0


def scores(name: str, read: Array, head: Head) -> Array:
    """``(query, key)``, scaled, biases included, before the mask."""
    formula, n = FORMULAS[name], len(read)
    q, k = (
        [formula.turn(row, at, head.base) for at, row in enumerate((read @ w).tolist())]
        for w in (head.w_q.astype(float), head.w_k.astype(float))
    )
    found = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            product = math.fsum(a * b for a, b in zip(q[i], k[j], strict=True))
            found[i, j] = product * head.scale + formula.bias(i, j, head.number, head.n_heads)
    return found
