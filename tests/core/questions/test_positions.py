"""Questions about order: every answer computed again, with other sums."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ideas.shuffling import ORDERS, OrderedHead, learned
from core.layer import Sizes
from core.positions import ENCODINGS
from core.questions import positions
from core.questions.positions import Ordered
from core.questions.question import Kind, Question
from core.sources.seeded import SeededSource
from tests.core import formulas
from tests.core.questions import oracle
from tests.core.questions.oracle import answered, name, place

WORDS = ("我", "爱", "吃", "炸鸡", "猫", "the")
NEAR_NOTHING = 1e-8


@st.composite
def ordered(draw: st.DrawFn) -> Ordered:
    words = tuple(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7)))
    sizes = Sizes(d_model=8, d_k=4, d_v=3, n_heads=2)
    parameters = SeededSource(sizes, seed=draw(st.integers(0, 99))).parameters(words)
    orders = ORDERS
    head = OrderedHead(parameters, draw(st.integers(0, 1)), draw(st.sampled_from(orders)), seed=3)
    places = tuple(draw(st.permutations(range(len(words)))))
    return Ordered(words, head, places, orders)


def outputs(it: Ordered, order: str, places: list[int]) -> np.ndarray:
    """Rows in the order of ``places``."""
    head = it.head.head
    x = it.head.parameters.x.astype(float)[places]
    w_q, w_k, w_v = (
        w[head].astype(float)
        for w in (it.head.parameters.w_q, it.head.parameters.w_k, it.head.parameters.w_v)
    )
    code = order if order in ENCODINGS else "none"
    x = formulas.vectors(code, x)
    if order == "learned":
        x = x + learned(*x.shape, it.head.seed)
    scores = formulas.scores(code, x, formulas.Head(head, 2, w_q, w_k, 1 / 2))
    if order == "causal":
        scores = np.where(np.tri(len(x), dtype=bool), scores, -np.inf)
    return oracle.softmax(scores) @ x @ w_v


def moved(it: Ordered, order: str, places: tuple[int, ...]) -> np.ndarray:
    back = np.argsort(places)
    after = outputs(it, order, list(places))[back]
    return np.abs(after - outputs(it, order, list(range(len(places))))).max(axis=1)


def changes(it: Ordered, asked: Question) -> None:
    order, word = name(asked.values["order"]), place(asked.values["word"])
    assert order != it.head.order
    far = moved(it, order, it.places)[word]
    assert name(answered(asked)) == ("yes" if far > NEAR_NOTHING else "no")


def unmoved(it: Ordered, asked: Question) -> None:
    far = {name(kind): moved(it, name(kind), it.places).max() for kind in asked.options}
    assert [kind for kind in far if far[kind] < NEAR_NOTHING] == [name(answered(asked))]


def swapped(it: Ordered, asked: Question) -> None:
    first, second = place(asked.values["one"]), place(asked.values["other"])
    assert second == first + 1
    places = list(range(len(it.words)))
    places[first], places[second] = second, first
    far = moved(it, "causal", tuple(places))
    assert answered(asked) == str((far > NEAR_NOTHING).sum())


def distance(_: Ordered, asked: Question) -> None:
    pairs = [str(option) for option in asked.options[:2]]
    apart = [int(pair.split(" – ")[1]) - int(pair.split(" – ")[0]) for pair in pairs]
    products = [np.cos(gap / 10000 ** (np.arange(32) / 32)).sum() for gap in apart]
    if apart[0] == apart[1]:
        assert name(answered(asked)) == "same"
    else:
        assert answered(asked) == pairs[int(np.argmax(products))]


ORACLES: dict[Kind, Callable[[Ordered, Question], None]] = {
    positions.changes: changes,
    positions.unmoved: unmoved,
    positions.swapped: swapped,
    positions.distance: distance,
}


def test_every_kind_has_its_oracle():
    assert tuple(ORACLES) == positions.KINDS


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
@given(it=ordered(), seed=st.integers(0, 999))
def test_the_answer_is_what_numpy_finds(kind: Kind, it: Ordered, seed: int):
    asked = kind(it, np.random.default_rng(seed))
    if asked is not None:
        ORACLES[kind](it, asked)


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
def test_every_kind_can_be_asked_of_four_words(kind: Kind):
    words = ("我", "爱", "吃", "炸鸡")
    parameters = SeededSource(Sizes(8, 4, 3, 2)).parameters(words)
    it = Ordered(words, OrderedHead(parameters), (2, 0, 3, 1), ORDERS)
    assert any(kind(it, np.random.default_rng(seed)) for seed in range(8))
