"""A map with too many cells to draw one by one: a picture, with blocks of cells to click."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pages.shared.figures import columns
from pages.shared.figures.heatmap import Frame, Marks
from pages.shared.figures.pictures import picture
from pages.shared.figures.specification import backdrop, finished

CLICK = "block"
"""The selection that a click makes; its fields are ``row``, ``column`` and ``turn``."""

_BLOCKS = 40  # blocks along each side, at most
_SIDE = 420  # pixels


@dataclass(frozen=True)
class Overview:
    """A large map of weights.

    Attributes:
        values: ``(row, column)``, 0 to 1.
        rows: Names of the rows.
        columns: Names of the columns.
        frame: The words around it.
        colours: The scale, as ``#rrggbb``.
        first: What the first row and column are counted as, from 0, in a part of a map.
        most: The value that gets the strongest colour, as do all above it.
    """

    values: NDArray[np.floating]
    rows: Sequence[str]
    columns: Sequence[str]
    frame: Frame
    colours: Sequence[str]
    first: tuple[int, int] = (0, 0)
    most: float = 1.0

    def table(self, marks: Marks) -> pa.Table:
        """One line a block: its greatest cell, which a click on it opens."""
        n_rows, n_columns = self.values.shape
        size = -(-max(n_rows, n_columns) // _BLOCKS)
        lines = []
        for top in range(0, n_rows, size):
            for left in range(0, n_columns, size):
                block = self.values[top : top + size, left : left + size]
                row, column = np.unravel_index(int(block.argmax()), block.shape)
                lines.append((top, left, top + int(row), left + int(column)))
        found = np.array(lines)
        row, column = found[:, 2], found[:, 3]
        above, before = self.first
        shades = np.sqrt(self.values / self.most)
        here = (marks.row // size * size, (marks.column or 0) // size * size)
        return columns.table(
            {
                "top": found[:, 0] + above,
                "left": found[:, 1] + before,
                "bottom": np.minimum(found[:, 0] + size, n_rows) + above,
                "right": np.minimum(found[:, 1] + size, n_columns) + before,
                "row": row,
                "column": column,
                "row_name": [f"{i + above + 1}:{self.rows[i]}" for i in row],
                "column_name": [f"{i + before + 1}:{self.columns[i]}" for i in column],
                "value": self.values[row, column].astype(np.float32),
                "opened": (found[:, 0] == here[0]) & (found[:, 1] == here[1]),
                "turn": columns.same(marks.turn, len(row)),
                "picture": columns.picture(picture(shades, self.colours), len(row)),
            }
        )

    def specification(self) -> dict[str, Any]:
        """The Vega-Lite specification, to be drawn with :meth:`table`'s data."""
        (above, before), (n_rows, n_columns) = self.first, self.values.shape
        return blocks((above, above + n_rows), (before, before + n_columns), self.frame)


@lru_cache(maxsize=64)
def blocks(rows: tuple[int, int], columns: tuple[int, int], frame: Frame) -> dict[str, Any]:
    """A picture under blocks to be clicked: the specification.

    Args:
        rows: The first one's place, and the place after the last.
        columns: Likewise.
        frame: The words around it.
    """
    click = alt.selection_point(
        name=CLICK, fields=["row", "column", "turn"], on="click", toggle=False, clear=False
    )
    x = alt.X("left:Q").scale(domain=[*columns], nice=False).title(frame.columns)
    y = alt.Y("top:Q").scale(domain=[*rows], reverse=True, nice=False).title(frame.rows)
    places = (
        x.axis(orient="top", grid=False),
        y.axis(grid=False),
        alt.X2("right"),
        alt.Y2("bottom"),
    )
    blocks = (
        alt.Chart()
        .mark_rect(fill="#888888", fillOpacity=0, cursor="pointer")
        .encode(*places)
        .add_params(click)
    )
    mark = (
        alt.Chart()
        .transform_filter("datum.opened")
        .transform_calculate(mark="'chosen'")
        .mark_rect(filled=False, strokeWidth=3)
        .encode(
            *places,
            alt.Stroke("mark:N").scale(domain=["chosen"], range="category").legend(None),
        )
    )
    tooltip = [
        {"field": "row_name", "title": frame.rows},
        {"field": "column_name", "title": frame.columns},
        {"field": "value", "title": frame.value, "format": ".4f"},
    ]
    return finished(alt.layer(backdrop(), blocks, mark).properties(height=_SIDE), {1: tooltip})
