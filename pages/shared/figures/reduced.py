"""A map of more pairs than there are pixels: a picture, with blocks of pairs to click."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pages.shared.figures import columns, overview
from pages.shared.figures.heatmap import Frame, Marks
from pages.shared.figures.pictures import picture


@dataclass(frozen=True)
class Reduced:
    """A picture of weights, and the blocks into which it is divided.

    Attributes:
        pixels: ``(row, column)``, what each pixel shows.
        blocks: ``(row, column)``, what each block shows.
        row_edges: ``(row + 1,)``, where the blocks' tokens begin, and the end of the last.
        column_edges: ``(column + 1,)``, likewise.
        frame: The words around it.
        colours: The scale, as ``#rrggbb``.
        most: The value that gets the strongest colour, as do all above it.
    """

    pixels: NDArray[np.floating]
    blocks: NDArray[np.floating]
    row_edges: NDArray[np.integer]
    column_edges: NDArray[np.integer]
    frame: Frame
    colours: Sequence[str]
    most: float

    def table(self, marks: Marks) -> pa.Table:
        """One line a block; a click on it gives its first row and column."""
        row, column = np.indices(self.blocks.shape).reshape(2, -1)
        top, bottom = self.row_edges[row], self.row_edges[row + 1]
        left, right = self.column_edges[column], self.column_edges[column + 1]
        here = (top <= marks.row) & (marks.row < bottom)
        if marks.column is not None:
            here &= (left <= marks.column) & (marks.column < right)
        return columns.table(
            {
                "top": top,
                "left": left,
                "bottom": bottom,
                "right": right,
                "row": top,
                "column": left,
                "row_name": columns.names(row, _spans(self.row_edges)),
                "column_name": columns.names(column, _spans(self.column_edges)),
                "value": self.blocks.reshape(-1).astype(np.float32),
                "opened": here,
                "turn": columns.same(marks.turn, len(row)),
                "picture": columns.picture(self._picture, len(row)),
            }
        )

    def specification(self) -> dict[str, Any]:
        """The Vega-Lite specification, to be drawn with :meth:`table`'s data."""
        rows, across = (0, int(self.row_edges[-1])), (0, int(self.column_edges[-1]))
        shades = overview.Shades(self.most, stretched=True)
        return overview.blocks(rows, across, self.frame, shades)

    @property
    def _picture(self) -> str:
        return picture(np.sqrt(self.pixels / self.most), self.colours)


def strongest_shade(values: NDArray[np.floating]) -> float:
    """The value from which on all get the strongest colour: one in a hundred has more.

    A single column that gets nearly everything, as first tokens often do, leaves the rest visible.
    """
    return float(np.quantile(values, 0.99)) or float(values.max()) or 1.0


def _spans(edges: NDArray[np.integer]) -> list[str]:
    """The tokens of each block, counted from 1."""
    return [f"{a + 1}–{b}" for a, b in pairwise(edges.tolist())]
