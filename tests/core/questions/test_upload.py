"""Questions about a map from a file: every answer computed again, from the map alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.questions.question import CHANGES, Word
from core.questions.upload import Weighed, doubled, looked_at


@st.composite
def weighed(draw: st.DrawFn) -> Weighed:
    n_query, n_key = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    scores = random.normal(size=(n_query, n_key)) * draw(st.sampled_from([0.0, 1.0, 5.0]))
    scores[random.random(scores.shape) < draw(st.sampled_from([0.0, 0.4]))] = -np.inf
    powers = np.exp(scores)
    total = powers.sum(axis=1, keepdims=True)
    weights = np.divide(powers, total, out=np.zeros_like(powers), where=total > 0)
    asking, answering = (tuple(f"t{i}" for i in range(n)) for n in (n_query, n_key))
    return Weighed(asking, answering, weights, draw(st.integers(0, n_query - 1)))


seeds = st.integers(0, 999)


@given(weighed(), seeds)
def test_the_most_looked_at_token_has_the_largest_weight(it: Weighed, seed: int):
    question = looked_at(it, np.random.default_rng(seed))
    if question is None:
        return
    asks = question.values["asks"]
    assert isinstance(asks, Word)
    row = it.weights[asks.place].tolist()
    options = [option.place for option in question.options if isinstance(option, Word)]
    assert row[options[question.answer]] == max(row)
    assert len(options) == len(set(options)) >= 2


@given(weighed(), seeds)
def test_doubled_scores_are_those_of_a_softmax_of_twice_the_logarithm(it: Weighed, seed: int):
    question = doubled(it, np.random.default_rng(seed))
    if question is None:
        return
    asks = question.values["asks"]
    assert isinstance(asks, Word)
    row = it.weights[asks.place]
    with np.errstate(divide="ignore"):
        powers = np.exp(2 * np.log(row))
    after = (powers / powers.sum()).max()
    change = np.sign(np.round(after - row.max(), 7))
    assert CHANGES[question.answer].name == {1: "rises", 0: "stays", -1: "falls"}[int(change)]


def test_rows_that_are_no_softmax_are_not_asked_about():
    it = Weighed(("a",), ("x", "y"), np.array([[0.9, 0.9]]), 0)
    assert doubled(it, np.random.default_rng(0)) is None
    assert looked_at(it, np.random.default_rng(0)) is None
