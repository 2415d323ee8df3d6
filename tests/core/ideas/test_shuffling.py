"""Shuffled words: exactly the same outputs where the mathematics says so, others elsewhere."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core import layer
from core.ideas.shuffling import (
    ORDERS,
    OrderedHead,
    exact_product,
    float32_difference,
    learned,
    rope_degrees,
    shuffled,
)
from core.layer import Parameters, Rules, Sizes
from core.masks import MaskRule
from core.positions import ENCODINGS, sinusoidal
from core.reader.explore import PositionsChoice, moved
from core.sources.handset import HandsetSource
from core.sources.seeded import SeededSource
from core.tokens import words
from tests.choosing import read

ANIMAL = words("The animal didn't cross the street because it was too tired.")
CHICKEN = words("我爱吃炸鸡")
orders = st.integers(1, 9).flatmap(lambda n: st.permutations(range(n)))


def seeded(n: int, seed: int = 0) -> Parameters:
    return SeededSource(Sizes(7, 4, 3, 2), seed=seed).parameters(
        tuple(f"w{i % 6}" for i in range(n))
    )


@given(places=orders, seed=st.integers(0, 99), head=st.integers(0, 1))
def test_without_positions_a_shuffle_changes_nothing_exactly(
    places: list[int], seed: int, head: int
):
    assert not OrderedHead(seeded(len(places), seed), head).moved(places).any()


@pytest.mark.parametrize("order", ORDERS[1:])
@pytest.mark.parametrize("sentence", [ANIMAL, CHICKEN], ids=["en", "zh"])
def test_everything_else_notices_the_shuffle(order: str, sentence: tuple[str, ...]):
    head = OrderedHead(HandsetSource().parameters(sentence), 0, order)
    assert np.abs(head.moved(shuffled(len(sentence), 1))).max() > 0.01


@pytest.mark.parametrize("order", ORDERS)
def test_words_that_stay_where_they_are_move_nothing(order: str):
    assert not OrderedHead(seeded(6), 1, order).moved(range(6)).any()


@pytest.mark.parametrize(
    ("order", "rules"),
    [
        ("causal", Rules(mask=MaskRule("causal"))),
        *((name, Rules(positions=name)) for name in ENCODINGS),
    ],
)
def test_it_is_the_layer_of_the_other_pages(order: str, rules: Rules):
    parameters = seeded(6, seed=2)
    x = torch.from_numpy(parameters.x)
    expected = layer.steps(x, parameters, rules)
    for head in (0, 1):
        found = OrderedHead(parameters, head, order).run(range(6))
        assert_allclose(found.weights, expected.weights[head].numpy(), atol=1e-6)
        assert_allclose(found.output, expected.heads[head].numpy(), atol=1e-5)


@pytest.mark.parametrize("sentence", [ANIMAL, CHICKEN], ids=["en", "zh"])
def test_alibi_sees_distances_rope_also_who_comes_first(sentence: tuple[str, ...]):
    places = range(len(sentence))[::-1]
    parameters = HandsetSource().parameters(sentence)
    moved = {
        order: np.abs(OrderedHead(parameters, 0, order).moved(places)).max()
        for order in ("alibi", "rope")
    }
    assert moved["alibi"] == 0
    assert moved["rope"] > 0.1


def test_learned_positions_are_added_to_the_words():
    parameters = seeded(5)
    added = learned(5, 7, seed=3)
    with_them = Parameters(
        (parameters.x + added).astype(np.float64),
        *(getattr(parameters, name) for name in ("w_q", "w_k", "w_v", "w_o")),
    )
    found = OrderedHead(parameters, 0, "learned", seed=3).run(range(5)).output
    assert_allclose(found, OrderedHead(with_them).run(range(5)).output)
    assert np.array_equal(learned(3, 7, seed=3), added[:3])


@given(orders, st.integers(0, 99))
def test_sums_do_not_depend_on_the_order_of_their_terms(places: list[int], seed: int):
    drawn = np.random.default_rng(seed)
    a, b = drawn.standard_normal((2, len(places))), drawn.standard_normal((len(places), 3))
    assert np.array_equal(exact_product(a, b), exact_product(a[:, places], b[places]))


def test_a_sum_is_the_number_nearest_to_the_true_one():
    terms = np.array([[1e16, 1.0, -1e16, 3.0]])
    assert exact_product(terms, np.ones((4, 1))) == [[4.0]]
    row = np.random.default_rng(1).standard_normal(50)
    assert exact_product(row[None], np.ones((50, 1)))[0, 0] == float(sum(map(Fraction, row)))


def test_ordinary_sums_leave_rounding_and_no_more():
    parameters = seeded(9, seed=4)
    assert 0 < float32_difference(parameters, 0, shuffled(9, 1)) < 1e-5


def test_angles_are_positions_times_speeds():
    expected = [[math.degrees(p / 10000 ** (pair / 2)) % 360 for pair in (0, 1)] for p in range(9)]
    assert_allclose(rope_degrees(9, 4), expected, atol=1e-9)


def test_products_of_stripes_depend_on_distance():
    waves = sinusoidal(32, 16).numpy()
    products = waves @ waves.T
    assert_allclose(np.diagonal(products, 5), products[0, 5], atol=1e-4)


@given(st.integers(1, 20), st.integers(0, 999))
def test_a_shuffle_is_another_order_and_comes_back(n: int, seed: int):
    places = shuffled(n, seed)
    assert sorted(places) == list(range(n))
    assert n == 1 or places != tuple(range(n))
    assert places == shuffled(n, seed)


def test_a_word_is_moved_by_one_place():
    assert moved((2, 0, 1), word=0, by=-1) == (0, 2, 1)
    assert moved((2, 0, 1), word=0, by=1) == (2, 1, 0)
    assert moved((2, 0, 1), word=2, by=-1) == (2, 0, 1)
    assert moved((2, 0, 1), word=1, by=1) == (2, 0, 1)


def test_an_order_for_other_words_is_not_used():
    choice = PositionsChoice(positions_places=(2, 0, 1))
    assert choice.places(3) == (2, 0, 1)
    assert choice.places(4) == shuffled(4, choice.positions_seed)


@pytest.mark.parametrize("raw", [[0, 1, 99], ["x"], 3, [0.5], [-1]])
def test_an_order_that_is_none_is_named(raw: object):
    assert read(PositionsChoice, {"positions_places": raw}) == (
        PositionsChoice(),
        ("positions_places",),
    )


def test_an_order_that_there_is_not_is_refused():
    with pytest.raises(KeyError, match="rotary"):
        OrderedHead(seeded(3), 0, "rotary").run(range(3))
