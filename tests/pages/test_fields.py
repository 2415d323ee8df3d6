"""Whatever a reader can choose is a field: a link holds it, or it is told here why it need not."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from core.reader.file import to_file
from core.reader.records import FIELDS
from pages import CONTENTS, Entry
from pages.shared.text import LANGUAGES
from tests.pages.exploring import notes, select
from tests.pages.test_address import address, charts, follow

Open = Callable[[str | None], AppTest]

PAGES = Path(__file__).parent.parent.parent / "pages"

HARMLESS = {
    "language": "every link says it",
    "private": "every link says it",
    "take_away": "a menu",
    "restore": "a file to open",
    "recurrent_settings": "settings, unfolded",
    "convolutional_settings": "settings, unfolded",
    "model_popover": "settings, unfolded",
    "code_open": "the program, to take away",
    "questions": "questions, unfolded",
    "model_finder": "a row to choose: it opens a head",
    "example": "which one the sentence is",
    "upload_finder": "likewise",
    "question": "an answer: the session keeps the score",
    "table": "edited cells, which links hold as such",
    "upload_long_query": "shows upload_query",
    "upload_long_key": "shows upload_key",
    "upload_file": "a file: a link names it",
    "upload_other_file": "likewise",
    "training_upload": "a file of settings, which become fields",
}
"""Parts of keys up to the first dot, of widgets that are no field's."""

UNHEARD = {
    "drawn_open": "a table to type into, unfolded",
    "heads_layer": "settings",
    "training_settings": "settings",
    "training_settings_busy": "settings",
    "training_repeat": "files of settings",
    "training_inside_more": "of a race, which no link holds either",
    "upload_contents": "what is in the file",
    "upload_how": "an explanation",
}
"""Keys of blocks to unfold whose state stays in the browser."""

STATEFUL = {
    *("checkbox", "color_picker", "data_editor", "date_input", "feedback", "file_uploader"),
    *("multiselect", "number_input", "pagination", "pills", "radio", "segmented_control"),
    *("select_slider", "selectbox", "slider", "tabs", "text_area", "text_input", "time_input"),
    *("toggle", "expander", "popover"),
}
"""What Streamlit calls the widgets that hold something."""

PRESSED = {"button", "download_button", "vega_lite_chart", "bidi_component", "flex_container"}
"""Elements that only set off something: what they change is a field, or an edited cell."""

LEFT_ALONE = {"model_name", "private", "restore"}
"""Other models take long to load; files are no matter of this test."""

LINKED = 25
"""Changes after which a link is followed."""

MOST_OPTIONS = 12
"""Options of a widget that are all tried; of a longer list the last one is."""


def opened(visit: Open, page: str, locale: str = "en-US") -> AppTest:
    app = visit(locale)
    return app if page == CONTENTS[0].name else app.switch_page(f"pages/{page}.py").run()


def widgets(app: AppTest) -> dict[str, Any]:
    """Everything on the page that holds something, by its key."""
    found = {}
    for it in app:
        widget = getattr(getattr(it, "proto", None), "id", "")
        if widget.startswith("$$ID") and it.type not in PRESSED:
            found[widget.split("-", maxsplit=2)[-1]] = it
    return found


def stem(key: str) -> str:
    return key.partition(".")[0]


def others(widget: Any) -> Iterator[object]:  # noqa: ANN401
    """Values that a reader may choose instead."""
    match widget.type:
        case "expander" | "popover" | "toggle":
            yield True
            yield False
        case "selectbox" | "button_group" | "radio" | "multiselect":
            options = widget.options if len(widget.options) <= MOST_OPTIONS else widget.options[-1:]
            yield from options
        case "slider" | "number_input":
            yield from {widget.min, widget.max}
        case "select_slider":
            yield from widget.options
        case "text_input" | "text_area":
            yield "1, 2"


