"""One attention for one sentence and for two: by hand, by torch, and equal where it must be."""

from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from torch.nn import functional

from core.ideas.crossing import (
    SAME_KIND,
    SIZES,
    CrossSource,
    Numbers,
    Scoring,
    cost,
    difference,
    general_gap,
    self_gap,
)
from core.reader.ideas import CROSS_WORDS, CrossChoice, Sources
from core.reader.records import NAMES
from core.sources.handset import HandsetSource
from core.sources.seeded import SeededSource
from core.tokens import words
from tests.choosing import read

CHINESE = words("我爱北京天安门")
ENGLISH = words("I love Beijing Tiananmen too")
every_scoring = pytest.mark.parametrize("scoring", get_args(Scoring))
every_numbers = pytest.mark.parametrize("numbers", get_args(Numbers))
sentences = st.lists(
    st.sampled_from(["猫", "sees", "the", "鱼", "zyx", "blue"]), min_size=1, max_size=7
)


@given(tokens=sentences, seed=st.integers(0, 99))
def test_a_sentence_that_asks_itself_is_self_attention(tokens: list[str], seed: int):
    asked = tuple(tokens)
    layers = {"handset": HandsetSource(SIZES), "seeded": SeededSource(SIZES, seed=seed)}
    for numbers in get_args(Numbers):
        crossed = CrossSource(numbers=numbers, seed=seed)
        gap = difference(crossed.trace(asked, asked), layers[numbers].trace_of(asked))
        assert self_gap(crossed, asked) == gap < 1e-6


@every_scoring
@every_numbers
def test_two_sentences_make_a_map_of_their_own_sizes(scoring: Scoring, numbers: Numbers):
    trace = CrossSource(scoring, numbers).trace(ENGLISH, CHINESE)
    assert (trace.query_tokens, trace.key_tokens) == (ENGLISH, CHINESE)
    assert trace.layers[0].weights.shape[1:] == (5, 4)
    assert trace.origin.kind == numbers


@every_scoring
def test_translations_find_each_other(scoring: Scoring):
    layer = CrossSource(scoring).trace(ENGLISH[:4], CHINESE).layers[0]
    weights = layer.weights[min(SAME_KIND, len(layer.weights) - 1)]
    for query, found in enumerate([{0}, {1}, {2, 3}, {2, 3}]):
        best = set(np.flatnonzero(np.isclose(weights[query], weights[query].max())).tolist())
        assert best == found


@given(asking=sentences, answering=sentences, seed=st.integers(0, 99))
def test_scaled_scores_are_torchs_attention(asking: list[str], answering: list[str], seed: int):
    layer = (
        CrossSource(numbers="seeded", seed=seed).trace(tuple(asking), tuple(answering)).layers[0]
    )
    q, k, v = (torch.tensor(part) for part in (layer.q, layer.k, layer.v))
    expected = functional.scaled_dot_product_attention(q, k, v)
    assert_allclose(layer.output, expected.numpy(), rtol=1e-5, atol=1e-6)


@given(asking=sentences, answering=sentences, seed=st.integers(0, 99))
def test_general_is_scaled_times_the_root(asking: list[str], answering: list[str], seed: int):
    source = CrossSource(numbers="seeded", seed=seed)
    assert general_gap(source, tuple(asking), tuple(answering)) < 1e-5


def test_dot_products_are_of_the_words_as_they_are():
    scores = CrossSource("dot").trace(("love",), ("爱", "我", "累")).layers[0].scores
    assert_allclose(scores[0, 0], [0.8**2 + 0.6**2, 0, 0.6], atol=1e-6)


def test_additive_scores_by_hand():
    scores = CrossSource("additive").trace(("cat",), ("猫", "我")).layers[0].scores[0, 0]
    same, different = -3 * np.tanh(4), -3 * 2 * np.tanh(2)
    assert_allclose(scores, [same, different], rtol=1e-6)


@every_scoring
def test_a_causal_mask_hides_later_words_exactly(scoring: Scoring):
    weights = CrossSource(scoring, is_causal=True).trace(ENGLISH, ENGLISH).layers[0].weights
    assert not np.triu(weights, 1).any()
    assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)


@every_scoring
def test_who_asks_and_who_is_asked_exchange_scores_only_with_plain_dot_products(scoring: Scoring):
    source = CrossSource(scoring, "seeded")
    there, back = (
        source.trace(*pair).layers[0] for pair in ((ENGLISH, CHINESE), (CHINESE, ENGLISH))
    )
    assert np.allclose(there.scores, back.scores.mT, atol=1e-5) == (scoring == "dot")
    assert not np.allclose(there.weights, back.weights.mT, atol=0.01)


@given(n=st.integers(1, 9), m=st.integers(1, 9))
def test_costs_are_those_of_the_formulas(n: int, m: int):
    d, d_k = SIZES.d_model, SIZES.d_k
    assert cost("dot", n, m) == (0, 0, n * m * 2 * d, 0)
    assert cost("scaled", n, m) == (2 * d * d_k, (n + m) * 2 * d * d_k, n * m * 2 * d_k, 0)
    assert cost("general", n, m) == (d * d, n * 2 * d * d, n * m * 2 * d, 0)
    additive = cost("additive", n, m)
    assert additive.learned == 2 * d * d + d
    assert additive.words == (n + m) * 2 * d * d
    assert (additive.pairs, additive.tanh) == (n * m * 3 * d, n * m * d)


def test_a_difference_anywhere_is_found():
    one, other = (
        CrossSource(numbers="seeded", seed=seed).trace(CHINESE, CHINESE) for seed in (0, 1)
    )
    assert difference(one, other) > 0.1


@pytest.mark.parametrize(
    ("sources", "asks", "answers"),
    [("self_a", "a", "a"), ("self_b", "b", "b"), ("a_asks_b", "a", "b"), ("b_asks_a", "b", "a")],
)
def test_the_switch_says_who_asks_whom(sources: Sources, asks: str, answers: str):
    choice = CrossChoice(cross_sources=sources, cross_causal=True)
    assert (choice.asks, choice.answers) == (asks, answers)
    assert choice.is_self == choice.source.is_causal == (asks == answers)


def test_pointing_stays_inside_the_sentences():
    choice = CrossChoice(
        cross_sources="self_b", cross_word_a=9, cross_word_b=9, cross_word_other=9
    ).within(3, 5)
    assert (choice.cross_word_a, choice.cross_word_b, choice.cross_word_other) == (2, 4, 4)


def test_a_long_sentence_is_cut():
    tokens = CrossChoice(cross_a="cat " * 40).words("a")
    assert (len(tokens.kept), tokens.total) == (CROSS_WORDS, 40)


def test_unusable_values_are_named():
    raw = dict.fromkeys(NAMES[CrossChoice], object())
    choice, unusable = read(CrossChoice, raw)
    assert choice == CrossChoice()
    assert unusable == tuple(sorted(NAMES[CrossChoice]))
