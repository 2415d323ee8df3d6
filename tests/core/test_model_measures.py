"""Measures for trained models, on maps of many layers and heads: by hand and by law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.measures import (
    Sink,
    cosine_distance,
    entropy,
    expected_distance,
    habits,
    head_features,
    mean_over_heads,
    rollout,
    sink,
)

LAYER, HEAD, N = 3, 2, 5
seeds = st.integers(0, 999)


def maps(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(N), (LAYER, HEAD, N))


def test_the_mean_over_heads_by_hand():
    weights = np.array([[[1.0, 0.0], [0.5, 0.5]], [[0.5, 0.5], [0.0, 1.0]]])
    assert mean_over_heads(weights).tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert mean_over_heads(maps(1)).shape == (LAYER, N, N)


# Rollout


def test_rollout_by_hand():
    first = [[[0.0, 1.0], [1.0, 0.0]]]
    second = [[[1.0, 0.0], [1.0, 0.0]]]
    found = rollout(np.array([first, second]))
    assert found[0].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert found[1].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    backwards = rollout(np.array([second, first]))
    assert backwards[1].tolist() == [[0.75, 0.25], [0.75, 0.25]]


@given(seeds)
def test_rows_of_rollout_sum_to_1(seed: int):
    found = rollout(maps(seed))
    assert found.shape == (LAYER, N, N)
    assert (found >= 0).all()
    assert_allclose(found.sum(axis=-1), 1)


def test_where_everybody_looks_at_themselves_words_stay_apart():
    assert (rollout(np.broadcast_to(np.eye(N), (LAYER, HEAD, N, N))) == np.eye(N)).all()


def test_with_a_causal_mask_nothing_of_later_words_gets_in():
    weights = np.tril(maps(2))
    weights /= weights.sum(axis=-1, keepdims=True)
    assert (rollout(weights)[:, *np.triu_indices(N, 1)] == 0).all()


def test_a_query_that_may_look_at_nothing_keeps_what_it_has():
    weights = maps(3)
    weights[:, :, 2] = 0
    assert (rollout(weights)[:, 2] == np.eye(N)[2]).all()


def test_the_order_of_heads_does_not_matter_for_rollout():
    assert_allclose(rollout(maps(4)[:, ::-1]), rollout(maps(4)))


# Cosine distance


def test_cosine_distance_by_hand():
    a = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    b = np.array([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [1.0, 1.0]])
    assert cosine_distance(a, b).tolist() == [0, 1, 2, 1]


@given(seeds)
def test_equal_vectors_are_exactly_0_apart(seed: int):
    x = np.random.default_rng(seed).standard_normal((4, 7)).astype(np.float32)
    assert (cosine_distance(x, x.copy()) == 0).all()


# Head features


def features(rows: list[list[float]], special: list[bool]) -> dict[str, float]:
    found = head_features(np.array([[rows]]), special)
    return {name: float(value[0, 0]) for name, value in found._asdict().items()}


def test_features_by_hand():
    rows = [[0.0, 0.2, 0.8], [0.5, 0.25, 0.25], [0.0, 1.0, 0.0]]
    found = features(rows, [False, False, False])
    assert found["previous"] == (0.5 + 1) / 2
    assert found["following"] == pytest.approx((0.2 + 0.25) / 2)
    assert found["same"] == pytest.approx(0.25 / 3)
    assert found["special"] == 0
    assert found["first"] == (0.5 + 0) / 2
    assert found["entropy"] == pytest.approx(entropy(np.array(rows)).mean())
    assert found["distance"] == pytest.approx(expected_distance(np.array(rows)).mean())


def test_a_sink_is_a_column_that_most_rows_look_at():
    everything = np.ones((5, 5), bool)
    to_first = np.tile([0.6, 0.1, 0.1, 0.1, 0.1], (5, 1))
    assert sink(to_first, everything) == Sink(key=0, rows=4, of=4)
    to_first[1:3] = 0.2
    assert sink(to_first, everything) is None  # two of four are not most


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_heads_that_look_next_door_or_at_themselves_have_no_sink(shift: int):
    weights = np.eye(6)[np.clip(np.arange(6) + shift, 0, 5)]
    assert sink(weights, np.ones((6, 6), bool)) is None


def test_a_token_without_a_choice_makes_no_sink():
    weights = np.zeros((4, 4))
    weights[:, 0] = 1
    may_look = np.tri(4, dtype=bool)
    assert sink(weights, may_look) == Sink(key=0, rows=3, of=3)
    may_look[1:, 1:] = False
    assert sink(weights, may_look) is None


def test_special_tokens_are_looked_at_but_do_not_ask():
    rows = [[1.0, 0.0, 0.0], [0.5, 0.25, 0.25], [0.0, 0.0, 1.0]]
    found = features(rows, [True, False, True])
    assert found == {
        "previous": 0.5,
        "following": 0.25,
        "same": 0.25,
        "special": 0.75,
        "first": 0.5,
        "entropy": 1.5,
        "distance": 0.75,
    }


def test_a_sentence_of_special_tokens_alone_is_measured_all_the_same():
    assert features([[0.0, 1.0], [1.0, 0.0]], [True, True])["special"] == 1


def test_one_token_has_no_neighbours():
    found = features([[1.0]], [False])
    assert (found["previous"], found["following"], found["same"], found["first"]) == (0, 0, 1, 0)


def test_features_are_of_each_layer_and_head():
    weights = maps(5)
    whole = head_features(weights, [True] + [False] * 4)
    for index in np.ndindex(LAYER, HEAD):
        alone = head_features(weights[index][None, None], [True] + [False] * 4)
        assert [value[index] for value in whole] == [value[0, 0] for value in alone]


def test_every_token_must_be_named():
    with pytest.raises(ValueError, match="need 5 entries in special, got 4"):
        head_features(maps(0), [False] * 4)


def test_a_habit_is_what_takes_half_of_the_attention():
    features = {
        "previous": np.array([[0.5, 0.2, 0.9]]),
        "same": np.array([[0.1, 0.49, 0.05]]),
        "entropy": np.array([[3.0, 3.0, 3.0]]),
    }
    assert habits(features, ("previous", "same")).tolist() == [["previous", "", "previous"]]
    assert habits(features, ("same",)).tolist() == [["", "", ""]]
