"""One heatmap for every map of the project: rows look, columns are looked at.

The specification depends on shape and words of the frame only, so it is made once and the browser
updates the picture; what changes travels as data beside it. Colours come from the theme.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pages.shared.figures import columns, heatmap_axes, heatmap_marks
from pages.shared.figures.heatmap_marks import Colours as Colours
from pages.shared.figures.heatmap_marks import NumberLook
from pages.shared.figures.specification import finished

NUMBERS_UP_TO = 12
"""Columns up to which a cell may have room for its number, if the window is wide enough."""

CROSSES_UP_TO = 24
"""Rows up to which a cell out of reach has room for a cross."""

CLICK = "cell"
"""The selection that a click on a cell makes; its fields are ``row``, ``column`` and ``turn``."""

_BLANKS = ("@rows", "@columns", "@value", "@low", "@high")
_WIDE = 34  # pixels of a row in the smallest maps
_ROOM = 300  # pixels that the rows of a middle-sized map share
_PADDING = 5  # pixels around a map, as Vega has them
_NARROW = 11  # pixels of a row in the largest maps


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
        row_height: In pixels. ``None`` = as high as leaves the whole map on a screen.
        words_above: Pixels for the names of the columns. ``None`` = as many as they need.
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
    row_height: int | None = None
    words_above: int | None = None

    @property
    def depth(self) -> int:
        """Pixels above the cells."""
        return self.words_above or heatmap_axes.column_depth(self.columns, len(self.rows))

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
        look = self.colours, self.domain, self.ghosts
        height = self.row_height or _row_height(len(self.values))
        names = heatmap_axes.spacing(self.columns), heatmap_axes.overhang(self.columns)
        return _specification(self.values.shape, (height, self.depth, *names), self.frame, look)


def level(heatmaps: Sequence[Heatmap]) -> list[Heatmap]:
    """Maps to be drawn side by side, their first rows at the same height."""
    above = max(it.depth for it in heatmaps)
    return [replace(it, words_above=above) for it in heatmaps]


def balanced(values: NDArray[Any], least: float = 0.0) -> tuple[float, float]:
    """A domain around 0 that holds all values and stays the same while they move a little.

    Args:
        values: What is drawn.
        least: The end of the domain at least, lest numbers that are almost nothing look large.
    """
    largest = max(float(np.abs(values).max(initial=0)), least) or 1.0
    step = 10 ** math.floor(math.log10(largest))
    end = next(factor * step for factor in (1, 2, 5, 10) if factor * step >= largest * (1 - 1e-9))
    return -end, end


def numbered(names: Sequence[str], first: int = 0) -> list[str]:
    """Names made different by their position, counted from 1 where ``first`` is 0."""
    return [f"{position}:{name}" for position, name in enumerate(names, start=first + 1)]


@lru_cache(maxsize=256)
def _specification(
    shape: tuple[int, int],
    sizes: tuple[int, int, int, int],
    frame: Frame,
    look: tuple[Colours, tuple[float, float], float],
) -> dict[str, Any]:
    (n_rows, n_columns), (row_height, above, spacing, overhang) = shape, sizes
    colours, domain, ghosts = look
    numbers = n_columns <= NUMBERS_UP_TO and n_rows <= 2 * NUMBERS_UP_TO
    text = _template(
        (heatmap_axes.upright(n_columns), above),
        (colours, ghosts, n_rows <= CROSSES_UP_TO),
        heatmap_marks.number_look(domain, row_height) if numbers else None,
    )
    blanks = (frame.rows, frame.columns, frame.value, *domain)
    for blank, value in zip(_BLANKS, blanks, strict=True):
        text = text.replace(json.dumps(blank), json.dumps(value))
    text = text.replace(heatmap_marks.N_COLUMNS, str(n_columns))
    text = text.replace(heatmap_axes.SPACING, str(spacing))
    padding = dict.fromkeys(("top", "bottom", "left", "right"), _PADDING)
    padding["right"] += overhang
    return json.loads(text) | {"height": row_height * n_rows, "padding": padding}


@lru_cache(maxsize=128)
def _template(
    axis: tuple[bool, int], look: tuple[Colours, float, bool], numbers: NumberLook | None
) -> str:
    """What maps of many sizes have in common, with blanks: Altair takes long for it."""
    rows, columns_, value, low, high = _BLANKS
    colours, ghosts, crosses = look
    layers = [heatmap_marks.cells(colours, (low, high), ghosts).add_params(_click())]
    if crosses:
        layers.append(heatmap_marks.crosses())
    if numbers:
        layers.append(heatmap_marks.numbers(numbers))
    layers += [heatmap_marks.row_mark(), heatmap_marks.cell_mark()]
    chart = alt.layer(*layers).encode(
        alt.X("column_name:N").sort(None).title(columns_).axis(heatmap_axes.column_axis(*axis)),
        alt.Y("row_name:N").sort(None).title(rows).axis(heatmap_axes.row_axis()),
    )
    tooltip = [
        {"field": "row_name", "title": rows},
        {"field": "column_name", "title": columns_},
        {"field": "value", "title": value, "format": ".4f"},
    ]
    return json.dumps(finished(chart, {0: tooltip}))


def _click() -> alt.Parameter:
    fields = ["row", "column", "turn"]
    return alt.selection_point(name=CLICK, fields=fields, on="click", toggle=False, clear=False)


def _row_height(n_rows: int) -> int:
    return max(_NARROW, min(_WIDE, _ROOM // n_rows))
