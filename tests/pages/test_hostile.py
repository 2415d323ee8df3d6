"""Whatever is sent to a page, it answers with itself: no traceback, no blank, no wrong number.

Every example changes several things at once, as no browser would: sentences from a hostile
alphabet, sizes of any kind, forged widgets and tables, damaged links. One visit takes them all, so
that what one of them broke shows in the next.
"""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from streamlit.proto.Common_pb2 import DoubleArray, StringArray
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from core.reader.records import FIELDS
from pages import CONTENTS, Entry
from pages.shared.figures import atlas, bars, heatmap, overview
from pages.shared.text import Text
from tests.pages.exploring import notes

pytestmark = pytest.mark.usefixtures("nobody_trains")

EXAMPLES = 70
INPUTS = 16
"""Changes in each example, every one of something that the page has: a thousand and more a page."""

HOSTILE = (
    "aé我猫 \t\n\r\x00\x07\x1b\u200b\u200d\u202e\u2066\u0301\ufeff\ufffe\U0001f468\U0001f1e8"
    "<>&\"'`*_#[](){}|$\\/!=~:;%@^.,-+0179٣"
)
CLICKS = (heatmap.CLICK, overview.CLICK, bars.CLICK, atlas.CLICK)
AXES = ("row", "column", "layer", "head")
PAYLOADS = (
    "<script>alert(1)</script>",
    "[x](javascript:alert(1)) ![x](http://evil.invalid/x.png)",
    "$\\href{http://evil.invalid}{x}$ :material/home: :red[x]",
    "{row} {0.__class__} %s %n",
    "'; DROP TABLE words; --",
    "a" * 5_000,
    "的" * 700,
    "e" + "\u0301" * 400,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 " * 30,
    "",
    " \u3000\n",
)

texts = st.text(HOSTILE, max_size=40) | st.sampled_from(PAYLOADS) | st.text(max_size=20)
values = st.one_of(
    texts,
    st.integers(-3, 70),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.integers(-1, 12), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
cells = st.dictionaries(
    st.text("0123456789x-", max_size=2),
    st.dictionaries(st.text("0123456789x-", max_size=2), values, max_size=2) | values,
    max_size=3,
)
places = st.integers(-3, 70) | values
clicks = st.one_of(
    values,
    st.lists(st.dictionaries(st.sampled_from(AXES), places, max_size=4), max_size=2),
)


def changes(app: AppTest) -> st.SearchStrategy[tuple[str, Any, Any]]:
    """Of a page's own fields, charts and widgets, and of links to it."""
    used = sorted(notes(app).reader.page_fields)
    fields = st.sampled_from(used)
    written = [name for name in used if FIELDS[name].private]
    said = ["v", "edits", "lang", "part", "private"]
    return st.one_of(
        st.tuples(st.just("field"), fields, values),
        *([st.tuples(st.just("field"), st.sampled_from(written), texts)] if written else []),
        st.tuples(st.just("frame"), st.integers(0, 90), values | cells),
        st.tuples(st.just("part"), st.integers(0, 30), clicks),
        st.tuples(st.just("link"), fields | st.sampled_from(said), texts),
    )


Open = Callable[[str | None], AppTest]


@pytest.mark.parametrize("entry", CONTENTS, ids=lambda entry: entry.name)
def test_nothing_that_is_sent_breaks_a_page(entry: Entry, open_dashboard: Open):
    app = open_dashboard("en-US")
    if entry != CONTENTS[0]:
        app.switch_page(entry.path).run()

    @settings(
        max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate]
    )
    @given(st.lists(changes(app), min_size=INPUTS, max_size=INPUTS))
    def send(sent: list[tuple[str, Any, Any]]) -> None:
        frames = [state for change in sent for state in forge(app, *change)]
        app._run(WidgetStates(widgets=frames))  # `run` would ask the page how to show them
        assert not app.exception
        assert app.title
        assert len(app.main) > 1
        assert all(map(all_finite, [*charts(app), *tables(app)]))

    send()