def choose(app: AppTest, widget: Any, value: object) -> AppTest:  # noqa: ANN401
    """Choose it as a browser does, so that what hears of it is called."""
    state = WidgetState(id=widget.proto.id)
    match widget.type:
        case "expander" | "popover" | "toggle":
            state.bool_value = bool(value)
        case "selectbox":
            state.string_value = str(value)
        case "text_input" | "text_area":
            state.string_value = str(value)
        case "button_group" | "multiselect" | "select_slider":
            state.string_array_value.data.append(str(value))
        case "radio":
            state.int_value = widget.options.index(value)
        case "slider":
            state.double_array_value.data.append(float(str(value)))
        case "number_input":
            state.double_value = float(str(value))
    app._run(WidgetStates(widgets=[state]))
    assert not app.exception
    return app


def chosen(app: AppTest) -> dict[str, object]:
    """What every widget that is a field's holds."""
    return {key: app.session_state[key] for key in widgets(app) if stem(key) in FIELDS}


def fields_of(app: AppTest) -> dict[str, object]:
    """What is chosen on the page, as plain values."""
    reader = notes(app).reader
    return {name: reader[name] for name in reader.page_fields}


def explored(app: AppTest, seen: set[str]) -> Iterator[AppTest]:
    """The page with each thing changed in turn, and what comes into sight with it."""
    yield app
    for key, widget in widgets(app).items():
        if stem(key) in seen | LEFT_ALONE:
            continue
        seen.add(stem(key))
        before = fields_of(app)
        for value in others(widget):
            choose(app, widget, value)
            yield from explored(app, seen)
        put_back(app, before)


def put_back(app: AppTest, fields: dict[str, object]) -> None:
    select(app, **fields)
    app.run()


@pytest.mark.parametrize("entry", CONTENTS, ids=lambda entry: entry.name)
def test_whatever_is_chosen_is_in_the_link(
    open_dashboard: Open, cold_dashboard: Open, entry: Entry
):
    app = opened(open_dashboard, entry.name)
    held: dict[str, set[str]] = {}
    for runs, now in enumerate(explored(app, set())):
        nowhere = {stem(key) for key in widgets(now)} - FIELDS.keys() - HARMLESS.keys()
        assert nowhere == set()
        for key, value in chosen(now).items():
            held.setdefault(stem(key), set()).add(str(value))
        if runs % LINKED == LINKED - 1:
            assert_led_back(now, cold_dashboard, entry.name)
    assert_led_back(app, cold_dashboard, entry.name)
    assert {name for name, values in held.items() if len(values) == 1} <= LEFT_ALONE


def assert_led_back(app: AppTest, cold_dashboard: Open, page: str) -> None:
    """A link to the page shows the same on a server that has just been started."""
    other = follow(cold_dashboard("en-US"), address(app), page)
    assert not other.warning
    here, there = chosen(app), chosen(other)
    assert there == {key: here[key] for key in there}
    assert address(other) == address(app)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        ("explore", "results_open", True),
        ("model", "model_finder_open", True),
        ("corrections", "corrections_open", ["pair", "far"]),
        ("why", "why_inserted_open", True),
    ],
)
def test_what_is_unfolded_stays_so_in_the_other_language(
    open_dashboard: Open, language: str, page: str, field: str, value: object
):
    app = opened(open_dashboard, page, language)
    put_back(app, {field: value})
    before = [it.proto.expanded for it in app.expander]
    assert any(before)
    app.segmented_control(key="language").set_value({"en": "zh", "zh": "en"}[language]).run()
    assert [it.proto.expanded for it in app.expander] == before
    assert [it.proto.expanded for it in app.run().expander] == before


VIEWS = [
    ("explore", {"shown_parameter": "w_v", "results_open": True, "shown_result": "mixed"}),
    ("explore", {"projections_open": True}),
    ("upload", {"upload_shown": "v", "upload_arithmetic_open": True}),
    ("model", {"model_toy": True, "model_lines": (4, -1, 0), "model_steps_open": True}),
    ("model", {"model_alone": True, "model_off": ((0, 3), (5, 11))}),
    ("model", {"model_lines": (), "model_finder_open": True}),
    ("corrections", {"corrections_open": ("window", "pronoun")}),
    ("heads", {"heads_table_open": True}),
    ("buffet", {"buffet_arithmetic_open": True}),
    ("why", {"why_output": "vector", "why_word": 2, "why_key": 1, "why_measure": "chrf"}),
    ("why", {"why_sentence": "I like music.", "why_inserted_open": True}),
]


