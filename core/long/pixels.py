"""An attention map with fewer pixels than pairs, and the blocks into which it is divided."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Array, IntArray

PIXELS = 400
"""Rows, and columns, of the picture of a whole map, at most."""

BLOCKS = 40
"""Rows, and columns, of blocks in such a picture, at most; a reader zooms into one of them."""


@dataclass(frozen=True)
class Overview:
    """An attention map with fewer pixels than pairs: what each pixel stands for, exactly.

    Attributes:
        maximum: ``(row, column)``, the largest weight in each pixel.
        mean: ``(row, column)``, the mean of all weights in it, masked ones counted as 0.
        row_edges: ``(row + 1,)``; pixel row r shows the queries from ``row_edges[r]`` up to, not
            including, ``row_edges[r + 1]``.
        column_edges: ``(column + 1,)``, likewise for keys.
    """

    maximum: Array
    mean: Array
    row_edges: IntArray
    column_edges: IntArray

    def pooled(self, kind: str) -> Array:
        """``(row, column)`` of blocks: the greatest or the mean weight in each.

        Args:
            kind: ``maximum`` or ``mean``.
        """
        rows, columns = (_firsts(n) for n in self.mean.shape)
        if kind == "maximum":
            return np.maximum.reduceat(np.maximum.reduceat(self.maximum, rows), columns, axis=1)
        pairs = np.diff(self.row_edges)[:, None] * np.diff(self.column_edges)
        total, count = (
            np.add.reduceat(np.add.reduceat(array, rows), columns, axis=1)
            for array in (self.mean * pairs, pairs)
        )
        return total / count


def edges(n: int, pixels: int) -> IntArray:
    """Edges of pixels, ``(pixel + 1,)``: as even as whole tokens allow.

    Raises:
        ValueError: If there is no pixel.
    """
    if pixels < 1:
        raise ValueError(f"a map needs at least one pixel each way, got {pixels}")
    pixels = min(pixels, n)
    return np.arange(pixels + 1) * n // pixels


def blocks(n: int) -> IntArray:
    """Edges of the blocks of ``n`` tokens, ``(block + 1,)``, each an edge of a pixel."""
    found = edges(n, PIXELS)
    return np.append(found[_firsts(len(found) - 1)], n)


def _firsts(pixels: int) -> IntArray:
    """The first pixel of each block."""
    return np.arange(0, pixels, -(-pixels // BLOCKS))
