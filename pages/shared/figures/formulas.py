"""The arithmetic of one cell as LaTeX, with the real numbers in it. No reader's words go in."""

from collections.abc import Sequence

import numpy as np

from core.arrays import Array
from core.trace import LayerTrace

TERMS = 8
"""Terms that are written out; the rest is summed, and marked with how many there are."""

BRACE = r"\underbrace"
"""It stands where terms are summed and not written out."""

COMPONENTS = 5
"""Components of a value that are written out."""

LARGEST_EXPONENT = 20.0
"""Scores beyond it are shown less the largest one, as softmax is computed in practice."""


def dot_product(layer: LayerTrace, head: int, query: int, key: int) -> str:
    """q·k, term by term."""
    return product(layer.q[head, query], layer.k[head, key], (query, key))


def product(q: Array, k: Array, pair: tuple[int, int]) -> str:
    """q·k of two vectors, term by term.

    Args:
        q, k: ``(d_k,)``.
        pair: The query's place and the key's, from 0.
    """
    terms = [rf"{_signed(a)} \cdot {_signed(b)}" for a, b in zip(q[:TERMS], k[:TERMS], strict=True)]
    rest = _rest(_signed(float(q[TERMS:] @ k[TERMS:])), len(q) - TERMS)
    sum_of_terms = _sum([*terms, *rest])
    name = rf"q_{{{pair[0] + 1}}} \cdot k_{{{pair[1] + 1}}}"
    return rf"{name} = {sum_of_terms} = {_number(float(q @ k))}"


def score(layer: LayerTrace, divisor: str, head: int, query: int, key: int) -> str:
    """Scaling, the cap, and what is added: ALiBi or the mask.

    Args:
        layer: Whose numbers are shown.
        divisor: LaTeX of what q·k is divided by, as :func:`divisor` gives it.
        head, query, key: The cell.
    """
    dot = float(layer.q[head, query] @ layer.k[head, key])
    bias = float(layer.bias[head, query, key]) if layer.bias[head, query].any() else None
    at, pair = (head, query, key), (query, key)
    if layer.cap is None:
        return scaling(dot, divisor, float(layer.scores[at]), bias, pair)
    bent = float(layer.capped_scores[at])
    line = scaling(dot, divisor, float(layer.scores[at]), None, pair)
    return rf"{line}, \qquad {capping(layer.cap, float(layer.scores[at]), bent, bias, pair)}"


def capping(
    cap: float, score: float, bent: float, bias: float | None, pair: tuple[int, int]
) -> str:
    """From the score to what is left of it below a cap, and to what softmax is taken of.

    Args:
        cap: What no score exceeds.
        score: Before it is bent.
        bent: Afterwards.
        bias: As in :func:`scaling`.
        pair: Likewise.
    """
    at = rf"_{{{pair[0] + 1},{pair[1] + 1}}}"
    line = rf"\bar s{at} = {cap:g} \tanh\dfrac{{{_number(score)}}}{{{cap:g}}} = {_number(bent)}"
    return line if bias is None else rf"{line}, \qquad {_biased(at, bent, bias)}"


def scaling(
    dot: float, divisor: str, score: float, bias: float | None, pair: tuple[int, int]
) -> str:
    """From q·k to the score, and to what softmax is taken of.

    Args:
        dot: q·k.
        divisor: As :func:`divisor` gives it.
        score: Before anything is added.
        bias: What is added; ``None`` if nothing is added in the whole row.
        pair: The query's place and the key's, from 0.
    """
    at = rf"_{{{pair[0] + 1},{pair[1] + 1}}}"
    scaled = _number(score)
    quotient = rf"\dfrac{{{_number(dot)}}}{{{divisor}}} = {scaled}" if divisor else _number(dot)
    line = rf"s{at} = {quotient}"
    if bias is None:
        return line
    return rf"{line}, \qquad {_biased(at, score, bias)}"


def _biased(at: str, score: float, bias: float) -> str:
    return rf"s'{at} = {_number(score)} {_added(bias)} = {_number(score + bias)}"


