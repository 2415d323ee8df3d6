"""The buffet is attention with one query; its influence has a closed form."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.architectures import recurrent
from core.attention import scaled_dot_product_attention
from core.ideas.buffet import DISHES, NUTRIENTS, Table, felt, laid, serve
from core.influence import influence
from core.masks import MaskRule
from core.reader.ideas import WISHES, BuffetChoice
from core.reader.records import NAMES as FIELDS_OF
from tests.choosing import read

N = len(DISHES)
NAMES = [dish.name for dish in DISHES]
wishes = st.lists(st.floats(-3, 3), min_size=5, max_size=5).map(np.array)


def table(seed: int, n: int = 7) -> Table:
    rng = np.random.default_rng(seed)
    return Table(rng.normal(size=(n, 5)), rng.normal(size=(n, 5)))


def test_two_dishes_by_hand():
    goal = np.array([np.sqrt(5) * np.log(3), 0, 0, 0, 0])
    dishes = Table(np.eye(5)[:2], np.array([[4.0, 0, 0, 0, 0], [0, 8.0, 0, 0, 0]]))
    layer = serve(goal, dishes)
    assert_allclose(layer.weights[0, 0], [0.75, 0.25])
    assert_allclose(layer.output[0, 0], [3, 2, 0, 0, 0], atol=1e-12)


def test_every_dish_has_every_nutrient():
    assert laid().labels.shape == laid().contents.shape == (N, len(NUTRIENTS))
    assert len(set(NAMES)) == N


@given(wishes)
def test_no_dish_is_left_out_and_the_weights_sum_to_one(goal: np.ndarray):
    weights = serve(goal, laid()).weights[0, 0]
    assert (weights > 0).all()
    assert weights.sum() == pytest.approx(1)


@given(wishes)
def test_equal_labels_get_equal_weights_whatever_is_in_the_dish(goal: np.ndarray):
    salad, broccoli = NAMES.index("salad"), NAMES.index("broccoli")
    weights = serve(goal, laid()).weights[0, 0]
    assert weights[salad] == weights[broccoli]
    assert not np.array_equal(laid().contents[salad], laid().contents[broccoli])


def test_no_wish_gives_the_average():
    layer = serve(np.zeros(5), laid())
    assert_allclose(layer.weights, 1 / N)
    assert_allclose(layer.output[0, 0], laid().contents.mean(axis=0))


@given(wishes, st.permutations(range(N)))
def test_the_plate_does_not_depend_on_the_order(goal: np.ndarray, order: list[int]):
    there, here = serve(goal, laid()), serve(goal, laid().ordered(tuple(order)))
    assert_allclose(here.output, there.output, atol=1e-12)
    assert_allclose(here.weights[0, 0], there.weights[0, 0, order], atol=1e-12)


@given(wishes, st.integers(0, 99))
def test_the_closed_form_agrees_with_automatic_differentiation(goal: np.ndarray, seed: int):
    dishes = table(seed)

    def plate(x: torch.Tensor) -> torch.Tensor:
        return scaled_dot_product_attention(torch.tensor(goal[None]), x[:, :5], x[:, 5:]).output

    x = torch.from_numpy(np.concatenate(dishes, axis=1))
    expected = influence(plate, x, np.ones((1, 7), bool)).strength[0]
    found = felt(goal, dishes)
    assert_allclose(found.influence.strength, np.tile(expected, (7, 1)), rtol=1e-9, atol=1e-12)
    assert np.array_equal(found.field.reach, MaskRule().matrix(7))


def test_turning_the_order_round_moves_what_the_recurrent_diner_feels():
    settings = BuffetChoice().recurrent
    there = recurrent(laid().seen(), settings).influence.share[-1]
    order = BuffetChoice(buffet_reversed=True).order
    back = recurrent(laid().ordered(order).seen(), settings).influence.share[-1]
    assert there[-1] > 10 * there[0]  # the last dish is fresh, the first one forgotten
    assert back[-1] > 10 * back[0]
    assert order[-1] == 0


def test_who_walks_past_reads_the_label_and_tastes_the_food():
    seen = laid().seen()
    assert seen.dtype == np.float32
    assert_allclose(seen[0], [*DISHES[0].label, *DISHES[0].contents])


@pytest.mark.parametrize("name", FIELDS_OF[BuffetChoice])
@pytest.mark.parametrize("nonsense", [None, "x", 1e9, float("nan"), [], {}])
def test_a_choice_that_makes_no_sense_is_the_default(name: str, nonsense: object):
    choice, unusable = read(BuffetChoice, {name: nonsense})
    assert choice == BuffetChoice()
    assert unusable == (name,)


def test_limits_name_fields_and_hold_the_defaults():
    for name, (low, high) in [(it, kind.limits) for it, kind in FIELDS_OF[BuffetChoice].items()]:
        assert low <= getattr(BuffetChoice(), name) <= high
    assert tuple(WISHES) == tuple(f"buffet_{name}" for name in NUTRIENTS)
