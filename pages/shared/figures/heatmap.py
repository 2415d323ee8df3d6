"""One heatmap for every map of the project: rows look, columns are looked at.

The specification depends on shape and words of the frame only, so it is made once and the browser
updates the picture; what changes travels as data beside it. Colours come from the theme.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pages.shared.figures import columns
from pages.shared.figures.specification import finished

Colours = Literal["sequential", "diverging"]

NUMBERS_UP_TO = 12
"""Columns up to which a cell has room for its number."""

CROSSES_UP_TO = 24
"""Rows up to which a cell out of reach has room for a cross."""

CLICK = "cell"
"""The selection that a click on a cell makes; its fields are ``row``, ``column`` and ``turn``."""

_RANGES = {"sequential": "heatmap", "diverging": "diverging"}
_WIDE = 34  # pixels of a row in the smallest maps
_ROOM = 300  # pixels that the rows of a middle-sized map share
_NARROW = 11  # pixels of a row in the largest maps
# Labels carry their position, "3:the", so that repeated words stay apart.
_WORD = "slice(datum.label, indexof(datum.label, ':') + 1)"
_WORD_AXIS: dict[str, Any] = {
    "labelExpr": _WORD,
    "labelOverlap": False,
    "labelLimit": 84,
    "labelFlush": False,
    "ticks": False,
    "domain": False,
}
_DARK_CELL = "luminance(scale('color', datum.value)) < 0.36"


@dataclass(frozen=True)
class Frame:
    """The words around a map, in the reader's language.

    Attributes:
        rows: What a row is.
        columns: What a column is.
        value: What a cell's number is.
    """

    rows: str
    columns: str
    value: str


@dataclass(frozen=True)
class Marks:
    """What is pointed out on a map.

    Attributes:
        row: The row that asks.
        column: The column of the opened cell, if the map shows it.
        turn: Changes whenever the marks do, so that every click is news.
    """

    row: int
    column: int | None
    turn: int = 0


@dataclass(frozen=True)
class Heatmap:
    """A map, ready to be drawn.

    Attributes:
        values: ``(row, column)``.
        rows: Names of the rows, repeated ones allowed.
        columns: Names of the columns.
        frame: The words around it.
        colours: ``diverging`` for numbers of both signs, ``sequential`` for the others.
        domain: The numbers at the two ends of the colours.
        possible: ``(row, column)``, ``False`` = drawn as a cross. ``None`` = all are possible.
        ghosts: Opacity of cells that are not possible.
        first: What the first row and column are counted as, from 0, in a part of a map.
    """

    values: NDArray[Any]
    rows: Sequence[str]
    columns: Sequence[str]
    frame: Frame
    colours: Colours
    domain: tuple[float, float]
    possible: NDArray[np.bool_] | None = None
    ghosts: float = 0.0
    first: tuple[int, int] = (0, 0)

    def table(self, marks: Marks) -> pa.Table:
        """The data, one line a cell."""
        row, column = np.indices(self.values.shape, np.int16).reshape(2, -1)
        whole = np.ones(self.values.shape, bool)
        return columns.table(
            {
                "row": row,
                "column": column,
                "row_name": columns.names(row, numbered(self.rows, self.first[0])),
                "column_name": columns.names(column, numbered(self.columns, self.first[1])),
                "value": self.values.reshape(-1).astype(np.float32),
                "possible": (whole if self.possible is None else self.possible).reshape(-1),
                "asks": row == marks.row,
                "opened": (row == marks.row) & (column == marks.column),
                "turn": columns.same(marks.turn, row.size),
            }
        )

    def specification(self) -> dict[str, Any]:
        """The Vega-Lite specification; the same object for all maps of this kind."""
        n_rows, n_columns = self.values.shape
        return _specification(
            n_rows, n_columns, self.frame, (self.colours, self.domain, self.ghosts)
        )


def balanced(values: NDArray[Any]) -> tuple[float, float]:
    """A domain around 0 that holds all values and stays the same while they move a little."""
    largest = float(np.abs(values).max(initial=0)) or 1.0
    step = 10 ** math.floor(math.log10(largest))
    end = next(factor * step for factor in (1, 2, 5, 10) if factor * step >= largest * (1 - 1e-9))
    return -end, end


def numbered(names: Sequence[str], first: int = 0) -> list[str]:
    """Names made different by their position, counted from 1 where ``first`` is 0."""
    return [f"{position}:{name}" for position, name in enumerate(names, start=first + 1)]


@lru_cache(maxsize=256)
def _specification(
    n_rows: int, n_columns: int, frame: Frame, look: tuple[Colours, tuple[float, float], float]
) -> dict[str, Any]:
    cells = _cells(*look).add_params(_click())
    layers = [cells, _row_mark(), _cell_mark()]
    if n_columns <= NUMBERS_UP_TO and n_rows <= 2 * NUMBERS_UP_TO:
        layers.insert(1, _numbers(look[1], 11 if n_columns <= 8 else 9))
    if n_rows <= CROSSES_UP_TO:
        layers.insert(1, _crosses())
    chart = alt.layer(*layers).encode(
        alt.X("column_name:N")
        .sort(None)
        .title(frame.columns)
        .axis(_column_axis(n_columns, n_rows)),
        alt.Y("row_name:N").sort(None).title(frame.rows).axis(_row_axis()),
    )
    tooltip = [
        {"field": "row_name", "title": frame.rows},
        {"field": "column_name", "title": frame.columns},
        {"field": "value", "title": frame.value, "format": ".4f"},
    ]
    return finished(chart.properties(height=_row_height(n_rows) * n_rows), {0: tooltip})


def _cells(colours: Colours, domain: tuple[float, float], ghosts: float) -> alt.Chart:
    scale = alt.Scale(domain=list(domain), range=_RANGES[colours], clamp=True, interpolate="rgb")
    legend = alt.Legend(
        orient="bottom", gradientThickness=8, gradientLength=140, tickCount=4, format=".2~f"
    )
    return (
        alt.Chart()
        .mark_rect(cursor="pointer", strokeWidth=1)
        .encode(
            alt.Color("value:Q").scale(scale).legend(legend).title(None),
            fillOpacity=alt.when("datum.possible").then(alt.value(1)).otherwise(alt.value(ghosts)),
            stroke=alt.when("datum.possible")
            .then(alt.value("#8494a8"))
            .otherwise(alt.value("transparent")),
            strokeOpacity=alt.value(0.6),
        )
    )


def _numbers(domain: tuple[float, float], font_size: int) -> alt.Chart:
    digits = ".2f" if max(abs(end) for end in domain) < 100 else ".3~s"
    return (
        alt.Chart()
        .transform_filter("datum.possible")
        .mark_text(fontSize=font_size)
        .encode(
            alt.Text("value:Q").format(digits),
            color=alt.when(_DARK_CELL).then(alt.value("#ffffff")).otherwise(alt.value("#10151c")),
        )
    )


def _crosses() -> alt.Chart:
    """Nothing to see here: not a small number, but none."""
    out = alt.Chart().transform_filter("!datum.possible")
    return out.mark_text(text="×", fontSize=11, color="#8494a8", opacity=0.7)


def _row_mark() -> alt.Chart:
    mark = _chosen("datum.asks && datum.column == 0").mark_rect(filled=False, strokeWidth=2)
    return mark.encode(x=alt.value(0), x2=alt.value("width"), stroke=_accent())


def _cell_mark() -> alt.Chart:
    mark = _chosen("datum.opened").mark_rect(filled=False, strokeWidth=4)
    return mark.encode(stroke=_accent())


def _chosen(condition: str) -> alt.Chart:
    return alt.Chart().transform_filter(condition).transform_calculate(mark="'chosen'")


def _accent() -> alt.Stroke:
    """The theme's first categorical colour: it belongs to what the reader has chosen."""
    return alt.Stroke("mark:N").scale(domain=["chosen"], range="category").legend(None)


def _click() -> alt.Parameter:
    fields = ["row", "column", "turn"]
    return alt.selection_point(name=CLICK, fields=fields, on="click", toggle=False, clear=False)


def _column_axis(n_columns: int, n_rows: int) -> alt.Axis:
    angle = 0 if n_columns <= 5 else -45 if n_columns <= 16 else -90
    # As deep for words as for names, so that the rows of maps side by side are level.
    depth = 24 if n_rows <= 5 else 64 if n_rows <= 16 else 90
    return alt.Axis(
        orient="top",
        labelAngle=angle,
        labelAlign="left" if angle else "center",
        minExtent=depth,
        maxExtent=depth,
        **_WORD_AXIS,
    )


def _row_axis() -> alt.Axis:
    # The title lies in the corner above the words: turned by 90 degrees, Chinese is hard to read.
    corner = {"titleAngle": 0, "titleAlign": "right", "titleX": -8, "titleY": -8}
    return alt.Axis(**corner, **_WORD_AXIS)


def _row_height(n_rows: int) -> int:
    return max(_NARROW, min(_WIDE, _ROOM // n_rows))
