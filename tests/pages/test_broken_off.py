"""A run may be broken off at any moment by the reader's next action: nothing gets lost by it."""

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import RerunData, RerunException, get_script_run_ctx
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from pages.shared.reader import edits, state
from pages.shared.reader import typed as tables
from pages.shared.server import cache
from pages.shared.server.gate import Gate
from pages.shared.views.taking import share
from tests.pages.editors import editor_id, typed
from tests.pages.exploring import (
    button,
    choose,
    edit,
    edits_of,
    of_matrix,
)
from tests.pages.test_address import address
from tests.pages.test_gate import busy, full

Visit = Callable[[str | None], AppTest]
OWN = {"sentence": "my own words here", "d_k": 7}
EDITED = {of_matrix("w_q", 0, 0, 1): 1.5}


def noted(app: AppTest) -> dict[str, Any]:
    return app.session_state["book"]["fields"]


def follow_to(app: AppTest, page: str, **link: str) -> AppTest:
    """A link within the session; it is not run yet."""
    app.query_params.clear()
    for name, value in {"v": "1", **link}.items():
        app.query_params[name] = value
    return app.switch_page(f"pages/{page}.py")


def go(app: AppTest, page: str) -> AppTest:
    app.query_params.clear()
    return app.switch_page(f"pages/{page}.py").run()


class Broken:
    """Breaks one run off where a function is called for the first time from now on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch, self.done = patch, False

    def at(
        self, module: ModuleType, name: str, page: str | None = None, *widgets: WidgetState
    ) -> None:
        real = getattr(module, name)

        def breaking(*given: object) -> object:
            if self.done:
                return real(*given)
            self.done = True
            context = get_script_run_ctx()
            assert context
            here = context.page_script_hash if page is None else calc_hash(page)
            states = WidgetStates(widgets=widgets)
            raise RerunException(
                RerunData(query_string="", page_script_hash=here, widget_states=states)
            )

        self.patch.setattr(module, name, breaking)


gate = full


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(monkeypatch)


def with_own(app: AppTest) -> AppTest:
    return edit(choose(app, **OWN), "w_q", 0, 1, 1.5)


def assert_own(app: AppTest) -> None:
    assert {name: noted(app)[name] for name in OWN} == OWN
    assert edits_of(app) == EDITED


def test_a_link_that_is_left_before_its_page_is_drawn_is_not_taken_for_the_next_pages(
    open_dashboard: Visit, broken: Broken
):
    app = with_own(open_dashboard("en-US"))
    broken.at(share, "arrived", "")
    follow_to(app, "cost", cost_n="128").run()
    assert broken.done
    assert app.title[0].value == "Explore attention"
    assert_own(app)
    assert noted(app)["cost_n"] == 128
    assert not app.warning


def test_a_new_reader_who_leaves_a_link_before_it_is_drawn_keeps_what_it_says(
    cold_dashboard: Visit, broken: Broken
):
    app = cold_dashboard("en-US")
    for name, value in {"v": "1", "sentence": "my own words here", "d_k": "7"}.items():
        app.query_params[name] = value
    broken.at(share, "arrived", "heads")
    app.run()
    assert broken.done
    assert {name: noted(app)[name] for name in OWN} == OWN


def test_a_link_to_a_model_that_has_no_turn_leaves_other_pages_alone(
    open_dashboard: Visit, gate: Gate
):
    app = with_own(open_dashboard("en-US"))
    cache._runs.clear()
    follow_to(app, "model", model_layer="2")
    busy(gate, app.run)
    assert app.session_state["book"]["arrival"] is None
    assert address(app)["model_layer"] == "2"
    go(app, "explore")
    assert_own(app)
    assert noted(app)["model_layer"] == 2


@pytest.mark.parametrize("through", ["explore", "cost"])
def test_a_number_that_is_typed_while_the_page_is_drawn_counts_at_once_and_once(
    open_dashboard: Visit, broken: Broken, through: str
):
    app = edit(open_dashboard("en-US"), "w_q", 0, 1, 1.5)
    both = json.dumps(typed((0, 1, 1.5), (2, 1, 2.5)))
    table = editor_id(app, "w_q")
    broken.at(tables, "offer", None, WidgetState(id=table, json_value=both))
    choose(app, scaled=False)
    found = EDITED | {of_matrix("w_q", 0, 2, 1): 2.5}
    assert broken.done
    assert edits_of(app) == found
    if through == "cost":
        go(app, "cost")
        go(app, "explore")
    app.run()
    assert edits_of(app) == found
    assert len(app.session_state["book"]["history"]["handset"]) == 2


def test_a_number_counts_though_the_run_that_heard_it_was_broken_off(
    open_dashboard: Visit, broken: Broken
):
    app = open_dashboard("en-US")
    broken.at(edits, "_put")
    edit(app, "w_q", 0, 1, 1.5)
    assert broken.done
    assert edits_of(app) == EDITED


def test_a_number_that_is_typed_just_before_another_page_is_opened_counts(
    open_dashboard: Visit, broken: Broken
):
    app = edit(open_dashboard("en-US"), "w_q", 0, 1, 1.5)
    both = json.dumps(typed((0, 1, 1.5), (2, 1, 2.5)))
    table = editor_id(app, "w_q")
    broken.at(tables, "offer", "cost", WidgetState(id=table, json_value=both))
    choose(app, scaled=False)
    assert "cost" in app.title[0].value.lower()
    assert edits_of(app) == EDITED | {of_matrix("w_q", 0, 2, 1): 2.5}


def test_a_second_click_on_undo_finds_nothing_to_take_back(open_dashboard: Visit, broken: Broken):
    app = edit(open_dashboard("zh-CN"), "w_q", 0, 1, 1.5)
    undo = button(app, "edits.undo")
    broken.at(tables, "offer", None, WidgetState(id=undo.proto.id, trigger_value=True))
    undo.click().run()
    assert broken.done
    assert not app.exception
    assert edits_of(app) == {}


def test_what_a_page_cannot_show_is_still_chosen(open_dashboard: Visit, broken: Broken):
    app = go(choose(open_dashboard("en-US"), source="trained"), "heads")
    assert app.session_state["book"]["own"]["source"] == "trained"
    broken.at(state, "_following_words")
    app.run()
    assert broken.done
    assert go(app, "explore").session_state["source"] == "trained"


def test_widgets_are_carried_over_though_the_first_try_was_broken_off(
    open_dashboard: Visit, broken: Broken
):
    app = choose(open_dashboard("en-US"), scaled=False, **OWN)

    class Torn(dict[str, Any]):
        """Breaks the run off before the first widget is told."""

        def __iter__(self) -> Iterator[str]:
            if not broken.done:
                broken.done = True
                context = get_script_run_ctx()
                assert context
                raise RerunException(RerunData(page_script_hash=context.page_script_hash))
            return super().__iter__()

    app.session_state["book"]["fields"] = Torn(noted(app))
    go(app, "heads")
    assert broken.done
    for _ in range(2):
        assert app.text_input(key="sentence").value == OWN["sentence"]
        app.run()