def picture(app: AppTest) -> list[str]:
    """All that is said, every table and chart, and what is unfolded."""
    said = [it.value for it in (*app.markdown, *app.caption, *app.info)]
    drawn = map(str, charts(app) if app.get("vega_lite_chart") else [])
    tables = [it.value.to_string() for it in app.dataframe]
    return [*said, *drawn, *tables, *(f"{it.label} {it.proto.expanded}" for it in app.expander)]


@pytest.mark.parametrize(("page", "fields"), VIEWS, ids=str)
def test_a_link_and_a_file_show_the_same_view(
    open_dashboard: Open, cold_dashboard: Open, page: str, fields: dict[str, object]
):
    app = opened(open_dashboard, page)
    before = picture(app)
    put_back(app, fields)
    assert picture(app) != before
    linked = follow(cold_dashboard("en-US"), address(app), page)
    assert picture(linked) == picture(app)
    restored = opened(open_dashboard, page)
    restored.session_state["take_away"] = True
    content = to_file(replace(notes(app).reader, page=page))
    restored.run().file_uploader(key="restore").set_value(("a.json", content, "text/json")).run()
    restored.session_state["take_away"] = False
    restored.run()
    assert picture(restored) == picture(app)
    assert not linked.warning
    assert not restored.warning


def test_the_lines_of_the_shown_head_follow_it(open_dashboard: Open):
    app = opened(open_dashboard, "model")
    app.multiselect(key="model_lines.12.3.1").set_value([1, 5]).run()
    assert address(app)["model_lines"] == "[-1,5]"
    put_back(app, {"model_layer": 2, "model_head": 7})
    assert app.multiselect(key="model_lines.12.2.7").value == [7, 5]
    app.multiselect(key="model_lines.12.2.7").set_value([7]).run()
    assert "model_lines" not in address(app)


def test_what_is_chosen_stays_when_the_choice_hides_its_widget(open_dashboard: Open):
    app = open_dashboard("en-US")
    popover = widgets(app)["recurrent_settings"]
    choose(app, popover, True)
    kind = widgets(app)["rnn_kind"]
    chosen = WidgetState(id=kind.proto.id)
    chosen.string_array_value.data.append("LSTM")
    app._run(WidgetStates(widgets=[chosen, WidgetState(id=popover.proto.id, bool_value=False)]))
    assert "rnn_kind" not in widgets(app)
    assert address(app.run())["rnn_kind"] == "lstm"


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Where pages make widgets that hold something."""
    for path in sorted(PAGES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="st"), attr=name)):
                    if name in STATEFUL:
                        yield f"{path.relative_to(PAGES)}:{node.lineno}", node


def test_every_widget_that_holds_something_has_a_key():
    found = list(calls())
    assert len(found) > 50
    assert [at for at, it in found if "key" not in {word.arg for word in it.keywords}] == []


def test_every_block_that_unfolds_is_a_field_or_told_here():
    unheard = {
        key.value
        for _, it in calls()
        if isinstance(it.func, ast.Attribute) and it.func.attr == "expander"
        if "on_change" not in {word.arg for word in it.keywords}
        for key in (word.value for word in it.keywords if word.arg == "key")
        if isinstance(key, ast.Constant)
    }
    assert unheard == UNHEARD.keys()


def test_what_is_told_here_is_no_field():
    assert not FIELDS.keys() & {*HARMLESS, *UNHEARD}


@pytest.mark.parametrize("first", ["explore", "heads", "cross", "model"])
def test_select_boxes_of_a_page_that_is_opened_show_what_they_hold(
    open_dashboard: Open, first: str
):
    # What is not sent to a new page shows its default there, and cannot be chosen any more.
    app = open_dashboard("en-US")
    for entry in (it for it in CONTENTS if it.name != first):
        app.switch_page(f"pages/{first}.py").run()
        app.switch_page(entry.path).run()
        sent = {
            box.key: box.proto.raw_value if box.proto.set_value else box.options[box.proto.default]
            for box in app.selectbox
        }
        app.run()
        held = {box.key: box.options[box.index or 0] for box in app.selectbox}
        assert sent == held, entry.name
