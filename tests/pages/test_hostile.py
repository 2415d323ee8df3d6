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

from core.choices.exploration import READERS, TEXTS
from pages import CONTENTS, Entry

EXAMPLES = 140
INPUTS = 8
"""Changes in each example: more than a thousand inputs a page."""

HOSTILE = (
    "aé我猫 \t\n\r\x00\x07\x1b\u200b\u200d\u202e\u2066\u0301\ufeff\ufffe\U0001f468\U0001f1e8"
    "<>&\"'`*_#[](){}|$\\/!=~:;%@^.,-+0179٣"
)
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
fields = st.sampled_from(sorted(READERS))
changes = st.one_of(
    st.tuples(st.just("field"), fields, values),
    st.tuples(st.just("field"), st.sampled_from(TEXTS), texts),
    st.tuples(st.just("frame"), st.integers(0, 90), values | cells),
    st.tuples(st.just("link"), fields | st.sampled_from(["v", "edits", "lang", "part"]), texts),
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
    @given(st.lists(changes, min_size=INPUTS, max_size=INPUTS))
    def send(sent: list[tuple[str, Any, Any]]) -> None:
        frames = [state for change in sent for state in forge(app, *change)]
        app._run(WidgetStates(widgets=frames))  # `run` would ask the page how to show them
        assert not app.exception
        assert app.title
        assert len(app.main) > 1
        assert all(map(all_finite, charts(app)))

    send()


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
    return []


def number(what: object) -> float:
    return float(what) if isinstance(what, int | float) and abs(what) < 1e9 else 1e9


def table(what: object) -> dict[str, object]:
    """Edits of a table in the right frame, with any content."""
    edited = what if isinstance(what, dict) else {"0": {"1": what}}
    return {"edited_rows": edited, "added_rows": [], "deleted_rows": []}


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
    "dataframe": lambda id, what: WidgetState(id=id, string_value=json.dumps(table(what))),
}


def charts(app: AppTest) -> list[pa.Table]:
    return [
        pa.ipc.open_stream(chart.proto.data.data).read_all()
        for chart in app.get("vega_lite_chart")
        if chart.proto.data.data
    ]


def all_finite(table: pa.Table) -> bool:
    numbers = (column for column in table.columns if pa.types.is_floating(column.type))
    return all(np.isfinite(column.drop_null().to_numpy()).all() for column in numbers)
