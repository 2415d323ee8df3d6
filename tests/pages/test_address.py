"""Every view has an address: following it gives the view, on a fresh server too."""

import json
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlencode

import numpy as np
import pytest
import streamlit as st
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.navigation.page import StreamlitPage
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from core.reader.cells import Address, from_rows, unpack
from core.reader.examples import EXAMPLES, SENTENCES
from core.reader.file import to_file
from core.reader.link import VERSION, Notice, follow_link
from core.reader.reader import Reader
from core.reader.records import DEFAULTS
from pages import CONTENTS, Entry
from pages.shared.text import LANGUAGES, Language, Text, plain
from tests.pages.acting import act_during
from tests.pages.exploring import chosen, notes, put, select

EN = Text("en")
Open = Callable[[str | None], AppTest]


def shared(app: AppTest) -> dict[str, Any]:
    """What the script that writes the address is told."""
    (share,) = [it for it in app.get("bidi_component") if it.proto.component_name == "share"]
    return json.loads(share.proto.json)


def address(app: AppTest) -> dict[str, str]:
    """What the page writes into the address bar."""
    return shared(app)["parameters"]


def hand_back(app: AppTest, kept: str) -> None:
    """What the tab's script does with what it has kept."""
    tell(app, "kept", kept)


def tell(app: AppTest, event: str, value: object) -> None:
    """What the script that writes the address says."""
    (share,) = [it for it in app.get("bidi_component") if it.proto.component_name == "share"]
    name = f"$$STREAMLIT_INTERNAL_KEY_{share.proto.id}__events"
    said = json.dumps([{"event": event, "value": value}])
    app._run(WidgetStates(widgets=[WidgetState(id=name, json_trigger_value=said)]))


def cells(asked: dict[str, str]) -> dict[str, dict[Address, float]]:
    """The changed cells in an address."""
    return from_rows(unpack(asked["edits"]))[0]


def charts(app: AppTest) -> list[dict]:
    """The numbers of every chart, but how often something was clicked."""
    found = []
    for chart in app.get("vega_lite_chart"):
        table = convert_arrow_bytes_to_pandas_df(chart.proto.data.data)
        found.append(table.drop(columns="turn", errors="ignore").to_dict("list"))
    assert found
    return found


def follow(app: AppTest, found: dict[str, str], page: str = "") -> AppTest:
    """Open a link in a new tab."""
    for name, value in found.items():
        app.query_params[name] = value
    return app.switch_page(f"pages/{page}.py").run() if page else app.run()


def test_a_link_shows_the_same_numbers_to_somebody_else(dashboard: AppTest, cold_dashboard: Open):
    dashboard.text_input(key="sentence").set_value("猫抓老鼠").run()
    dashboard.slider(key="d_k").set_value(7).run()
    dashboard.selectbox(key="mask").set_value("causal").run()
    dashboard.segmented_control(key="source").set_value("seeded").run()
    put(dashboard, "seeded 0", {Address("w_q", "0", 1, "", 2): 3.25})
    dashboard.run()
    other = follow(cold_dashboard("en-US"), address(dashboard))
    assert charts(other) == charts(dashboard)
    assert other.text_input(key="sentence").value == "猫抓老鼠"
    assert (
        other.title[0].value == dashboard.title[0].value
    )  # the link's language, not the browser's
    assert address(other) == address(dashboard)


@pytest.mark.parametrize("entry", CONTENTS, ids=lambda entry: entry.name)
def test_every_page_has_an_address_that_leads_to_itself(dashboard: AppTest, entry: Entry):
    if entry != CONTENTS[0]:
        dashboard.switch_page(entry.path).run()
    found = address(dashboard)
    assert found["v"] == str(VERSION)
    assert follow_link(Reader(), entry.name, found)[1] == Notice()


