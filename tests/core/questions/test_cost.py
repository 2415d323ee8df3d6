"""Questions about cost: every answer computed again from Table 1."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ideas.cost import Setting
from core.questions import cost
from core.questions.question import Kind, Question
from core.reader.ideas import COST_LENGTHS, lengths
from core.reader.records import limits
from tests.core.questions.oracle import answered, name

GATES = {"rnn": 1, "gru": 3, "lstm": 4}


settings = st.builds(
    Setting,
    n=st.sampled_from(COST_LENGTHS) | st.integers(*limits("cost_n")),
    d=st.sampled_from((8, 512, 1024)) | st.integers(*limits("cost_d")),
    k=st.sampled_from([3, 5, 15]),
    r=st.sampled_from([3, 9, 129]),
    recurrent=st.sampled_from(list(GATES)),
    projections=st.booleans(),
)


def work(row: str, it: Setting, n: int, d: int) -> int:
    projections = 4 * 2 * n * d * d * it.projections
    match row:
        case "self_attention":
            return 2 * (2 * n * n * d) + projections
        case "restricted":
            return 2 * (2 * n * min(n, it.r) * d) + projections
        case "recurrent":
            return GATES[it.recurrent] * 2 * (2 * n * d * d)
        case _:
            return 2 * it.k * n * d * d


def number(value: object) -> int:
    return int(str(value).replace(",", ""))


def scores(_: Setting, asked: Question) -> None:
    assert number(answered(asked)) == number(asked.values["n"]) ** 2


def longer(it: Setting, asked: Question) -> None:
    row = name(asked.values["row"])
    assert number(asked.values["n"]) == 2 * it.n
    grown(work(row, it, 2 * it.n, it.d) / work(row, it, it.n, it.d), asked)


def broader(it: Setting, asked: Question) -> None:
    row = name(asked.values["row"])
    assert number(asked.values["d"]) == 2 * it.d
    grown(work(row, it, it.n, 2 * it.d) / work(row, it, it.n, it.d), asked)


def grown(factor: float, asked: Question) -> None:
    said = answered(asked)
    if factor in (2, 4):
        assert said == f"×{factor:g}"
    else:
        assert 2 < factor < 4
        assert name(said) == "between_2_and_4"


def cheaper(it: Setting, asked: Question) -> None:
    n = number(asked.values["n"])
    assert n != it.n
    found = {name(row): work(name(row), it, n, it.d) for row in asked.options}
    assert name(answered(asked)) == min(found, key=lambda row: found[row])
    assert len(set(found.values())) == 2
    other = next(row for row in found if row != name(answered(asked)))
    turns = [
        work(other, it, at, it.d) < work(name(answered(asked)), it, at, it.d)
        for at in lengths(it.n, it.d)
    ]
    assert asked.kind == ("cheaper" if any(turns) else "cheaper_always")


def path(_: Setting, asked: Question) -> None:
    n, size, layers = (number(value) for value in (*asked.values.values(), answered(asked)))
    if asked.kind == "path_convolution":
        assert size ** (layers - 1) < n <= size**layers
    else:
        assert (layers - 1) * (size - 1) + 1 < n <= layers * (size - 1) + 1


def anew(_: Setting, asked: Question) -> None:
    n = number(asked.values["n"])
    assert number(answered(asked)) == sum(range(n + 1))


def forgets(_: Setting, asked: Question) -> None:
    sinks, window, step = (number(asked.values[it]) for it in ("sinks", "window", "step"))
    places = list(range(1, step + 1))
    still = places[:sinks] + places[-window:]
    before = places[:sinks] + places[-window - 1 : -1]
    assert {number(answered(asked))} == {*before} - {*still}


ORACLES: dict[Kind, Callable[[Setting, Question], None]] = {
    cost.scores: scores,
    cost.longer: longer,
    cost.broader: broader,
    cost.cheaper: cheaper,
    cost.path: path,
    cost.anew: anew,
    cost.forgets: forgets,
}


def test_every_kind_has_its_oracle():
    assert tuple(ORACLES) == cost.KINDS


@pytest.mark.parametrize("kind", ORACLES, ids=lambda kind: kind.__name__)
@given(it=settings, seed=st.integers(0, 999))
def test_the_answer_is_what_the_table_says(kind: Kind, it: Setting, seed: int):
    asked = kind(it, np.random.default_rng(seed))
    assert asked is not None or kind is cost.cheaper
    if asked:
        ORACLES[kind](it, asked)
