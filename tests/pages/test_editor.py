"""The server's half of the editor: what the browser sends, read without trust."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import shortest
from pages.shared.editor import drawn
from pages.shared.editor.sent import steps, texts_typed
from pages.shared.views import scripted
from tests.pages.editors import edit, pasted, typed

SHAPE = (3, 4)
FOLDER = Path(drawn.__file__).parent


def test_each_change_is_a_step_and_the_first_comes_first():
    sent = {
        "edits": [*typed((0, 1, "0,5"), (2, 3, "1/4"))["edits"], edit([0, 0, "1"], [0, 1, "2"])]
    }
    sent["edits"].reverse()
    found = list(steps(sent, SHAPE))
    expected = [{(0, 1): 0.5}, {(2, 3): 0.25}, {(0, 0): 1.0, (0, 1): 2.0}]
    assert [it.values for it in found] == expected
    assert [it.number for it in found] == sorted(it["number"] for it in sent["edits"])


def test_what_was_taken_is_not_taken_again():
    sent = typed((0, 0, "1"), (0, 1, "2"))
    first, second = steps(sent, SHAPE)
    assert list(steps(sent, SHAPE, first.number)) == [second]
    assert list(steps(sent, SHAPE, second.number)) == []


def test_a_block_fills_the_cells_from_one_on():
    [step] = steps(pasted(1, 2, "1\t2\n3\t4"), SHAPE)
    assert step.values == {(1, 2): 1.0, (1, 3): 2.0, (2, 2): 3.0, (2, 3): 4.0}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (pasted(1, 2, "1\t2\t3"), "block_too_large"),
        (pasted(1, 2, "1\n2\n3"), "block_too_large"),
        (pasted(1, 2, "1\tboo"), "number_unreadable"),
        (pasted(1, 2, "1\t"), "number_missing"),
        (pasted(1, 2, ""), "number_missing"),
        (typed((1, 2, "1000001")), "number_out_of_range"),
        ({"edits": [edit([1, 2, "boo"], [0, 0, "1"])]}, "number_unreadable"),
    ],
)
def test_a_step_is_taken_as_a_whole_or_refused_at_its_cell(sent: dict, code: str):
    [step] = steps(sent, SHAPE)
    assert step.values == {}
    assert step.refused == (1, 2)
    assert step.reason
    assert step.reason.code == code


def test_flags_are_one_or_nothing():
    [step] = steps(pasted(0, 0, "1\t0\tTRUE\tFalse"), SHAPE, flags=True)
    assert list(step.values.values()) == [1.0, 0.0, 1.0, 0.0]
    for text in ("2", "0.5", "maybe"):
        [step] = steps(typed((0, 0, text)), SHAPE, flags=True)
        assert step.reason


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 5)
    | st.floats()
    | st.text("0123boo,;[\t", max_size=6),
    lambda some: (
        st.lists(some, max_size=3)
        | st.dictionaries(
            st.sampled_from(["number", "cells", "row", "column", "block", "html"]), some
        )
    ),
    max_leaves=12,
)


@given(anything | st.fixed_dictionaries({"edits": anything | st.lists(anything)}))
def test_whatever_is_sent_gives_cells_of_the_matrix_or_refusals(state: object):
    for step in steps(state, SHAPE):
        assert step.number > 0
        assert bool(step.reason) != bool(step.values)
        for row, column in (*step.values, *([step.refused] if step.refused else [])):
            assert row in range(SHAPE[0])
            assert column in range(SHAPE[1])
    assert all(it.number > 3 for it in texts_typed(state, 3))


@given(st.floats(-1e6, 1e6, width=32))
def test_what_is_shown_for_editing_means_the_same_when_it_is_sent(value: float):
    [step] = steps(typed((0, 0, shortest(value))), SHAPE)
    [read] = step.values.values()
    assert shortest(read) == shortest(value)


def test_the_scripts_are_small_and_make_no_markup_and_no_code_of_words():
    files = {name: (FOLDER / name).read_text(encoding="utf-8") for name in drawn._FILES}
    for name, code in files.items():
        assert len(code.splitlines()) <= 300, name
        for danger in ("innerHTML", "outerHTML", "insertAdjacent", "eval(", "new Function"):
            assert danger not in code, name
    assert sum(len(scripted._lean(code)) for code in files.values()) <= 30_000
