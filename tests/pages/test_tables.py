"""Whatever stands in a table can be taken away as CSV."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.files.traces import to_npz
from core.ideas.cost import ROWS, counted, formula, kept, learned, longest_path, sequential
from core.ideas.timing import Timed
from core.reader.explore import Choice
from core.reader.ideas import CostChoice
from core.sources.handset import HandsetSource
from pages import CONTENTS, Entry
from pages.shared import tables
from pages.shared.text import LANGUAGES, Language, Text
from tests.pages.editors import editors
from tests.pages.editors import numbers as numbers_of
from tests.pages.exploring import choose, select
from tests.pages.languages import in_turn

Visit = Callable[[str | None], AppTest]
Files = dict[str, bytes]

OPEN = {
    "explore": {"mask": "drawn", "results_open": True},
    "model": {"model_finder_open": True, "model_steps_open": True},
    "heads": {"n_heads": 3},
}
"""What has to be unfolded for all tables of a page to be there."""

N_TABLES = {
    "explore": 3,
    "heads": 4,
    "model": 3,
    "buffet": 2,
    "why": 1,
    "cost": 5,
    "training": 1,
    "upload": 2,
}


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> Files:
    """The CSV files that the last page offers, by their names."""
    found: Files = {}

    def note(_label: str, name: str, mime: str, data: Callable[[], bytes], **_: bool) -> None:
        assert name not in found
        assert mime == "text/csv"
        found[name] = data()

    monkeypatch.setattr(tables, "save_button", note)
    return found


def opened(app: AppTest, saved: Files, page: str) -> AppTest:
    app.switch_page(f"pages/{page}.py")
    select(app, **OPEN.get(page, {}))
    times = {row: [0.25, 0.5, 1.0] for row in ROWS}
    app.session_state["session"].times = Timed(CostChoice().setting, times)
    saved.clear()
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> list[pd.DataFrame]:
    """Every table of the page, of whatever kind."""
    found = [it.value for kind in ("table", "dataframe") for it in getattr(app, kind)]
    return [*found, *(pd.DataFrame(numbers_of(it)) for it in editors(app).values())]


def read(content: bytes) -> list[list[str]]:
    """The rows of a file for spreadsheets, its header apart."""
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert rows
    assert all(len(row) == len(header) for row in rows)
    return rows


def numbers(row: Iterable[object]) -> list[float]:
    """The cells that are numbers and nothing else."""
    found = []
    for cell in row:
        with suppress(ValueError):
            found.append(float(str(cell)))
    return found


def holds(rows: list[list[str]], table: pd.DataFrame) -> bool:
    """Whether a file has a line for each row of a table, with its numbers."""
    return len(rows) == len(table) and all(
        any(np.isclose(number, other, atol=6e-4) for other in numbers(row))
        for row, (_, cells) in zip(rows, table.iterrows(), strict=True)
        for number in numbers(cells)
    )


@pytest.mark.parametrize(("entry", "language"), in_turn(CONTENTS))
def test_every_table_of_every_page_can_be_saved(
    open_dashboard: Visit, saved: Files, entry: Entry, language: Language
):
    app = opened(open_dashboard(language), saved, entry.name)
    if entry.name == "upload":
        content = to_npz(HandsetSource().trace("我爱吃炸鸡"))
        app.file_uploader(key="upload_file").set_value(("a.npz", content, "application/zip"))
        saved.clear()
        app.run()
    files = {name: read(content) for name, content in saved.items()}
    for table in shown(app):
        assert any(holds(rows, table) for rows in files.values()), table
    assert len(shown(app)) == N_TABLES.get(entry.name, 0)


def test_the_table_of_costs_is_saved_as_plain_numbers(open_dashboard: Visit, saved: Files):
    opened(open_dashboard("en-US"), saved, "cost")
    rows, it, text = read(saved["cost.csv"]), CostChoice().setting, Text("en")
    found = dict(zip(ROWS, rows, strict=True))
    for row in ROWS:
        numbers = [formula(row, it), counted(row, it), sequential(row, it), longest_path(row, it)]
        numbers += [4 * kept(row, it), 4 * learned(row, it)]  # float32
        assert found[row] == [text(f"cost.{row}"), *("" if n is None else str(n) for n in numbers)]


@pytest.mark.parametrize("name", ["explore", "model", "heads", "buffet"])
def test_rows_show_their_names(open_dashboard: Visit, saved: Files, name: str):
    app = opened(open_dashboard("en-US"), saved, name)
    names = {
        max(it.value.index.map(len)): json.loads(it.proto.columns).get("_index", {})
        for it in app.dataframe
        if not isinstance(it.value.index, pd.RangeIndex)
    }
    names |= {max(map(len, it["rows"])): {"width": it["widths"][0]} for it in editors(app).values()}
    assert names
    for longest, column in names.items():
        assert column["width"] >= 5 * longest + 13


def test_what_is_edited_and_copied_is_the_shortest_decimal(open_dashboard: Visit):
    app = open_dashboard("en-US")
    found = editors(choose(app, sentence="The cat chased the mouse"))["x"]["cells"]
    x = Choice().layer_source.parameters(("The", "cat", "chased", "the", "mouse")).x
    assert [[float(text) for text in row] for row in found] == x.astype(float).round(6).tolist()
    assert max(len(text) for row in found for text in row) <= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_are_as_wide_as_their_names(open_dashboard: Visit, language: Language):
    app = open_dashboard(language)
    text, widths = Text(language), {}
    for shown in ("x", "w_q", "w_v"):
        select(app, shown_parameter=shown)
        data = editors(app.run())[shown]
        widths |= dict(zip(data["columns"], data["widths"][1:], strict=True))
    assert text("feature.stand_in") in widths
    for name, width in widths.items():
        pixels = sum(14 if letter > "⺀" else 5 for letter in name)  # Chinese is square
        assert width >= pixels + 13, name  # beside it are margins
    assert widths[text("feature.sky")] < 80  # and no wider: more of them are seen at once
