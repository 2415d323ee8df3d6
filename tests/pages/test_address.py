"""Every view has an address: following it gives the view, on a fresh server too."""

import json
from collections.abc import Callable
from types import ModuleType
from urllib.parse import urlencode

import numpy as np
import pytest
import streamlit as st
from core.choices import edited, exploration
from core.choices.exploration_file import from_file
from core.choices.link import from_parameters
from pages.shared.reader.edits import MOST_KEPT
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.navigation.page import StreamlitPage
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from core.reader.cells import MOST_EDITS, Address, unpack
from core.reader.examples import EXAMPLES, SENTENCES
from core.reader.file import to_file
from pages import CONTENTS, Entry
from pages.shared.reader import address as reader_address
from pages.shared.reader import edits, widgets
from pages.shared.text import LANGUAGES, Language, Text, plain
from pages.shared.views.taking import menu
from tests.pages.acting import act_during
from tests.pages.exploring import select, put, notes, chosen

EN = Text("en")
Open = Callable[[str | None], AppTest]


def address(app: AppTest) -> dict[str, str]:
    """What the page writes into the address bar."""
    (share,) = [it for it in app.get("bidi_component") if it.proto.component_name == "share"]
    return json.loads(share.proto.json)["parameters"]


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
    assert found["v"] == "1"
    assert from_parameters(found).unusable == ()


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


def test_every_language_of_the_pages_can_be_linked():
    assert tuple(LANGUAGES) == exploration.LANGUAGES


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


def test_an_edit_that_is_none_leaves_the_others():
    cell = Address("w_q", "0", 1, "", 2)
    rows = [["handset", *cell, 7.5], ["handset", "w_q", "0", -4, "", 2, 1.0], ["nowhere"], 3]
    said = json.loads(to_file("explore", {}, {}, "en")) | {"edits": rows}
    found = from_file(json.dumps(said).encode())
    assert found.shelves == {"handset": {cell: 7.5}}
    assert found.unusable == ("edits",)


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

    def noted(chapters: dict[str, list[StreamlitPage]]) -> StreamlitPage:
        menus.append([it.title for pages in chapters.values() for it in pages])
        return navigation(chapters)

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
    chosen = {name: chosen(app, name) for name in first.chosen}
    assert chosen == first.chosen


def test_an_english_link_may_show_a_chinese_sentence(open_dashboard: Open, cold_dashboard: Open):
    app = open_dashboard("en-US")
    app.button(key="example.eat").click().run()
    other = follow(cold_dashboard("en-US"), address(app))
    assert other.text_input(key="sentence").value == EXAMPLES["eat"].sentence
    assert charts(other) == charts(app)


def test_our_own_address_coming_back_changes_nothing(dashboard: AppTest):
    dashboard.slider(key="d_k").set_value(9).run()
    early = address(dashboard)
    dashboard.slider(key="d_k").set_value(10).run()
    follow(dashboard, early)  # typed faster than the address bar follows
    assert dashboard.slider(key="d_k").value == 10


def test_widgets_that_outlived_their_server_are_newer_than_the_address(cold_dashboard: Open):
    app = cold_dashboard("en-US")
    select(app, d_k=12)
    follow(app, {"v": "1", "d_k": "5", "d_v": "6"})
    assert app.slider(key="d_k").value == 12
    assert app.slider(key="d_v").value == 6


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


