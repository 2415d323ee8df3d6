"""The arithmetic on the page is the trace's: read the LaTeX back and compare."""

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.arrays import Array
from core.layer import Rules, trace
from core.reader.explore import Choice
from core.trace import LayerTrace
from pages.shared.figures import formulas
from pages.shared.figures.formulas import COMPONENTS, TERMS
from tests.choosing import read

WORDS = ("the", "secret", "猫", "$x$", "吃", "{a}", "the", "7", "cat", "天空", "zork")
POWER = re.compile(r"(-?[\d.]+) \\cdot 10\^\{(-?\d+)\}")
REST = re.compile(r"\\underbrace\{(.*?)\}_\{\\Sigma\\,(\d+)\}")
NUMBER = r"-?\d+\.\d+(?:e-?\d+)?"

settings_of_layers = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["handset", "seeded"]),
        "seed": st.integers(0, 99),
        "d_k": st.integers(1, 12),
        "d_v": st.integers(1, 7),
        "scaled": st.booleans(),
        "temperature": st.sampled_from([0.1, 1.0, 2.5]),
        "mask": st.sampled_from(["none", "causal", "drawn"]),
        "positions": st.sampled_from(["none", "rope", "alibi"]),
    }
)
lengths = st.integers(1, len(WORDS))
places = st.tuples(st.integers(0, 1), st.integers(0, 10), st.integers(0, 10))


def made(n: int = 4, **change: object) -> tuple[LayerTrace, Rules]:
    blocked = tuple((1, key) for key in range(len(WORDS)))
    choice, unusable = read(Choice, change)
    assert not unusable
    source = replace(choice, blocked=blocked).layer_source
    words = WORDS[:n]
    layer = trace(words, source.parameters(words), source.rules, source.origin).layers[0]
    return layer, source.rules


def plainly(latex: str) -> str:
    """Powers of ten as Python writes them."""
    return POWER.sub(r"\1e\2", latex)


def last(latex: str) -> float:
    """The number behind the last equals sign."""
    end = plainly(latex).split("=")[-1].strip()
    return -np.inf if end == r"-\infty" else float(end)


def vectors(latex: str) -> list[list[float]]:
    """Everything in round brackets that has more than one component, or stands after a dot."""
    inside = re.findall(r"\(([^()]*)\)", plainly(latex))
    return [[float(number) for number in re.findall(NUMBER, part)] for part in inside]


def numbers(term: str) -> list[float]:
    return [float(number) for number in re.findall(NUMBER, term)]


def close(shown: float, meant: float) -> bool:
    """As near as two decimals, or two digits, can be."""
    return bool(np.isclose(shown, meant, rtol=0.051, atol=0.0051))


def below(layer: LayerTrace, rules: Rules) -> str:
    d_k = layer.q.shape[-1]
    return formulas.divisor(d_k, scaled=rules.scaled, temperature=rules.temperature)


def value_of(divisor: str) -> float:
    factors = divisor.split(r" \cdot ") if divisor else []
    roots = (re.fullmatch(r"\\sqrt\{(\d+)\}", factor) for factor in factors)
    pairs = zip(factors, roots, strict=True)
    return math.prod(int(root[1]) ** 0.5 if root else float(factor) for factor, root in pairs)


def lines(layer: LayerTrace, rules: Rules, head: int, query: int, key: int) -> list[str]:
    return [
        formulas.dot_product(layer, head, query, key),
        formulas.score(layer, below(layer, rules), head, query, key),
        formulas.softmax(layer, head, query, key),
        formulas.weighted_sum(layer, head, query, key),
    ]


