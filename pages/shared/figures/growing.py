"""What is computed, read and forgotten as tokens come one at a time: a cell for each of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa

from core.arrays import IntArray
from pages.shared.figures import columns, heatmap_axes, heatmap_marks
from pages.shared.figures.heatmap import numbered
from pages.shared.figures.specification import finished

NOTHING, COMPUTED, READ, FORGOTTEN = range(4)
"""States of a cell."""

_PADDING = 5  # pixels around the picture, as Vega has them
_VALUES = np.array([0.0, 0.7, 0.2, 0.0])  # of each state, on the scale of colours
_HIGHEST, _LOWEST, _ROOM = 30, 12, 300  # pixels of a row, and those that many rows share


@dataclass(frozen=True)
class Frame:
    """The words around the picture, in the reader's language.

    Attributes:
        rows: What a row is.
        columns: What a column is.
        states: What a cell of each state is called.
    """

    rows: str
    columns: str
    states: tuple[str, ...]


@dataclass(frozen=True)
class Growing:
    """The picture, ready to be drawn.

    Attributes:
        states: ``(row, column)``.
        rows: Names of the rows, repeated ones allowed.
        columns: Names of the columns.
        frame: The words around it.
        asks: The row that is marked, if any.
    """

    states: IntArray
    rows: Sequence[str]
    columns: Sequence[str]
    frame: Frame
    asks: int | None = None

    def table(self) -> pa.Table:
        """The data, one line a cell."""
        row, column = np.indices(self.states.shape).reshape(2, -1)
        state = self.states.reshape(-1)
        return columns.table(
            {
                "column": column,
                "row_name": columns.names(row, numbered(self.rows)),
                "column_name": columns.names(column, numbered(self.columns)),
                "state": columns.names(state, self.frame.states),
                "value": _VALUES[state],
                "possible": (state == COMPUTED) | (state == READ),
                "forgotten": state == FORGOTTEN,
                "asks": row == self.asks,
            }
        )

    def specification(self) -> dict[str, Any]:
        """The Vega-Lite specification; the same object for all pictures of this kind."""
        depth = heatmap_axes.column_depth(self.columns, len(self.rows))
        names = depth, heatmap_axes.spacing(self.columns), heatmap_axes.overhang(self.columns)
        return _specification(self.states.shape, names, self.frame.rows, self.frame.columns)


@lru_cache(maxsize=64)
def _specification(
    shape: tuple[int, int], names: tuple[int, int, int], rows: str, across: str
) -> dict[str, Any]:
    (n_rows, n_columns), (depth, spacing, overhang) = shape, names
    cells = heatmap_marks.cells("sequential", (0, 1), ghosts=0)
    cells.encoding.color.legend = None
    crosses = alt.Chart().transform_filter("datum.forgotten")
    above = heatmap_axes.column_axis(heatmap_axes.upright(n_columns), depth)
    chart = alt.layer(
        cells,
        crosses.mark_text(text="×", fontSize=18, color="#7a8490"),
        heatmap_marks.row_mark(),
    ).encode(
        alt.X("column_name:N").sort(None).title(across).axis(above),
        alt.Y("row_name:N").sort(None).title(rows).axis(heatmap_axes.row_axis()),
    )
    tooltip = [
        {"field": "row_name", "title": rows},
        {"field": "column_name", "title": across},
        {"field": "state", "title": " "},
    ]
    text = json.dumps(finished(chart, {0: tooltip}))
    text = text.replace(heatmap_marks.N_COLUMNS, str(n_columns))
    text = text.replace(heatmap_axes.SPACING, str(spacing))
    height = max(_LOWEST, min(_HIGHEST, _ROOM // n_rows))
    padding = {"top": _PADDING, "bottom": _PADDING, "left": _PADDING, "right": _PADDING + overhang}
    return json.loads(text) | {"height": height * n_rows, "padding": padding}