@pytest.mark.parametrize("forged", ["fr", "", "zh-CN", "中文", 5, None, ["zh"], {"en": "zh"}])
def test_a_language_that_is_none_leaves_the_page_in_one(forged: object, open_dashboard: Open):
    text = Text("zh")
    for way in ("field", "widget", "link"):
        app = open_dashboard("zh-CN")
        sent = []
        if way == "widget":
            sent = [FRAMES["button_group"](app.segmented_control(key="language").proto.id, forged)]
        elif way == "link":
            forge(app, "link", "lang", forged)
        else:
            forge(app, "field", "language", forged)
        app._run(WidgetStates(widgets=sent))
        assert not app.exception
        assert not app.error
        assert app.title[0].value == text("explore.title")
        assert app.session_state["language"] == "zh"
        assert app.run().text_input(key="sentence").label == text("sentence.label")


def forge(app: AppTest, kind: str, where: Any, what: object) -> list[WidgetState]:  # noqa: ANN401
    """Send something that the page did not ask for; gives what goes over the wire."""
    match kind:
        case "field":
            app.session_state[where] = what
        case "link":
            app.query_params["v"] = "1"
            app.query_params[where] = str(what)
        case "frame":
            widgets = [it for it in app if it.type in FRAMES and it.proto.id]
            chosen = widgets[where % (len(widgets) or 1) :][:1]
            return [FRAMES[it.type](it.proto.id, what) for it in chosen]
        case "part":
            parts = [it for kind in PARTS for it in app.get(kind) if it.proto.id]
            chosen = parts[where % (len(parts) or 1) :][:1]
            return [PARTS[it.type](it.proto.id, what) for it in chosen]
    return []


def number(what: object) -> float:
    return float(what) if isinstance(what, int | float) and abs(what) < 1e9 else 1e9


def names(what: object) -> StringArray:
    return StringArray(data=[str(it) for it in what] if isinstance(what, list) else [str(what)])


# What a browser that is none might send: the kind of value is the widget's, else Streamlit itself
# gives up before it runs a page.
FRAMES: dict[str, Callable[[str, object], WidgetState]] = {
    "slider": lambda id, what: WidgetState(
        id=id, double_array_value=DoubleArray(data=[number(what)])
    ),
    "number_input": lambda id, what: WidgetState(id=id, double_value=number(what)),
    "button_group": lambda id, what: WidgetState(id=id, string_array_value=names(what)),
    "multiselect": lambda id, what: WidgetState(id=id, string_array_value=names(what)),
    "toggle": lambda id, what: WidgetState(id=id, bool_value=bool(what)),
    "text_input": lambda id, what: WidgetState(id=id, string_value=str(what)),
    "text_area": lambda id, what: WidgetState(id=id, string_value=str(what)),
    "selectbox": lambda id, what: WidgetState(id=id, string_value=str(what)),
}


def selection(what: object) -> str:
    """A click on a chart or in a table, with any content."""
    cells = dict.fromkeys(CLICKS, what)
    return json.dumps({"selection": {**cells, "rows": what}})


def uploaded(id: str, what: object) -> WidgetState:
    state = WidgetState(id=id)
    state.file_uploader_state_value.uploaded_file_info.add(name=str(what)[:99], file_id="none")
    return state


def edited(what: object) -> object:
    """Edits of a matrix: anything at all, or anything for some of its parts."""
    return what if isinstance(what, list) else [{"number": 10**15, "cells": what}, what]


# Charts whose clicks are heard, parts with scripts of their own, and places for files.
PARTS: dict[str, Callable[[str, object], WidgetState]] = {
    "vega_lite_chart": lambda id, what: WidgetState(id=id, string_value=selection(what)),
    "bidi_component": lambda id, what: WidgetState(
        id=id, json_value=json.dumps({"asked": what, "edits": edited(what)})
    ),
    "file_uploader": uploaded,
}


def tables(app: AppTest) -> list[pa.Table]:
    found = [it for kind in ("arrow_data_frame", "dataframe") for it in app.get(kind)]
    return [
        pa.ipc.open_stream(it.proto.data).read_all()
        for it in found
        if isinstance(getattr(it.proto, "data", None), bytes) and it.proto.data
    ]


def charts(app: AppTest) -> list[pa.Table]:
    return [
        pa.ipc.open_stream(chart.proto.data.data).read_all()
        for chart in app.get("vega_lite_chart")
        if chart.proto.data.data
    ]


def all_finite(table: pa.Table) -> bool:
    numbers = (column for column in table.columns if pa.types.is_floating(column.type))
    return all(np.isfinite(column.drop_null().to_numpy()).all() for column in numbers)