@given(settings_of_layers, lengths, places)
def test_every_line_ends_with_the_number_of_the_trace(
    change: dict[str, Any], n: int, place: tuple[int, int, int]
):
    layer, rules = made(n, **change)
    head, query, key = at = place[0], place[1] % n, place[2] % n
    dot, score, softmax, weighted = lines(layer, rules, *at)
    product = float(layer.q[head, query] @ layer.k[head, key])
    assert close(last(dot), product)
    assert close(last(softmax), layer.weights[at])
    biased = float(layer.scores[at] + layer.bias[at])
    assert last(score) == biased if np.isneginf(biased) else close(last(score), biased)
    shown, meant = vectors(weighted)[-1], layer.output[head, query, :COMPONENTS]
    assert all(close(a, b) for a, b in zip(shown, meant, strict=True))


@given(settings_of_layers, lengths, places)
def test_at_most_so_many_terms_are_written_out(
    change: dict[str, Any], n: int, place: tuple[int, int, int]
):
    layer, rules = made(n, **change)
    dot, _, softmax, weighted = lines(layer, rules, place[0], place[1] % n, place[2] % n)
    assert plainly(dot).split("=")[1].count(r"\cdot") == min(TERMS, layer.q.shape[-1])
    for latex in (softmax, weighted):
        assert max(part.count(" + ") for part in latex.split("=")) <= TERMS
    assert all(len(vector) <= COMPONENTS for vector in vectors(weighted))


@given(settings_of_layers, lengths, places)
def test_formulas_hold_numbers_only_and_no_words(
    change: dict[str, Any], n: int, place: tuple[int, int, int]
):
    layer, rules = made(n, **change)
    for latex in lines(layer, rules, place[0], place[1] % n, place[2] % n):
        commands = re.findall(r"\\([a-z]+)", latex)
        assert set(re.findall(r"\\[A-Z]\w*", latex)) <= {r"\Sigma"}
        known = {"cdot", "frac", "dfrac", "sqrt", "infty", "qquad", "sum", "dots", "underbrace"}
        assert set(commands) <= known
        letters = set(re.findall(r"[a-z]+", re.sub(r"\\[A-Za-z]+", "", latex)))
        assert letters <= {"q", "k", "s", "e", "w", "o", "v", "j"}
        assert latex.count("{") == latex.count("}")
        assert latex.isascii()
        assert "$" not in latex
        assert not re.search(r"nan|inf\b", latex)


@given(settings_of_layers, lengths, places)
def test_the_terms_of_the_dot_product_add_up(
    change: dict[str, Any], n: int, place: tuple[int, int, int]
):
    layer, _ = made(n, **change)
    head, query, key = place[0], place[1] % n, place[2] % n
    latex = REST.sub(r"\1", formulas.dot_product(layer, head, query, key))
    terms = plainly(latex).split("=")[1].split(" + ")
    factors = [[float(f.strip(" ()")) for f in term.split(r"\cdot")] for term in terms]
    assert np.isclose(
        sum(map(np.prod, factors)), layer.q[head, query] @ layer.k[head, key], atol=0.3
    )
    for i, (a, b) in enumerate(factors[:TERMS] if len(factors) <= TERMS else factors[:-1]):
        assert close(a, layer.q[head, query, i])
        assert close(b, layer.k[head, key, i])


@given(settings_of_layers, places)
def test_a_sum_of_terms_says_how_many_they_are(change: dict[str, Any], place: tuple[int, int, int]):
    n = len(WORDS)
    layer, rules = made(n, **change)
    dot, _, softmax, weighted = lines(layer, rules, place[0], place[1] % n, place[2] % n)
    left = layer.q.shape[-1] - TERMS
    assert [int(count) for _, count in REST.findall(dot)] == ([left] if left > 0 else [])
    blind = not layer.may_look[place[0], place[1] % n].any()
    assert [int(count) for _, count in REST.findall(softmax)] == ([] if blind else [n - TERMS])
    assert [int(count) for _, count in REST.findall(weighted)] == [n - TERMS]