def divisor(d_k: int, *, scaled: bool, temperature: float) -> str:
    """What q·k is divided by, as LaTeX; empty if it is not."""
    parts = [rf"\sqrt{{{d_k}}}"] if scaled else []
    parts += [f"{temperature:g}"] if temperature != 1 else []
    return r" \cdot ".join(parts)


def softmax(layer: LayerTrace, head: int, query: int, key: int) -> str:
    """The score as a power of e, over the sum of its row.

    Terms are in the row's order; the key's own is always one of them.
    """
    biased = layer.biased_scores[head, query].astype(float)
    symbol = "s" if layer.cap is None else r"\bar s"
    symbol = "s'" if layer.bias[head, query].any() else symbol
    sink = None if layer.sinks is None else float(layer.sinks[head])
    return share(biased, float(layer.weights[head, query, key]), symbol, (query, key), sink)


def share(
    biased: Array, weight: float, symbol: str, pair: tuple[int, int], sink: float | None = None
) -> str:
    """A key's share of its row.

    Args:
        biased: ``(key,)``, what softmax is taken of.
        weight: What it gives for the key.
        symbol: LaTeX of these scores.
        pair: The query's place and the key's, from 0.
        sink: The learned score of a place that is no key, b in the formula, if there is one.
    """
    query, key = pair
    name = rf"w_{{{query + 1},{key + 1}}}"
    if np.isneginf(biased).all():
        return rf"{name} = 0"
    largest = float(biased.max()) if sink is None else max(float(biased.max()), sink)
    shift = largest if abs(largest) > LARGEST_EXPONENT else 0.0
    powers = np.exp(biased - shift)
    top = rf"e^{{{_number(biased[key])}{_shift(shift)}}}" if np.isfinite(biased[key]) else "0"
    written = _written(range(len(powers)), key)
    shown = [_number(powers[j]) for j in written]
    rest = _rest(_number(np.delete(powers, written).sum()), len(powers) - len(written))
    whole = rf"\sum_j e^{{{symbol}_{{{query + 1},j}}{_shift(shift)}}}"
    sunk = 0.0 if sink is None else float(np.exp(sink - shift))
    if sink is not None:
        whole, rest = rf"{whole} + e^{{b{_shift(shift)}}}", [*rest, _number(sunk)]
    return (
        rf"{name} = \dfrac{{{top}}}{{{whole}}} = "
        rf"\dfrac{{{_number(powers[key])}}}{{{_sum([*shown, *rest])}}} = "
        rf"\dfrac{{{_number(powers[key])}}}{{{_number(powers.sum() + sunk)}}} = "
        rf"{_number(weight)}"
    )


def weighted_sum(layer: LayerTrace, head: int, query: int, key: int) -> str:
    """The output as the sum of values, the heaviest first; the key's own is one of the terms."""
    output = layer.output[head, query]
    return collected(layer.weights[head, query], layer.v[head], output, (query, key))


def collected(weights: Array, values: Array, output: Array, pair: tuple[int, int]) -> str:
    """The sum of values, the heaviest first.

    Args:
        weights: ``(key,)``.
        values: ``(key, d_v)``.
        output: ``(d_v,)``, the sum.
        pair: The query's place and the key's, from 0; the key's value is written out.
    """
    query, key = pair
    written = _written(np.argsort(-weights, kind="stable").tolist(), key)
    terms = [rf"{_number(float(weights[j]))} \cdot {_vector(values[j])}" for j in written]
    left = np.delete(weights, written) @ np.delete(values, written, axis=0)
    terms += _rest(_vector(left), len(weights) - len(written))
    meaning = rf"o_{{{query + 1}}} = \sum_j w_{{{query + 1},j}}\, v_j"
    return rf"{meaning} = {_sum(terms)} = {_vector(output)}"


def _written(order: Sequence[int], key: int) -> list[int]:
    """The places whose terms are written out, in order: the first ones, and the key's own."""
    first = list(order[:TERMS])
    return first if key in first else [*first[:-1], key]


def _rest(total: str, count: int) -> list[str]:
    """What is not written out, summed, and how many terms that is; nothing if there are none."""
    return [rf"{BRACE}{{{total}}}_{{\Sigma\,{count}}}"] if count > 0 else []


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
