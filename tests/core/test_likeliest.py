"""Probabilities at a temperature, and the likeliest pieces."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from core.arrays import Array
from core.likeliest import drawn, likeliest, probabilities

scores = arrays(np.float32, st.integers(1, 30), elements=st.floats(-50, 50, width=32))
temperatures = st.floats(0.01, 3)


def test_temperature_by_hand():
    found = np.array([math.log(4), math.log(1)], np.float32)
    assert_allclose(probabilities(found, 1), [0.8, 0.2], atol=1e-7)
    assert_allclose(probabilities(found, 0.5), [16 / 17, 1 / 17], atol=1e-7)
    assert_allclose(probabilities(found, 2), [2 / 3, 1 / 3], atol=1e-7)
    assert_array_equal(probabilities(found, 0), [1, 0])


@given(scores, temperatures)
def test_probabilities_sum_to_one_and_keep_the_order(found: Array, temperature: float):
    share = probabilities(found, temperature)
    assert share.sum() == pytest.approx(1)
    assert (np.diff(share[np.argsort(found, kind="stable")]) >= 0).all()


@given(scores, temperatures)
def test_what_is_added_to_all_scores_changes_nothing(found: Array, temperature: float):
    assert_allclose(
        probabilities(found.astype(float) + 7, temperature), probabilities(found, temperature)
    )


@given(scores)
def test_the_colder_the_more_the_likeliest_has_and_at_last_all(found: Array):
    most = [probabilities(found, it).max() for it in (3, 1, 0.3, 0.1)]
    assert (np.diff(most) >= -1e-12).all()
    cold = probabilities(found, 0)
    assert cold.sum() == 1
    assert cold.argmax() == found.argmax()
    first, *others = sorted(found.astype(float))[::-1]
    if others and first - others[0] > 0.5:
        assert_allclose(probabilities(found, 0.01), cold, atol=1e-6)


def test_pieces_that_never_come_have_nothing():
    assert_allclose(probabilities(np.array([0.0, -np.inf, 0.0]), 0.7), [0.5, 0, 0.5])


def test_rows_are_each_a_distribution():
    rows = np.array([[0.0, 1.0], [5.0, 1.0]])
    assert_array_equal(probabilities(rows, 0), [[0, 1], [1, 0]])
    assert_allclose(probabilities(rows, 2).sum(axis=-1), 1)


def test_the_likeliest_by_hand():
    before = np.array([0.1, 0.5, 0.05, 0.3, 0.05])
    found = likeliest(before, before, np.log(before), most=3)
    assert found.ids == (1, 3, 0)
    assert_array_equal(found.before, [0.5, 0.3, 0.1])
    assert found.rest == pytest.approx((0.1, 0.1))
    assert found.others == 2


def test_a_piece_that_becomes_likely_is_among_them():
    before, after = np.array([0.6, 0.35, 0.05, 0.0]), np.array([0.2, 0.1, 0.0, 0.7])
    found = likeliest(before, after, np.array([2.0, 1.0, -9.0, 3.0]), most=2)
    assert found.ids == (3, 0)  # and not 1, which was likelier before than 0 is now
    assert_array_equal(found.after, [0.7, 0.2])
    assert found.rest == pytest.approx((0.4, 0.1))


@given(scores, temperatures)
def test_nothing_left_out_is_likelier(found: Array, temperature: float):
    share = probabilities(found, temperature)
    best = likeliest(share, share, found)
    assert best.before.sum() + best.rest[0] == pytest.approx(1)
    assert (np.diff(best.before) <= 0).all()
    left = np.delete(share, best.ids)
    assert not left.size or left.max() <= best.before.min()
    assert len(best.ids) + best.others == len(share)


def test_without_temperature_the_order_stays():
    scores = np.array([0.5, 3.0, 2.0, 1.0])
    share = probabilities(scores, 0)
    assert likeliest(share, share, scores, most=3).ids == (1, 2, 3)


def test_drawing_follows_the_probabilities():
    generator = np.random.default_rng(1)
    share = np.array([0.2, 0.0, 0.8])
    counts = np.bincount([drawn(share, generator) for _ in range(2000)], minlength=3)
    assert counts[1] == 0
    assert counts[2] / 2000 == pytest.approx(0.8, abs=0.03)