@given(settings_of_layers, places)
def test_the_opened_pairs_own_term_is_written_out(
    change: dict[str, Any], place: tuple[int, int, int]
):
    n = len(WORDS)
    layer, rules = made(n, **change)
    at = place[0], place[1] % n, place[2] % n
    _, _, softmax, weighted = lines(layer, rules, *at)
    terms = plainly(weighted).split(" = ")[2].split(" + ")[:TERMS]
    own = layer.weights[at], *layer.v[at[0], at[2], :COMPONENTS]
    assert any(np.allclose(numbers(term), own, rtol=0.051, atol=0.0051) for term in terms)
    _, *quotients = softmax.split(" = \\dfrac")
    if quotients:
        power, total = quotients[1].strip("{").split("}{", 1)
        assert f" {power} + " in f" {total}"


@given(settings_of_layers, places)
def test_the_terms_of_the_weighted_sum_add_up(change: dict[str, Any], place: tuple[int, int, int]):
    n = len(WORDS)
    layer, rules = made(n, **change)
    *_, weighted = lines(layer, rules, place[0], place[1] % n, place[2] % n)
    terms = plainly(REST.sub(r"\1", weighted)).split(" = ")[2].split(" + ")
    assert len(terms) == TERMS + 1
    written = np.array([numbers(term) for term in terms[:-1]])
    total = written[:, 0] @ written[:, 1:] + numbers(terms[-1])
    output = layer.output[place[0], place[1] % n, :COMPONENTS]
    assert np.allclose(total, output, atol=0.1)


def test_a_masked_score_is_minus_infinity_and_its_weight_0():
    layer, rules = made(mask="causal")
    _, score, softmax, _ = lines(layer, rules, 0, 1, 2)
    assert score.endswith(r"+ (-\infty) = -\infty")
    assert "frac{0}" in softmax
    assert last(softmax) == 0


def test_a_word_that_may_look_at_nothing_has_weight_0_and_output_0():
    layer, rules = made(mask="drawn")
    _, _, softmax, weighted = lines(layer, rules, 0, 1, 2)
    assert softmax == "w_{2,3} = 0"
    assert vectors(weighted)[-1] == [0, 0, 0, 0]


def test_words_are_counted_from_1():
    dot, score, softmax, weighted = lines(*made(), 0, 2, 0)
    assert dot.startswith(r"q_{3} \cdot k_{1} = ")
    assert score.startswith(r"s_{3,1} = ")
    assert softmax.startswith("w_{3,1} = ")
    assert weighted.startswith("o_{3} = ")


@pytest.mark.parametrize(
    ("scaled", "temperature", "divisor"),
    [
        (True, 1.0, r"\sqrt{4}"),
        (False, 1.0, ""),
        (True, 0.5, r"\sqrt{4} \cdot 0.5"),
        (False, 2.0, "2"),
    ],
)
def test_the_divisor_is_the_rules(scaled: bool, temperature: float, divisor: str):
    layer, rules = made(scaled=scaled, temperature=temperature)
    assert below(layer, rules) == divisor
    latex = formulas.score(layer, divisor, 0, 0, 1)
    assert (r"\dfrac" in latex) == bool(divisor)
    assert f"{{{divisor}}} = " in latex or not divisor


@given(settings_of_layers, lengths, places)
def test_the_product_over_the_divisor_is_the_score(
    change: dict[str, Any], n: int, place: tuple[int, int, int]
):
    layer, rules = made(n, **change)
    head, query, key = at = place[0], place[1] % n, place[2] % n
    divisor = below(layer, rules)
    product = float(layer.q[head, query] @ layer.k[head, key])
    assert np.isclose(product / value_of(divisor), layer.scores[at], rtol=1e-4, atol=1e-4)
    quotient, *_ = formulas.score(layer, divisor, *at).split(r", \qquad")
    assert close(last(quotient), layer.scores[at])


def test_alibi_is_added_to_the_score():
    layer, rules = made(positions="alibi")
    latex = formulas.score(layer, below(layer, rules), 0, 0, 2)
    assert close(
        float(plainly(latex).split(" + ")[1].split("=")[0].strip(" ()")), layer.bias[0, 0, 2]
    )