def test_sentences_stay_out_of_the_link_when_the_page_is_loaded_anew(
    dashboard: AppTest, cold_dashboard: Open
):
    select(dashboard, private=True)
    found = address(dashboard.run())
    app = cold_dashboard("en-US")
    select(app, sentence="secret words"  # outlived its server)
    follow(app, found)
    app.session_state["take_away"] = True
    app.run()
    assert app.text_input(key="sentence").value == "secret words"
    assert app.toggle(key="private").value
    assert "secret" not in urlencode(address(app))
    follow(app, {"v": "1", "d_k": "5"})  # somebody else's link
    assert address(app)["private"] == "1"


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
    notes(dashboard).reader.edits |= {
        "handset": {word: 5.0, number: 2.0},
        "mask": {mask: 0.0},
    }
    assert unpack(address(dashboard.run())["edits"])["handset"] == {word: 5.0, number: 2.0}
    select(dashboard, private=True)
    assert unpack(address(dashboard.run())["edits"]) == {"handset": {number: 2.0}}


def test_edits_are_in_links_to_the_pages_that_show_them_only(dashboard: AppTest):
    cell = {Address("w_q", "0", 1, "", 2): 2.0}
    put(dashboard, "handset", cell)
    put(dashboard, "seeded 7", cell)
    assert unpack(address(dashboard.run())["edits"]) == {"handset": cell}
    dashboard.switch_page("pages/cost.py").run()
    assert "edits" not in address(dashboard)


def test_a_session_keeps_no_more_edits_than_it_may_whatever_links_bring(dashboard: AppTest):
    notes = dashboard.session_state["book"]
    for seed in range(7):
        rows = range(MOST_EDITS)
        cells = {Address("x", f"{seed} {row}", 0, "", 0): 1.5 for row in rows}
        packed = edited.pack({f"seeded {seed}": cells})
        follow(dashboard, {"v": "1", "seed": str(seed), "source": "seeded", "edits": packed})
        states = [
            *notes["edits"].values(),
            *(it for old in notes["history"].values() for it in old),
        ]
        assert sum(map(len, states)) <= MOST_KEPT
        assert notes["edits"][f"seeded {seed}"] == cells
    assert "seeded 0" not in notes["edits"]


def test_what_can_be_undone_goes_before_what_holds(dashboard: AppTest):
    notes = dashboard.session_state["book"]
    rows = range(MOST_EDITS - 20)
    own = {Address("w_k", "0", row, "", 0): 2.5 for row in range(200)}
    cell = {Address("w_q", "0", 1, "", 2): 2.0}
    shelves = {
        f"seeded {seed}": {Address("x", f"{seed} {row}", 0, "", 0): 1.5 for row in rows}
        for seed in range(MOST_KEPT // MOST_EDITS)
    }
    notes["edits"] |= shelves
    notes["history"]["seeded 3"] = [own]
    follow(dashboard, {"v": "1", "edits": edited.pack({"handset": cell})})
    assert {on: notes["edits"].get(on) for on in shelves} == shelves
    assert notes["history"]["seeded 3"] == []


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


def test_what_was_lost_with_a_server_is_still_said_when_widgets_were_heard(cold_dashboard: Open):
    app = cold_dashboard("en-US")
    app.query_params["v"], app.query_params["part"] = "1", "1"
    app._run(WidgetStates(widgets=[WidgetState(id="$$ID-0-sentence", string_value="a b")]))
    assert app.text_input(key="sentence").value == "a b"
    assert [it.value for it in app.warning] == [EN("share.partly")]
    assert not app.run().warning


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
    "heads_off": [1],
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
    content = to_file(page, EVERYWHERE, EDITED, "en")
    dashboard.run().file_uploader(key="restore").set_value(("a.json", content, "text/json")).run()
    for entry in CONTENTS:
        dashboard.switch_page(entry.path).run()
        assert not dashboard.exception
        assert not dashboard.warning
    notes = dashboard.session_state["book"]
    again = json.loads(to_file(page, notes["fields"], notes["edits"], "en"))
    assert EVERYWHERE.items() <= again["fields"].items()
    assert again["fields"]["d_v"] == exploration.DEFAULTS["d_v"]
    assert edited.shelves(again["edits"]) == EDITED


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (menu, "from_file"),
        (edits, "replace_all"),
        (reader_address, "arrive"),
        (widgets, "keep_hidden"),
    ],
    ids=["while it is read", "half restored", "before it is drawn", "when it is drawn"],
)
@pytest.mark.parametrize("page", ["explore", "cost"])
def test_a_file_is_restored_as_a_whole_though_the_reader_acts_meanwhile(
    dashboard: AppTest, monkeypatch: pytest.MonkeyPatch, page: str, module: ModuleType, name: str
):
    dashboard.slider(key="d_v").set_value(9).run()
    dashboard.session_state["take_away"] = True
    dashboard.run()
    content = to_file(page, EVERYWHERE, EDITED, "en")
    dashboard.file_uploader(key="restore").set_value(("a.json", content, "text/json"))
    acted = act_during(monkeypatch, dashboard, module, name)
    dashboard.run()
    assert acted
    assert dashboard.title[0].value == Text("en")(f"{page}.title")
    dashboard.switch_page("pages/explore.py").run()
    assert not dashboard.exception
    notes = dashboard.session_state["book"]
    assert EVERYWHERE.items() <= json.loads(json.dumps(notes["fields"])).items()
    assert notes["fields"]["d_v"] == exploration.DEFAULTS["d_v"]
    assert notes["edits"] == EDITED
    dashboard.slider(key="d_v").set_value(7).run()
    assert dashboard.run().slider(key="d_v").value == 7  # and it is restored once