def test_a_damaged_link_loads_what_it_can_and_names_the_rest(cold_dashboard: Open):
    app = follow(
        cold_dashboard("en-US"),
        {"v": "1", "d_k": "many", "d_v": "9", "edits": "!", "sentence": "a b"},
    )
    assert app.slider(key="d_v").value == 9
    assert app.text_input(key="sentence").value == "a b"
    (warning,) = app.warning
    assert EN("share.edits") in warning.value
    assert not app.run().warning  # said once


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_damaged_language_is_named_in_the_readers_own(cold_dashboard: Open, language: Language):
    app = follow(cold_dashboard(language), {"v": "1", "lang": "e~n", "sentence": "a b"})
    (warning,) = app.warning
    text = Text(language)
    assert warning.value == text("share.unusable", names=text("frame.language"))
    assert address(app)["lang"] == language


@pytest.mark.parametrize(
    ("page", "found", "used"),
    [
        ("", {"sentence": "a b", "query": "40", "key": "9"}, {"query": "2", "key": "2"}),
        ("", {"sentence": "a b", "head": "7"}, {"head": "2"}),
        ("", {"sentence": "a b", "d_k": "1000"}, {"d_k": "4"}),
        ("cross", {"cross_a": "a b", "cross_word_a": "15"}, {"cross_word_a": "2"}),
        ("", {"shown_parameter": "b_distance"}, {"shown_parameter": "X (input)"}),
        ("model", {"model_off": "[[0,3],[40,2]]"}, {"model_off": "0·3"}),
        ("model", {"model_lines": '["all"]'}, {"model_lines": "the shown head"}),
        ("upload", {"upload_aggregate": "mean", "upload_shown": "q"}, {"upload_shown": "weights"}),
        ("corrections", {"corrections_open": '["nothing"]'}, {"corrections_open": "–"}),
        (
            "training",
            {"training_distance": "9", "training_budget": "1", "training_inside": "gru"},
            {
                "training_distance": "any",
                "training_budget": "15,000",
                "training_inside": "Attention, learned distances",
            },
        ),
    ],
)
def test_what_was_set_back_is_told_with_the_value_used(
    cold_dashboard: Open, page: str, found: dict[str, str], used: dict[str, str]
):
    app = follow(cold_dashboard("en-US"), {"v": "1", **found}, page)
    [warning] = app.warning
    for value in used.values():
        assert f"(to {plain(value)})" in warning.value
    assert warning.value.count("(to ") == len(used)


def test_a_link_sets_back_what_it_does_not_name(dashboard: AppTest):
    dashboard.slider(key="d_k").set_value(9).run()
    follow(dashboard, {"v": "1", "d_v": "3"})
    assert dashboard.slider(key="d_k").value == 4
    assert dashboard.slider(key="d_v").value == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_speaks_the_links_language_at_once(
    cold_dashboard: Open, language: Language, monkeypatch: pytest.MonkeyPatch
):
    menus: list[list[str]] = []

    def noted(
        chapters: dict[str, list[StreamlitPage]], *, position: Literal["top"]
    ) -> StreamlitPage:
        shown = (it for pages in chapters.values() for it in pages if it.visibility == "visible")
        menus.append([it.title for it in shown])
        return navigation(chapters, position=position)

    navigation = st.navigation
    monkeypatch.setattr(st, "navigation", noted)
    other = "zh-CN" if language == "en" else "en-US"
    follow(cold_dashboard(other), {"v": "1", "lang": language, "d_k": "6"})
    assert menus[-1] == [Text(language)(f"{entry.name}.menu") for entry in CONTENTS]