def test_large_scores_are_shown_less_the_largest():
    layer, _ = made(source="seeded", d_k=12, scaled=False, temperature=0.1)
    query, key = np.unravel_index(layer.scores[0].argmax(), layer.scores[0].shape)
    latex = formulas.softmax(layer, 0, int(query), int(key))
    largest = layer.scores[0, query, key]
    assert 1e4 > largest > formulas.LARGEST_EXPONENT
    assert f"e^{{{largest:.2f}-{largest:.2f}}}" in latex
    assert close(last(latex), layer.weights[0, query, key])


@pytest.mark.parametrize(
    ("change", "symbol"),
    [
        ({}, "s"),
        ({"positions": "rope"}, "s"),
        ({"positions": "alibi"}, "s'"),
        ({"mask": "causal"}, "s'"),
        ({"mask": "causal", "positions": "alibi"}, "s'"),
    ],
)
def test_the_exponent_is_the_score_with_what_was_added(change: dict[str, Any], symbol: str):
    layer, rules = made(**change)
    _, score, softmax, _ = lines(layer, rules, 0, 1, 0)
    assert f"e^{{{symbol}_{{2,j}}}}" in softmax
    assert ("s'_{2,1}" in score) == (symbol == "s'")


@example({"positions": "alibi"}, 2, (0, 0, 0))
@given(settings_of_layers, lengths, places)
def test_what_follows_an_operator_has_a_sign_in_brackets_only(
    change: dict[str, Any], n: int, place: tuple[int, int, int]
):
    layer, rules = made(n, **change)
    for latex in lines(layer, rules, place[0], place[1] % n, place[2] % n):
        assert not re.search(r"(\+|\\cdot) -", latex)


@example({"positions": "alibi"}, 2, (0, 0, 0))
@given(settings_of_layers, lengths, places)
def test_nothing_is_minus_0(change: dict[str, Any], n: int, place: tuple[int, int, int]):
    layer, rules = made(n, **change)
    for latex in lines(layer, rules, place[0], place[1] % n, place[2] % n):
        assert not re.search(r"-0\.00\b", latex)


# Caps and sinks


def weights_of(layer: LayerTrace, cap: float | None, sinks: Array | None) -> Array:
    bent = layer.scores if cap is None else cap * np.tanh(layer.scores / cap)
    raised = np.exp((bent + layer.bias).astype(float))
    beside = 0.0 if sinks is None else np.exp(sinks)[:, None, None]
    return raised / (raised.sum(axis=-1, keepdims=True) + beside)


def test_a_cap_bends_the_score_before_anything_is_added():
    layer, rules = made(positions="alibi", mask="none")
    capped = replace(layer, cap=1.5, weights=weights_of(layer, 1.5, None))
    plain, bent, biased = formulas.score(capped, below(layer, rules), 0, 2, 0).split(r", \qquad ")
    assert close(last(plain), float(layer.scores[0, 2, 0]))
    assert r"\bar s_{3,1} = 1.5 \tanh\dfrac{" in bent
    assert close(last(bent), 1.5 * math.tanh(layer.scores[0, 2, 0] / 1.5))
    assert close(last(biased), float(capped.biased_scores[0, 2, 0]))


@pytest.mark.parametrize("sink", [-1.0, 2.0, 30.0])
def test_a_sink_stands_below_the_line(sink: float):
    layer, _ = made(mask="none")
    sinks = np.full(len(layer.q), sink)
    sunk = replace(layer, sinks=sinks, weights=weights_of(layer, None, sinks))
    latex = formulas.softmax(sunk, 0, 2, 0)
    assert "+ e^{b" in latex
    assert close(last(latex), float(sunk.weights[0, 2, 0]))
    terms, whole = (numbers(plainly(it).split("}{", 1)[1]) for it in latex.split(" = ")[2:4])
    assert sum(terms) == pytest.approx(whole[0], rel=0.02, abs=0.03)
