"""Questions at the buffet: every answer computed again in numpy."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ideas.buffet import DISHES, NUTRIENTS, Table, laid
from core.questions import buffet
from core.questions.buffet import Tasted
from core.questions.question import Kind, Question
from core.rnn import RecurrentSettings
from tests.core.questions import oracle
from tests.core.questions.oracle import answered, name

N = len(DISHES)
amounts = st.integers(-6, 6).map(lambda number: number / 2)


@st.composite
def tasted(draw: st.DrawFn) -> Tasted:
    goal = np.array(draw(st.lists(amounts, min_size=len(NUTRIENTS), max_size=len(NUTRIENTS))))
    table = laid()
    for part in table:
        row, column = draw(st.integers(0, N - 1)), draw(st.integers(0, len(NUTRIENTS) - 1))
        part[row, column] = draw(amounts)
    order = tuple(reversed(range(N))) if draw(st.booleans()) else tuple(range(N))
    settings = RecurrentSettings(gain=draw(st.sampled_from([0.3, 0.8, 1.5])), seed=1)
    return Tasted(goal, table.ordered(order), order, settings)


def weights(goal: np.ndarray, table: Table) -> np.ndarray:
    return oracle.softmax(table.labels @ goal / np.sqrt(len(goal)))


def place_of(it: Tasted, dish: str) -> int:
    return [DISHES[which].name for which in it.order].index(dish)


def turned(it: Tasted, asked: Question) -> None:
    if asked.kind == "turned_attention":
        assert name(answered(asked)) == "no"
    else:  # a memory that fades: the last dish passed is another one now
        assert name(answered(asked)) == "yes"
        assert it.recurrent.kind == "rnn"


def wished(it: Tasted, asked: Question) -> None:
    goal = np.zeros(len(NUTRIENTS))
    nutrient = NUTRIENTS.index(name(asked.values["nutrient"]))
    goal[nutrient] = float(str(asked.values["amount"]))
    found = place_of(it, name(answered(asked)))
    assert found == weights(goal, it.table).argmax()
    signed = it.table.labels[:, nutrient] * np.sign(goal[nutrient])
    assert found == signed.argmax()


def food(it: Tasted, asked: Question) -> None:
    place = place_of(it, name(asked.values["dish"]))
    assert weights(it.goal, it.table)[place] > 1e-7
    assert name(answered(asked)) == "plate_alone"


def keener(it: Tasted, asked: Question) -> None:
    factor = float(str(asked.values["factor"]))
    before, after = (weights(goal, it.table).max() for goal in (it.goal, it.goal * factor))
    assert name(answered(asked)) == oracle.change(before, after)


def no_wish(it: Tasted, asked: Question) -> None:
    assert it.goal.any()
    assert name(answered(asked)) == "all_equal"


def walks(_: Tasted, asked: Question) -> None:
    assert answered(asked) == asked.values["distance"]


ORACLES: dict[Kind, Callable[[Tasted, Question], None]] = {
    buffet.turned: turned,
    buffet.wished: wished,
    buffet.food: food,
    buffet.keener: keener,
    buffet.no_wish: no_wish,
    buffet.walks: walks,
}


def test_every_kind_has_its_oracle():
    assert set(ORACLES) == set(buffet.KINDS)


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
@given(it=tasted(), seed=st.integers(0, 999))
def test_the_answer_is_what_numpy_finds(kind: Kind, it: Tasted, seed: int):
    asked = kind(it, np.random.default_rng(seed))
    if asked is not None:
        ORACLES[kind](it, asked)


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
def test_every_kind_can_be_asked_at_the_first_table(kind: Kind):
    goal = np.array([2.0, -1.0, 1.0, 0.0, 0.0])
    it = Tasted(goal, laid(), tuple(range(N)), RecurrentSettings(gain=0.8))
    assert any(kind(it, np.random.default_rng(seed)) for seed in range(8))
