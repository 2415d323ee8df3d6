"""Whatever is typed into a cell: a number is taken, anything else is named and leaves no trace."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.layer import Edit
from core.reader.fields import LARGEST_ENTRY
from core.sources.handset import HandsetSource
from core.tokens import words
from pages.shared.text import plain
from tests.pages.exploring import (
    CHICKEN,
    ZH,
    assert_shows,
    choose,
    edit,
    edits_of,
    notes,
    of_matrix,
    of_word,
    table_key,
    told,
    typed,
)

NO_NUMBERS = [
    *(None, "", "boo", "1,5", "nan", "1e999", [1.0], {"a": 1}),
    *(float("nan"), float("inf"), -float("inf"), LARGEST_ENTRY * 2, 10**400),
]


def test_a_cell_that_is_no_number_keeps_its_last_one_and_says_so(dashboard: AppTest):
    value = f"{HandsetSource().parameters(words(CHICKEN)).x[2, 0]:g}"
    for content in NO_NUMBERS:
        edit(dashboard, "x", 2, 0, content)
        assert_shows(dashboard, HandsetSource().trace(CHICKEN))
        [message] = told(dashboard)
        assert all(part in message for part in ("吃", plain(ZH("feature.person")), value))
    assert told(dashboard.run()) == []


def test_truth_is_no_number(dashboard: AppTest):
    edit(dashboard, "x", 2, 0, True)
    assert_shows(dashboard, HandsetSource().trace(CHICKEN))


@pytest.mark.parametrize("content", [0, -LARGEST_ENTRY, LARGEST_ENTRY, "2.5", 1e-300, " 3 "])
def test_any_number_within_limits_is_taken(dashboard: AppTest, content: float | str):
    edit(dashboard, "w_q", 9, 3, 5.0)
    edit(dashboard, "w_q", 9, 3, content)
    assert edits_of(dashboard) == {of_matrix("w_q", 0, 9, 3): float(content)}
    edits = (Edit("w_q", (0, 9, 3), float(content)),)
    assert_shows(dashboard, HandsetSource(edits=edits).trace(CHICKEN))


def test_a_bad_cell_does_not_take_a_good_one_with_it(dashboard: AppTest):
    sent = typed((0, "0", "boo"), (1, "2", 4.5))
    choose(dashboard, **{table_key(dashboard, "x"): sent})
    assert edits_of(dashboard) == {of_word("爱", 2): 4.5}
    assert len(told(dashboard)) == 1


NOTHING: dict[str, Any] = {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
FORGED = [
    typed((0, "name", 1.0)),
    typed((0, "99", 1.0)),
    typed((99, "0", 1.0)),
    typed((-1, "0", 1.0)),
    typed(("abc", "0", 1.0)),
    typed((0, "_index", "zork")),
    typed((0, "99", "boo")),
    typed((0, "9" * 5_000, 1.0)),
    typed((99, "0", "boo")),
    NOTHING | {"added_rows": [{"0": 1.0}]},
    NOTHING | {"deleted_rows": [0]},
    {},
]
MISSHAPEN = [
    NOTHING | {"edited_rows": {0: [1, 2]}},
    NOTHING | {"edited_rows": []},
    NOTHING | {"edited_rows": None},
    None,
    [],
    "boo",
    7,
]


def assert_no_trace(app: AppTest) -> None:
    assert_shows(app, HandsetSource().trace(CHICKEN))
    assert told(app) == []
    assert not any(notes(app).reader.edits.values())
    assert not any(notes(app).reader.past.values())


def test_a_forged_table_leaves_no_trace(dashboard: AppTest):
    for sent in FORGED:
        choose(dashboard, **{table_key(dashboard, "x"): sent})
        assert_no_trace(dashboard)
    assert_no_trace(dashboard.run())


@pytest.mark.parametrize("sent", MISSHAPEN, ids=str)
def test_a_misshapen_table_leaves_no_trace(dashboard: AppTest, sent: object):
    assert_no_trace(choose(dashboard, **{table_key(dashboard, "x"): sent}))
