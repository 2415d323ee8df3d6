"""The arithmetic of one cell as LaTeX, with the real numbers in it. No reader's words go in."""

import numpy as np

from core.arrays import Array
from core.trace import LayerTrace

TERMS = 8
"""Terms that are written out; the rest is summed."""

COMPONENTS = 4
"""Components of a value that are written out."""

LARGEST_EXPONENT = 20.0
"""Scores beyond it are shown less the largest one, as softmax is computed in practice."""


def dot_product(layer: LayerTrace, head: int, query: int, key: int) -> str:
    """q·k, term by term."""
    q, k = layer.q[head, query], layer.k[head, key]
    terms = [rf"{_signed(a)} \cdot {_signed(b)}" for a, b in zip(q[:TERMS], k[:TERMS], strict=True)]
    rest = [_signed(float(q[TERMS:] @ k[TERMS:]))] if len(q) > TERMS else []
    product = _sum([*terms, *rest])
    return rf"q_{{{query + 1}}} \cdot k_{{{key + 1}}} = {product} = {_number(float(q @ k))}"


def score(layer: LayerTrace, divisor: str, head: int, query: int, key: int) -> str:
    """Scaling, and what is added: ALiBi or the mask.

    Args:
        layer: Whose numbers are shown.
        divisor: LaTeX of what q·k is divided by, as :func:`divisor` gives it.
        head, query, key: The cell.
    """
    at = rf"_{{{query + 1},{key + 1}}}"
    product = _number(float(layer.q[head, query] @ layer.k[head, key]))
    scaled = _number(layer.scores[head, query, key])
    quotient = rf"\dfrac{{{product}}}{{{divisor}}} = {scaled}" if divisor else product
    line = rf"s{at} = {quotient}"
    bias = float(layer.bias[head, query, key])
    if not layer.bias[head, query].any():
        return line
    total = _number(layer.biased_scores[head, query, key])
    return rf"{line}, \qquad s'{at} = {scaled} {_added(bias)} = {total}"


def divisor(d_k: int, *, scaled: bool, temperature: float) -> str:
    """What q·k is divided by, as LaTeX; empty if it is not."""
    parts = [rf"\sqrt{{{d_k}}}"] if scaled else []
    parts += [f"{temperature:g}"] if temperature != 1 else []
    return r" \cdot ".join(parts)


def softmax(layer: LayerTrace, head: int, query: int, key: int) -> str:
    """The score as a power of e, over the sum of its row; terms are in the row's order."""
    weight = rf"w_{{{query + 1},{key + 1}}}"
    if not layer.may_look[head, query].any():
        return rf"{weight} = 0"
    biased = layer.biased_scores[head, query].astype(float)
    symbol = "s'" if layer.bias[head, query].any() else "s"
    largest = float(biased.max())
    shift = largest if abs(largest) > LARGEST_EXPONENT else 0.0
    powers = np.exp(biased - shift)
    top = rf"e^{{{_number(biased[key])}{_shift(shift)}}}" if np.isfinite(biased[key]) else "0"
    shown = [_number(power) for power in powers[:TERMS]]
    rest = [_number(powers[TERMS:].sum())] if len(powers) > TERMS else []
    return (
        rf"{weight} = \dfrac{{{top}}}{{\sum_j e^{{{symbol}_{{{query + 1},j}}{_shift(shift)}}}}} = "
        rf"\dfrac{{{_number(powers[key])}}}{{{_sum([*shown, *rest])}}} = "
        rf"\dfrac{{{_number(powers[key])}}}{{{_number(powers.sum())}}} = "
        rf"{_number(layer.weights[head, query, key])}"
    )


def weighted_sum(layer: LayerTrace, head: int, query: int) -> str:
    """The output as the sum of values, the heaviest first."""
    weights, values = layer.weights[head, query], layer.v[head]
    order = np.argsort(-weights, kind="stable")
    terms = [rf"{_number(weights[j])} \cdot {_vector(values[j])}" for j in order[:TERMS]]
    if len(order) > TERMS:
        rest = order[TERMS:]
        terms.append(_vector(weights[rest] @ values[rest]))
    meaning = rf"o_{{{query + 1}}} = \sum_j w_{{{query + 1},j}}\, v_j"
    return rf"{meaning} = {_sum(terms)} = {_vector(layer.output[head, query])}"


def _sum(terms: list[str]) -> str:
    return " + ".join(terms)


def _shift(shift: float) -> str:
    return f"-{_signed(shift)}" if shift else ""


def _added(bias: float) -> str:
    return r"+ (-\infty)" if np.isneginf(bias) else f"+ {_signed(bias)}"


def _signed(value: float) -> str:
    """A number that may follow an operator."""
    return f"({_number(value)})" if value < 0 else _number(value)


def _vector(values: Array) -> str:
    shown = [_number(value) for value in values[:COMPONENTS]]
    dots = [r"\dots"] if len(values) > COMPONENTS else []
    return "(" + r",\, ".join([*shown, *dots]) + ")"


def _number(value: float) -> str:
    """Two decimals; powers of ten where these would say nothing."""
    value = float(value) + 0.0  # no sign before zero
    if np.isneginf(value):
        return r"-\infty"
    if value and not 0.005 <= abs(value) < 1e4:
        digits, exponent = f"{value:.1e}".split("e")
        return rf"{digits} \cdot 10^{{{int(exponent)}}}"
    return f"{value:.2f}"
