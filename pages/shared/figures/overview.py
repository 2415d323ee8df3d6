"""A map with too many cells to draw one by one: a picture, with blocks of cells to click."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pages.shared.figures import columns
from pages.shared.figures.heatmap import Frame, Marks, numbered
from pages.shared.figures.pictures import picture
from pages.shared.figures.specification import TITLE_IN_CORNER, backdrop, colour_bar, finished

CLICK = "block"
"""The selection that a click makes; its fields are ``row``, ``column`` and ``turn``."""

SIDE = 480
"""Pixels of a picture that has room, with its labels: what stands alone need not be wider."""

_BLOCKS = 40  # blocks along each side, at most
_HEIGHT = 420  # pixels, until the width is known
_TICKS = 8  # along each side, at most


class Shades(NamedTuple):
    """How values become colours: 0 to ``most``, ``stretched`` by a square root or evenly."""

    most: float
    stretched: bool

    @property
    def digits(self) -> str:
        """The format of a value."""
        return ".4f" if self.most >= 0.01 else ".2e"


@dataclass(frozen=True)
class Overview:
    """A large map of weights.

    Attributes:
        values: ``(row, column)``, 0 and above; NaN is left empty and counts as 0.
        rows: Names of the rows.
        columns: Names of the columns.
        frame: The words around it.
        colours: The scale, as ``#rrggbb``.
        first: What the first row and column are counted as, from 0, in a part of a map.
        most: The value that gets the strongest colour, as do all above it.
        stretched: Whether shades follow the square root, so that small weights show; otherwise
            they follow the value itself, as in :class:`~pages.shared.figures.heatmap.Heatmap`.
    """

    values: NDArray[np.floating]
    rows: Sequence[str]
    columns: Sequence[str]
    frame: Frame
    colours: Sequence[str]
    first: tuple[int, int] = (0, 0)
    most: float = 1.0
    stretched: bool = True

    def table(self, marks: Marks) -> pa.Table:
        """One line a block: its greatest cell, which a click on it opens."""
        values = np.nan_to_num(self.values)
        n_rows, n_columns = values.shape
        size = -(-max(n_rows, n_columns) // _BLOCKS)
        lines = []
        for top in range(0, n_rows, size):
            for left in range(0, n_columns, size):
                block = values[top : top + size, left : left + size]
                row, column = np.unravel_index(int(block.argmax()), block.shape)
                lines.append((top, left, top + int(row), left + int(column)))
        found = np.array(lines, np.int16)
        row, column = found[:, 2], found[:, 3]
        above, before = self.first
        here = (marks.row // size * size, (marks.column or 0) // size * size)
        return columns.table(
            {
                "top": found[:, 0] + above,
                "left": found[:, 1] + before,
                "bottom": np.minimum(found[:, 0] + size, n_rows) + above,
                "right": np.minimum(found[:, 1] + size, n_columns) + before,
                "row": row,
                "column": column,
                "row_name": columns.names(row, numbered(self.rows, above)),
                "column_name": columns.names(column, numbered(self.columns, before)),
                "value": values[row, column].astype(np.float32),
                "opened": (found[:, 0] == here[0]) & (found[:, 1] == here[1]),
                "turn": columns.same(marks.turn, len(row)),
                "picture": columns.picture(self._picture, len(row)),
            }
        )

    def specification(self) -> dict[str, Any]:
        """The Vega-Lite specification, to be drawn with :meth:`table`'s data."""
        (above, before), (n_rows, n_columns) = self.first, self.values.shape
        return blocks(
            (above, above + n_rows),
            (before, before + n_columns),
            self.frame,
            Shades(self.most, self.stretched),
        )

    @property
    def _picture(self) -> str:
        shades = self.values / self.most
        return picture(np.sqrt(shades) if self.stretched else shades, self.colours)


@lru_cache(maxsize=64)
def blocks(
    rows: tuple[int, int], columns: tuple[int, int], frame: Frame, shades: Shades
) -> dict[str, Any]:
    """A picture under blocks to be clicked, with the scale of its colours: the specification.

    Args:
        rows: The first one's place, and the place after the last.
        columns: Likewise.
        frame: The words around it.
        shades: How values become colours.
    """
    places = (
        alt.X("left:Q")
        .scale(domain=[*columns], nice=False)
        .title(frame.columns)
        .axis(_axis(columns, "top")),
        alt.Y("top:Q")
        .scale(domain=[*rows], reverse=True, nice=False)
        .title(frame.rows)
        .axis(_axis(rows, "left")),
        alt.X2("right"),
        alt.Y2("bottom"),
    )
    tooltip = [
        {"field": "row_name", "title": frame.rows},
        {"field": "column_name", "title": frame.columns},
        {"field": "value", "title": frame.value, "format": shades.digits},
    ]
    chart = alt.layer(backdrop(), _clickable(places, shades), _mark(places))
    ratio = min(2.0, max(0.5, (rows[1] - rows[0]) / (columns[1] - columns[0])))
    return finished(chart.properties(height=_HEIGHT), {1: tooltip}, f"width * {ratio:g}")


def _clickable(places: tuple[Any, ...], shades: Shades) -> alt.Chart:
    """The blocks, unseen; their colours are those of the picture, for the legend only."""
    click = alt.selection_point(
        name=CLICK, fields=["row", "column", "turn"], on="click", toggle=False, clear=False
    )
    scale = alt.Scale(
        type="sqrt" if shades.stretched else "linear",
        domain=[0, shades.most],
        range="heatmap",
        clamp=True,
        interpolate="rgb",
    )
    middle = shades.most / (4 if shades.stretched else 2)  # of the bar
    bar = colour_bar(".2~g", (0, middle, shades.most))
    colour = alt.Fill("value:Q").scale(scale).legend(bar).title(None)
    return (
        alt.Chart()
        .mark_rect(fillOpacity=0, cursor="pointer")
        .encode(*places, colour)
        .add_params(click)
    )


def _mark(places: tuple[Any, ...]) -> alt.Chart:
    mark = alt.Stroke("mark:N").scale(domain=["chosen"], range="category").legend(None)
    return (
        alt.Chart()
        .transform_filter("datum.opened")
        .transform_calculate(mark="'chosen'")
        .mark_rect(filled=False, strokeWidth=3)
        .encode(*places, mark)
    )


def _axis(span: tuple[int, int], side: Literal["top", "left"]) -> alt.Axis:
    """Labels in the middle of a row or column, which is counted from 1."""
    centres = [place - 0.5 for place in _labelled(span[0] + 1, span[1])]
    label = "format(datum.value + 0.5, ',d')"
    corner = TITLE_IN_CORNER if side == "left" else {}
    return alt.Axis(values=centres, labelExpr=label, grid=False, orient=side, **corner)


def _labelled(first: int, last: int) -> list[int]:
    """The first place, and round ones after it."""
    steps = (factor * 10**power for power in range(9) for factor in (1, 2, 5))
    step = next(step for step in steps if (last - first) / step <= _TICKS)
    round_ones = range(-(-(first + 1) // step) * step, last + 1, step)
    return [first, *(place for place in round_ones if step == 1 or place - first > step / 2)]
