"""All heads at once: one picture, one cell a head, with its small map or with a word."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pages.shared.figures import atlas_marks, columns
from pages.shared.figures.atlas_marks import Look
from pages.shared.figures.pictures import picture, pooled
from pages.shared.figures.specification import TITLE_IN_CORNER, backdrop, finished

CLICK = "head"
"""The selection that a click makes; its fields are ``layer``, ``head`` and ``turn``."""

SIDE = 140
"""Pixels of a head's map that has room: it is square, so few heads need not be wider."""

_LARGEST = 48  # pixels of a head's map
_GAP = 0.1  # of a cell, between two heads
_HIGHEST = 384  # pixels of all layers, so that the atlas fits on a screen with what is around it
_ROW = 44  # pixels of a layer on the screen, until the width is known
_LEAST = 32  # pixels of a layer, to be hit by a finger


@dataclass(frozen=True)
class Words:
    """The words around the atlas, in the reader's language.

    Attributes:
        layer, head: What rows and columns are.
        value: What heads are sorted by.
        habit: What a head mostly does.
        found: What the word that asks looks at most.
        weight: How much it gives to that.
        mean: What all words give to that on average.
    """

    layer: str
    head: str
    value: str
    habit: str
    found: str
    weight: str
    mean: str


@dataclass(frozen=True)
class Answers:
    """Answers of all heads: ``(layer, head)`` each.

    Attributes:
        value: What heads are sorted by.
        habit: What each mostly does, or nothing.
        found: The word that is looked at most by the one that asks.
        weight: How much it gets.
        mean: How much it gets on average of all words.
    """

    value: NDArray[np.floating]
    habit: NDArray[np.str_]
    found: NDArray[np.str_]
    weight: NDArray[np.floating]
    mean: NDArray[np.floating]


@dataclass(frozen=True)
class Drawn:
    """Settings by which the heads are drawn.

    Attributes:
        order: The heads, numbered layer by layer, as they fill the rows.
        strength: ``(layer, head)``, 0 to 1: of a cell's colour; of what lies over a small map.
        chosen: The opened (layer, head).
        off: Heads that are switched off.
        turn: Changes whenever something is chosen, so that every click is news.
    """

    order: NDArray[np.integer]
    strength: NDArray[np.floating]
    chosen: tuple[int, int]
    off: frozenset[tuple[int, int]] = frozenset()
    turn: int = 0


def table(answers: Answers, drawn: Drawn, mosaic: str = "") -> pa.Table:
    """The data, one line a head; the first line carries the picture of all, if there is one."""
    shape = answers.value.shape
    layer, head = np.unravel_index(drawn.order, shape)
    row, column = np.indices(shape).reshape(2, -1)
    pairs = list(zip(layer.tolist(), head.tolist(), strict=True))
    places = {"layer": layer, "head": head, "row": row, "column": column}
    given = {name: values[layer, head] for name, values in vars(answers).items()}
    return columns.table(
        {
            **{name: it.astype(np.int16) for name, it in places.items()},
            **{name: _column(it) for name, it in given.items()},
            "strength": _column(drawn.strength[layer, head]),
            "chosen": [at == drawn.chosen for at in pairs],
            "off": [at in drawn.off for at in pairs],
            "turn": columns.same(drawn.turn, len(pairs)),
            "picture": columns.picture(mosaic, len(pairs)),
        }
    )


def _column(values: NDArray[np.floating] | NDArray[np.str_]) -> columns.Column:
    """Numbers in four bytes; words sent once, however many cells have them."""
    if values.dtype.kind != "U":
        return values.astype(np.float32)
    words, codes = np.unique(values, return_inverse=True)
    return columns.names(codes, words.tolist())


def mosaic(
    weights: Sequence[NDArray[np.floating]], order: NDArray[np.integer], colours: Sequence[str]
) -> str:
    """All maps in one picture, the square root of each weight, so that small ones show.

    Args:
        weights: One a layer: ``(head, query, key)``.
        order: As in :class:`Drawn`.
        colours: The scale, as ``#rrggbb``.
    """
    small = np.sqrt(np.stack([pooled(layer, _LARGEST) for layer in weights]))
    n_rows, n_columns, height, width = small.shape
    below, beside = _gap(height), _gap(width)
    canvas = np.full(
        (n_rows * (height + below) - below, n_columns * (width + beside) - beside), np.nan
    )
    maps = small.reshape(-1, height, width)[order]
    for place, (row, column) in enumerate(np.ndindex(n_rows, n_columns)):
        top, left = row * (height + below), column * (width + beside)
        canvas[top : top + height, left : left + width] = maps[place]
    return picture(canvas, colours)


@lru_cache(maxsize=32)
def specification(
    shape: tuple[int, int, int, int], look: Look, words: Words, veil: str, *, in_order: bool
) -> dict[str, Any]:
    """The atlas, to be drawn with :func:`table`'s data.

    Args:
        shape: Layers, heads, queries and keys.
        look: Small maps, or what is written in coloured cells.
        words: The words around it.
        veil: The page's own colour, over maps that stand back.
        in_order: Whether layers are rows; else each cell bears its head's name.
    """
    n_layers, n_heads, n_query, n_key = shape
    layers = [backdrop(), atlas_marks.cells(look, veil, CLICK)]
    if look != "maps":
        layers.append(atlas_marks.labels(look, n_heads, low=not in_order))
    if not in_order:
        layers += atlas_marks.names(look)
    layers += [atlas_marks.crosses(), atlas_marks.mark()]
    axis = {"ticks": False, "domain": False, "labelAngle": 0, "labels": in_order}
    x = alt.X("column:O").title(words.head if in_order else None).scale(_scale(n_key))
    y = alt.Y("row:O").title(words.layer if in_order else None).scale(_scale(n_query))
    chart = alt.layer(*layers).encode(
        x.axis(alt.Axis(orient="top", **axis)), y.axis(**axis, **TITLE_IN_CORNER)
    )
    row = f"max({_LEAST}, min(width / {n_heads}, {_HIGHEST} / {n_layers}))"
    return finished(
        chart.properties(height=_ROW * n_layers), {1: _tooltip(words)}, f"{n_layers} * {row}"
    )


def _tooltip(words: Words) -> list[dict[str, str]]:
    numbers = ("value", "weight", "mean")
    return [
        {"field": name, "title": title, **({"format": ".3f"} if name in numbers else {})}
        for name, title in vars(words).items()
    ]


def _scale(n_tokens: int) -> alt.Scale:
    """A gap between cells, as wide as the one between maps in the picture."""
    n = math.ceil(n_tokens / math.ceil(n_tokens / _LARGEST))
    return alt.Scale(paddingInner=_gap(n) / (n + _gap(n)), paddingOuter=0)


def _gap(n: int) -> int:
    return max(1, round(n * _GAP))
