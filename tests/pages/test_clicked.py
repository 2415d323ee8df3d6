"""A click is read in one way, and a forged one says nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.tables import Matrix, as_csv
from pages.shared.views.clicked import clicked, listed

FORGED = (None, 7, [], {}, {"selection": 3}, {"selection": {}}, {"selection": {"cell": {}}})
CELLS = (3, {}, {"row": "1", "column": 2}, {"row": None, "column": 1}, {"row": 1.5, "column": 1})


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    held: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.session_state", held)
    return held


@pytest.mark.parametrize("sent", [*FORGED, *({"selection": {"cell": [it]}} for it in CELLS)])
def test_what_no_chart_sends_is_no_click(state: dict[str, Any], sent: object):
    assert clicked("map", "row", "column", click="cell") is None
    state["map"] = sent
    assert clicked("map", "row", "column", click="cell") is None
    assert listed("map") is None


def test_a_click_gives_its_places_in_the_order_asked_for(state: dict[str, Any]):
    state["map"] = {"selection": {"cell": [{"row": 3, "column": 5}], "rows": [2]}}
    assert clicked("map", "column", "row", click="cell") == (5, 3)
    assert listed("map") == 2


@pytest.mark.parametrize("key", ["weights", "sight_attention"])
@pytest.mark.parametrize("sent", FORGED)
def test_a_forged_click_leaves_the_page_as_it_is(
    open_dashboard: Callable[[str | None], AppTest], key: str, sent: object
):
    app = open_dashboard("en-US")
    app.session_state[key] = sent
    assert not app.run().error
    assert app.get_by_key("weights")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1"])
def test_no_name_in_a_table_is_a_formula(name: str):
    content = as_csv(Matrix(np.array([[-1.5]]), [name], [name])).decode("utf-8-sig")
    assert content.splitlines() == [f",'{name}", f"'{name},-1.5"]


def test_other_names_and_numbers_stay_as_they_are():
    content = as_csv(Matrix(np.array([[-1.5]]), ["a-b"], [""])).decode("utf-8-sig")
    assert content.splitlines() == [",", "a-b,-1.5"]
