"""The Explore page, driven like a reader would, and read."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button, UnknownElement

from core import architectures
from core.architectures import Measured
from core.layer import Edit, Rules, Sizes
from core.reader import reader as events
from core.reader.cells import MASK, Address
from core.reader.explore import Choice
from core.reader.records import FIELDS
from core.sources.handset import HandsetSource
from core.tokens import Unit, words
from core.trace import Array, AttentionTrace
from pages.shared.figures.heatmap import CLICK, numbered
from pages.shared.reader.session import Session
from pages.shared.text import Text
from pages.shared.views.maps import LARGE
from tests.pages.editors import editors, numbers, typed

Visit = Callable[[str | None], AppTest]

CHICKEN = "我爱吃炸鸡"
MOUSE = "猫抓老鼠，天空很蓝"
STEPS = ("scores", "weights", "output")
ARCHITECTURES = ("attention", "recurrent", "convolutional")
RESULTS = (
    *("q", "k", "v", "scores", "weights", "contribution", "output", "mixed"),
    *(f"influence_{name}" for name in ARCHITECTURES),
)
ZH = Text("zh")
SIZES = Choice().layer_source.sizes


def handset(
    sizes: Sizes = SIZES,
    rules: Rules = Rules(),
    edits: tuple[Edit, ...] = (),
    unit: Unit = "words",
) -> HandsetSource:
    """What Explore shows of numbers that are set by hand."""
    return HandsetSource(sizes, rules, edits, unit, guess=True)


def choose(app: AppTest, **values: object) -> AppTest:
    """Choose by the names of fields: in their widgets, where they are in sight."""
    select(app, **values)
    return app.run()


def select(app: AppTest, **values: object) -> None:
    """The same before the next run."""
    tab = notes(app)
    for name, value in values.items():
        if name in tab.widgets or name not in (*FIELDS, "private"):
            app.session_state[name] = list(value) if isinstance(value, tuple) else value
        else:
            tab.reader, _ = events.choose(tab.reader, {name: value})


def tamper(app: AppTest, **values: object) -> AppTest:
    """Put values in the session that no widget would; the widgets themselves send nothing."""
    for name, value in values.items():
        app.session_state[name] = value
    return app._run()


def button(app: AppTest, label: str, **values: object) -> Button:
    [found] = [found for found in app.button if found.label == ZH(label, **values)]
    return found


def press(app: AppTest, label: str, **values: object) -> AppTest:
    found = button(app, label, **values)
    assert not found.disabled
    return found.click().run()


def click(app: AppTest, name: str, row: object, column: object) -> AppTest:
    """Click on a cell of a map, as the browser tells it."""
    found, states = app.get_by_key(name), WidgetStates()
    assert isinstance(found, UnknownElement)
    cells = [{"row": row, "column": column, "turn": notes(app).clicks}]
    states.widgets.add(id=found.proto.id, string_value=json.dumps({"selection": {CLICK: cells}}))
    return app._run(states)


def chart(app: AppTest, name: str) -> pd.DataFrame:
    """The data of a map, one line a cell."""
    found = app.get_by_key(name)
    assert isinstance(found, UnknownElement)
    return convert_arrow_bytes_to_pandas_df(found.proto.data.data)


def drawn(app: AppTest, name: str) -> Array:
    """The numbers of a map: (row, column)."""
    return chart(app, name).pivot(index="row", columns="column", values="value").to_numpy()


def names_of_rows(app: AppTest, name: str = "weights") -> list[str]:
    return list(chart(app, name)["row_name"].unique())


def notes(app: AppTest) -> Session:
    return app.session_state["session"]


def chosen(app: AppTest, name: str) -> Any:  # noqa: ANN401 -- fields have any type
    """What the reader has chosen."""
    return notes(app).reader[name]


def put(app: AppTest, shelf: str, cells: Mapping[Address, float]) -> None:
    """Change cells of a shelf before the next run."""
    notes(app).reader = events.put(notes(app).reader, shelf, cells)


def table_key(app: AppTest, table: str) -> str:
    return notes(app).tables.offers[table].key


def table(app: AppTest, name: str) -> NDArray[Any]:
    """The numbers of a table to type into."""
    return numbers(editors(app)[name])


def edit(app: AppTest, matrix: str, row: int, column: int, content: object) -> AppTest:
    if chosen(app, "shown_parameter") != matrix:
        choose(app, shown_parameter=matrix)
    return choose(app, **{table_key(app, matrix): typed((row, column, content))})


def type_into_mask(app: AppTest, *cells: tuple[Any, Any, Any], **values: object) -> AppTest:
    return choose(app, **{table_key(app, MASK): typed(*cells)}, **values)


def of_word(word: str, column: int, row: int = 0) -> Address:
    return Address("x", word, row, "", column)


def of_matrix(matrix: str, head: int, row: int, column: int) -> Address:
    return Address(matrix, str(head), row, "", column)


def edits_of(app: AppTest, shelf: str = "handset") -> dict[Address, float]:
    return {**notes(app).reader.edits.get(shelf, {})}


def told(app: AppTest) -> list[str]:
    """Everything the page complains about or points out."""
    return [box.value for box in (*app.error, *app.warning, *app.info)]


def assert_shows(app: AppTest, trace: AttentionTrace, head: int = 0, atol: float = 0) -> None:
    layer, names = trace.layers[0], numbered(trace.query_tokens)
    seen_by_softmax = np.where(layer.may_look, layer.biased_scores, layer.scores)
    expected = {"scores": seen_by_softmax, "weights": layer.weights, "output": layer.output}
    for name, values in expected.items():
        shown = names_of_rows(app, name)
        if len(names) <= LARGE:
            assert shown == names
        else:  # drawn around the opened cell
            assert shown == names[first(app, name, "row") :][: len(shown)]
            assert names[chosen(app, "query")] in shown
        rows = slice(first(app, name, "row"), None)
        columns = slice(first(app, name, "column"), None)
        numbers = drawn(app, name)
        part = values[head][rows, columns][: numbers.shape[0], : numbers.shape[1]]
        assert len(numbers) == len(shown)
        assert len(names) > LARGE or part.shape == values[head].shape
        assert_allclose(numbers, part, rtol=1e-6, atol=atol, err_msg=name)


def first(app: AppTest, name: str, side: str) -> int:
    """The place of a map's first row or column: names are counted from 1."""
    return int(chart(app, name)[f"{side}_name"].iloc[0].split(":")[0]) - 1


def measured(choice: Choice, sentence: str) -> dict[str, Measured]:
    parameters = choice.layer_source.parameters(words(sentence))
    return {
        "attention": architectures.attention(parameters, choice.layer_source.rules),
        "recurrent": architectures.recurrent(parameters.x, choice.recurrent),
        "convolutional": architectures.convolutional(parameters.x, choice.convolution),
    }
