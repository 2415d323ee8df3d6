"""Tensors that are one part together, as one array: layers, heads of layers, steps of writing."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.arrays import Array
from core.errors import InputError
from core.files.meaning import Settling
from core.files.naming import Series
from core.files.tensors import Entry, Tensors

WHOLE = "whole"
"""All steps of a text that was being written, one below the other."""


@dataclass(frozen=True)
class Stacked:
    """A part of a file before its axes are known.

    Attributes:
        rows: As in `Series`; of steps, the chosen ones.
        over: As in `Series`.
        layered: Whether the first axis of the array is layers.
        shape: Of the array.
    """

    rows: tuple[tuple[Entry, ...], ...]
    over: str
    layered: bool
    shape: tuple[int, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All that are read."""
        return tuple(it for row in self.rows for it in row)

    def numbers(self, tensors: Tensors) -> Array:
        """The array, in the file's numbers: nothing is copied if there is one tensor."""
        if not self.over:
            return tensors.numbers(self.rows[0][0])
        if self.over == "layers":
            return np.stack([tensors.numbers(it) for it in self.rows[0]])
        if self.over == "heads":
            stacked = [np.stack([tensors.numbers(it) for it in row]) for row in self.rows]
            return np.stack(stacked).reshape(self.shape)
        whole = np.zeros(self.shape, np.float32)
        row = 0
        for step in self.rows:
            layers = np.stack([tensors.numbers(it) for it in step])
            queries, keys = layers.shape[-2:]
            whole[..., row : row + queries, :keys] = layers
            row += queries
        return whole


def stacked(series: Series, settling: Settling) -> Stacked:
    """The part of a series of tensors; which steps, if it is a text that was being written.

    Raises:
        InputError: ``file_shapes`` if heads or layers of one step have different shapes.
    """
    shape, rows = series.first.shape, series.rows
    if not series.over:
        return Stacked(rows, "", False, shape)
    for row in rows:
        for entry in row:
            fits = entry.shape == row[0].shape and len(row) == len(rows[0]) and len(entry.shape) > 1
            if series.over == "heads":
                fits = fits and entry.shape == shape and math.prod(shape[:-2]) == 1
            if not fits:
                raise InputError("file_shapes", tensor=entry.name, shape=str(entry.shape))
    if series.over == "layers":
        return Stacked(rows, "layers", True, (len(rows[0]), *shape))
    if series.over == "heads":
        return Stacked(rows, "heads", True, (len(rows), len(rows[0]), *shape[-2:]))
    return _of_steps(rows, settling)


def _of_steps(rows: tuple[tuple[Entry, ...], ...], settling: Settling) -> Stacked:
    numbers = tuple(map(str, range(len(rows))))
    grow = all(
        b[0].shape[-1] > a[0].shape[-1] and b[0].shape[:-2] == a[0].shape[:-2]
        for a, b in pairwise(rows)
    )
    offered = (WHOLE, *numbers) if grow else numbers
    taken = settling.settle("step", offered, offered[0], "grow" if grow else "first")
    if taken != WHOLE:
        row = rows[int(taken)]
        return Stacked((row,), "layers", True, (len(row), *row[0].shape))
    shapes = [row[0].shape for row in rows]
    last = sum(it[-2] for it in shapes), shapes[-1][-1]
    return Stacked(rows, "steps", True, (len(rows[0]), *shapes[0][:-2], *last))
