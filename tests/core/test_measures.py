"""What is read off the weights, by hand and by law."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.measures import choosiest, contribution, entropy, expected_distance
from core.softmax import masked_softmax, softmax


def some_weights(seed: int, head: int = 2, query: int = 3, key: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(key), (head, query))


def test_softmax_by_hand():
    scores = np.array([[0, math.log(3), math.log(4)], [1000, 1000, 1000 + math.log(2)]])
    assert_allclose(softmax(scores), [[1 / 8, 3 / 8, 1 / 2], [1 / 4, 1 / 4, 1 / 2]])
    hidden = np.array([[0, -np.inf, 0], [-np.inf, -np.inf, -np.inf]])
    assert softmax(hidden).tolist() == [[0.5, 0, 0.5], [0, 0, 0]]


@given(st.integers(0, 999))
def test_softmax_is_what_attention_makes_of_scores(seed: int):
    scores = np.random.default_rng(seed).normal(0, 9, (2, 3, 5))
    scores[np.random.default_rng(seed).random(scores.shape) < 0.4] = -np.inf
    given = torch.from_numpy(scores)
    assert_allclose(softmax(scores), masked_softmax(given, given > -torch.inf), atol=1e-15)


def test_entropy_by_hand():
    rows = np.array([[1, 0, 0, 0], [0.5, 0, 0.5, 0], [0.25, 0.25, 0.25, 0.25], [0, 0, 0, 0]])
    assert entropy(rows).tolist() == [0, 1, 2, 0]


@given(st.integers(0, 999))
def test_entropy_lies_between_certainty_and_an_even_spread(seed: int):
    bits = entropy(some_weights(seed))
    assert bits.shape == (2, 3)
    assert (bits >= 0).all()
    assert (bits <= math.log2(5)).all()


def test_entropy_is_never_minus_zero():
    assert not np.signbit(entropy(np.eye(3, dtype=np.float32))).any()


def test_the_choosiest_query_is_not_one_that_has_no_choice():
    weights = np.array([[1, 0, 0], [0.8, 0.2, 0], [0.6, 0.2, 0.2]])
    assert choosiest(weights, np.tri(3, dtype=bool)) == 1
    assert choosiest(weights, np.ones((3, 3), dtype=bool)) == 0
    assert choosiest(np.zeros((2, 2)), np.zeros((2, 2), dtype=bool)) == 0


def test_entropy_ignores_the_order_of_keys():
    weights = some_weights(1)
    assert_allclose(entropy(weights[..., ::-1]), entropy(weights))


def test_expected_distance_by_hand():
    rows = np.array([[0, 0, 1.0], [0.5, 0, 0.5], [0.25, 0.5, 0.25]])
    assert expected_distance(rows).tolist() == [2, 1, 1]


@pytest.mark.parametrize("n", [1, 4])
def test_looking_at_oneself_is_distance_0(n: int):
    assert expected_distance(np.eye(n)).tolist() == [0] * n


def test_contribution_by_hand():
    weights = np.array([[0.5, 0.5], [0.0, 1.0]])
    assert contribution(weights, np.array([[3.0, 4.0], [0.0, 0.1]])).tolist() == [
        [2.5, 0.05],
        [0.0, 0.1],
    ]


@given(st.integers(0, 999))
def test_contributions_are_lengths_of_what_is_summed_up(seed: int):
    weights = some_weights(seed)
    v = np.random.default_rng(seed).standard_normal((2, 5, 7))
    pieces = weights[..., None] * v[:, None]  # (head, query, key, d_v)
    assert_allclose(contribution(weights, v), np.linalg.norm(pieces, axis=-1))


def test_a_large_weight_on_no_value_contributes_nothing():
    assert contribution(np.array([[0.9, 0.1]]), np.array([[0.0], [2.0]])).tolist() == [[0, 0.2]]
