"""Whatever is typed into a cell: a number is taken, anything else is named and leaves no trace."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.layer import Edit
from core.reader.fields import LARGEST_ENTRY
from core.tokens import words
from pages.shared.text import plain
from tests.pages.editors import edit as edit_of
from tests.pages.editors import pasted, typed
from tests.pages.exploring import (
    CHICKEN,
    ZH,
    assert_shows,
    choose,
    edit,
    edits_of,
    handset,
    notes,
    of_matrix,
    of_word,
    press,
    table_key,
    told,
)

NO_NUMBERS = ["", "boo", "1/0", "1,234", "nan", "1e999", "2000000", "-2e6", "1" * 5_000, "1 2"]


def test_a_cell_that_is_no_number_keeps_its_last_one_and_says_so(dashboard: AppTest):
    value = f"{handset().parameters(words(CHICKEN)).x[2, 0]:g}"
    for content in NO_NUMBERS:
        edit(dashboard, "x", 2, 0, content)
        assert_shows(dashboard, handset().trace(CHICKEN))
        [message] = told(dashboard)
        named = (
            plain(content[:39]).strip("\u2068\u2069"),
            "吃",
            plain(ZH("feature.person")),
            value,
        )
        assert all(part in message for part in named)
    assert told(dashboard.run()) == []


def test_a_block_is_taken_as_a_whole_or_not_at_all(dashboard: AppTest):
    key = table_key(dashboard, "x")
    choose(dashboard, **{key: pasted(2, 12, "0,1\t0,2\n0,3\t０．４")})
    expected = {("吃", 12): 0.1, ("吃", 13): 0.2, ("炸鸡", 12): 0.3, ("炸鸡", 13): 0.4}
    assert edits_of(dashboard) == {of_word(*at): value for at, value in expected.items()}
    for block in ("1\t2\t3", "5\nboo", "[[1, 2], [3]]", "1,234", "[]", ""):
        choose(dashboard, **{key: pasted(2, 12, block)})
        assert edits_of(dashboard) == {of_word(*at): value for at, value in expected.items()}
        assert len(told(dashboard)) == 1
    press(dashboard, "edits.undo")
    assert edits_of(dashboard) == {}


@pytest.mark.parametrize("content", [0, -LARGEST_ENTRY, LARGEST_ENTRY, "2.5", 1e-300, " 3 "])
def test_any_number_within_limits_is_taken(dashboard: AppTest, content: float | str):
    edit(dashboard, "w_q", 9, 3, 5.0)
    edit(dashboard, "w_q", 9, 3, content)
    assert edits_of(dashboard) == {of_matrix("w_q", 0, 9, 3): float(content)}
    edits = (Edit("w_q", (0, 9, 3), float(content)),)
    assert_shows(dashboard, handset(edits=edits).trace(CHICKEN))


def test_a_bad_cell_does_not_take_a_good_one_with_it(dashboard: AppTest):
    sent = typed((0, 0, "boo"), (1, 2, 4.5))
    choose(dashboard, **{table_key(dashboard, "x"): sent})
    assert edits_of(dashboard) == {of_word("爱", 2): 4.5}
    assert len(told(dashboard)) == 1


FORGED: list[Any] = [
    {"edits": [edit_of(cell)]}
    for cell in (
        [0, "name", "1"],
        [0, 99, "1"],
        [99, 0, "boo"],
        [-1, 0, "1"],
        [True, 0, "1"],
        [0, 10**5_000, "1"],
        [0, 0, 1.0],
        [0, 0],
        "boo",
    )
]
MISSHAPEN = [
    *({}, {"edits": None}, {"edits": {}}, {"edits": ["boo", 7, None, []]}),
    {"edits": [{"number": "1", "cells": [[0, 0, "1"]]}]},
    {"edits": [{"number": 10**16, "cells": {"0": "1"}}]},
    {"edits": [{"number": 10**16, "row": 0, "column": -1, "block": "1"}]},
    {"edits": [{"number": -1, "cells": [[0, 0, "1"]]}]},
    *(None, [], "boo", 7),
]


def assert_no_trace(app: AppTest) -> None:
    assert_shows(app, handset().trace(CHICKEN))
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