@pytest.mark.parametrize("page", ["explore", "heads", "positions", "reach"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_without_a_sentence_begins_in_its_own_language(
    cold_dashboard: Open, language: Language, page: str
):
    other = "zh-CN" if language == "en" else "en-US"
    app = follow(cold_dashboard(other), {"v": "1", "lang": language}, page)
    first = EXAMPLES[SENTENCES[language].first]
    found = {name: chosen(app, name) for name in first.chosen}
    assert found == first.chosen


def test_an_english_link_may_show_a_chinese_sentence(open_dashboard: Open, cold_dashboard: Open):
    app = open_dashboard("en-US")
    app.pills(key="example").set_value("eat").run()
    other = follow(cold_dashboard("en-US"), address(app))
    assert other.text_input(key="sentence").value == EXAMPLES["eat"].sentence
    assert charts(other) == charts(app)


def test_our_own_address_coming_back_changes_nothing(dashboard: AppTest):
    dashboard.slider(key="d_k").set_value(9).run()
    early = address(dashboard)
    dashboard.slider(key="d_k").set_value(10).run()
    follow(dashboard, early)  # typed faster than the address bar follows
    assert dashboard.slider(key="d_k").value == 10


def test_an_address_that_we_wrote_is_gone_back_to_if_the_browser_says_so(dashboard: AppTest):
    dashboard.slider(key="d_k").set_value(9).run()
    early = address(dashboard)
    put(dashboard, "handset", {Address("w_q", "0", 1, "", 2): 2.0})
    dashboard.slider(key="d_k").set_value(10).run()
    tell(dashboard, "back", urlencode(early))
    assert dashboard.slider(key="d_k").value == 9
    assert not any(notes(dashboard).reader.edits.values())
    tell(dashboard, "back", "d_k=7")  # nobody was there
    assert dashboard.slider(key="d_k").value == 9


def test_what_an_address_had_no_room_for_is_handed_back(dashboard: AppTest, cold_dashboard: Open):
    changed = {
        Address("w_q", "0", row, "", column): row / 7 for row in range(60) for column in range(60)
    }
    put(dashboard, "handset", changed)
    dashboard.slider(key="d_k").set_value(9).run()
    kept = shared(dashboard)["keep"]
    other = follow(cold_dashboard("en-US"), address(dashboard))
    assert [it.value for it in other.warning] == [Text("zh")("share.partly")]
    assert shared(other)["lacks"]
    hand_back(other, kept)
    assert notes(other).reader.edits["handset"] == changed
    assert not other.warning
    assert charts(other) == charts(dashboard)


@pytest.mark.parametrize("junk", ["", "{", "[]", '{"attention_lab": 1}', "\ud800"])
def test_what_a_tab_hands_back_may_be_anything(dashboard: AppTest, junk: str):
    before = notes(dashboard).reader
    hand_back(dashboard, junk)
    assert notes(dashboard).reader == before
    assert not dashboard.exception


def test_a_link_to_one_page_leaves_the_choices_of_others(dashboard: AppTest):
    dashboard.slider(key="d_k").set_value(9).run()
    follow(dashboard, {"v": "1", "cost_n": "96"}, "cost")
    for name in list(dashboard.query_params):
        del dashboard.query_params[name]
    dashboard.switch_page("pages/explore.py").run()
    assert dashboard.slider(key="d_k").value == 9


def test_the_sentence_can_be_kept_out_of_the_link(dashboard: AppTest):
    dashboard.text_input(key="sentence").set_value("secret words").run()
    assert "secret words" in address(dashboard).values()
    select(dashboard, private=True)
    dashboard.run()
    assert "secret" not in urlencode(address(dashboard))


def test_a_link_becomes_private_though_the_reader_acts_at_once(
    dashboard: AppTest, monkeypatch: pytest.MonkeyPatch
):
    dashboard.session_state["take_away"] = True
    dashboard.run()
    clicked = dashboard.toggle(key="private").set_value(True)
    acted = act_during(monkeypatch, dashboard, SessionState, "set_widgets_from_proto")
    clicked.run()
    assert acted
    assert address(dashboard)["private"] == "1"
    dashboard.toggle(key="private").set_value(False).run()
    assert "private" not in address(dashboard)


def test_edits_of_a_words_vector_name_no_word_in_a_private_link(dashboard: AppTest):
    word, number = Address("x", "secret", 0, "", 1), Address("w_q", "0", 1, "", 2)
    mask = Address("mask", "secret", 0, "words", 0)
    dashboard.text_input(key="sentence").set_value("secret words").run()
    put(dashboard, "handset", {word: 5.0, number: 2.0})
    put(dashboard, "mask", {mask: 0.0})
    assert cells(address(dashboard.run()))["handset"] == {word: 5.0, number: 2.0}
    select(dashboard, private=True)
    assert cells(address(dashboard.run())) == {"handset": {number: 2.0}}


def test_edits_are_in_links_to_the_pages_that_show_them_only(dashboard: AppTest):
    cell = {Address("w_q", "0", 1, "", 2): 2.0}
    put(dashboard, "handset", cell)
    put(dashboard, "seeded 7", cell)
    assert cells(address(dashboard.run())) == {"handset": cell}
    dashboard.switch_page("pages/cost.py").run()
    assert "edits" not in address(dashboard)


def test_padding_is_in_the_link(dashboard: AppTest, cold_dashboard: Open):
    choices = {"sentence": "The cat chased the mouse", "mask": "padding", "padded": "[0,3]"}
    app = follow(cold_dashboard("en-US"), {"v": "1", **choices})
    assert address(app)["padded"] == "[0,3]"
    follow(dashboard, {"v": "1", **choices})
    assert dashboard.multiselect(key="padded").value == [0, 3]


def test_a_link_written_by_hand_needs_no_version(cold_dashboard: Open):
    app = follow(cold_dashboard("en-US"), {"sentence": "a b"})
    assert app.text_input(key="sentence").value == "a b"
    assert not app.warning


def test_a_link_that_cannot_hold_everything_says_so_and_a_file_does(dashboard: AppTest):
    assert "part" not in address(dashboard)
    draw = np.random.default_rng(0)
    cells = {
        Address("w_q", "0", row, "", column): float(draw.normal())
        for row in range(30)
        for column in range(30)
    }
    put(dashboard, "handset", cells)
    dashboard.run()
    assert address(dashboard)["part"] == "1"
    assert Text("zh")("share.too_long", limit="6 kB") in [it.value for it in dashboard.caption]
    assert dashboard.get_by_key("save.explore.json")
    assert not dashboard.exception


def test_a_link_made_elsewhere_says_so(cold_dashboard: Open):
    app = follow(cold_dashboard("en-US"), {"v": "7", "part": "1"})
    assert len(app.warning) == 2


EVERYWHERE = {
    "sentence": "the cat saw the old cat",
    "source": "seeded",
    "seed": 5,
    "d_k": 8,
    "model_sentence": "The cat saw the bird because it was near.",
    "model_layer": 5,
    "cross_b": "I love old Beijing",
    "cross_scoring": "additive",
    "heads_width": 128,
    "heads_off": (1,),
    "positions_seed": 3,
    "reach_n": 12,
    "reach_mask": "causal",
    "buffet_protein": -2.0,
    "cost_n": 96,
    "training_seed": 2,
    "training_steps": 50,
}
"""Something of every page, and nothing that a page would set to something else."""

EDITED = {
    "seeded 5": {Address("w_q", "0", 1, "", 2): 7.5},
    "seeded 6": {Address("w_k", "0", 0, "", 1): 1.5},
    "handset": {Address("x", "cat", 1, "", 3): 2.5},
    "mask": {Address("mask", "the", 0, "cat", 1): 0.0},
    "buffet": {Address("buffet_values", "", 0, "", 1): 2.75},
}


@pytest.mark.parametrize("page", ["explore", "buffet", "cost"])
def test_a_file_brings_the_choices_of_every_page_back(dashboard: AppTest, page: str):
    dashboard.slider(key="d_v").set_value(9).run()
    put(dashboard, "handset", {Address("w_v", "0", 0, "", 0): 4.0})
    dashboard.session_state["take_away"] = True
    content = to_file(Reader("en", page, fields=EVERYWHERE, edits=EDITED))
    dashboard.run().file_uploader(key="restore").set_value(("a.json", content, "text/json")).run()
    for entry in CONTENTS:
        dashboard.switch_page(entry.path).run()
        assert not dashboard.exception
        assert not dashboard.warning
    reader = notes(dashboard).reader
    assert {name: reader[name] for name in EVERYWHERE} == EVERYWHERE
    assert reader["d_v"] == DEFAULTS["d_v"]
    assert reader.edits == EDITED
