"""All heads of a model at once: one picture, one cell a head."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pages.shared.figures import columns
from pages.shared.figures.pictures import picture, pooled
from pages.shared.figures.specification import TITLE_IN_CORNER, backdrop, finished

CLICK = "head"
"""The selection that a click makes; its fields are ``layer``, ``head`` and ``turn``."""

SIDE = 140
"""Pixels of a head's map that has room: it is square, so few heads need not be wider."""

_LARGEST = 48  # pixels of a head's map
_GAP = 0.1  # of a cell, between two heads
_ROW = 76  # pixels of a layer on the screen, until the width is known
_LEAST = 32  # pixels of a layer, to be hit by a finger


@dataclass(frozen=True)
class Words:
    """The words around the atlas, in the reader's language."""

    layer: str
    head: str
    value: str


def table(
    weights: Sequence[NDArray[np.floating]],
    values: NDArray[np.floating],
    chosen: tuple[int, int],
    turn: int,
    colours: Sequence[str],
) -> pa.Table:
    """The data, one line a head; the first line carries the picture of all.

    Args:
        weights: One a layer: ``(head, query, key)``.
        values: ``(layer, head)``, a number for each head, for its tooltip.
        chosen: The opened (layer, head).
        turn: Changes whenever something is chosen, so that every click is news.
        colours: The scale of the picture, as ``#rrggbb``.
    """
    layer, head = np.indices(values.shape).reshape(2, -1)
    return columns.table(
        {
            "layer": layer,
            "head": head,
            "value": values.reshape(-1).astype(np.float32),
            "chosen": (layer == chosen[0]) & (head == chosen[1]),
            "turn": columns.same(turn, values.size),
            "picture": columns.picture(_mosaic(weights, colours), values.size),
        }
    )


@lru_cache(maxsize=16)
def specification(n_layers: int, n_heads: int, n_tokens: int, words: Words) -> dict[str, Any]:
    """The atlas, to be drawn with :func:`table`'s data."""
    inner = _inner_gap(_pooled_size(n_tokens))
    scale = alt.Scale(paddingInner=inner, paddingOuter=0)
    click = alt.selection_point(
        name=CLICK, fields=["layer", "head", "turn"], on="click", toggle=False, clear=False
    )
    cells = (
        alt.Chart()
        .mark_rect(fillOpacity=0, fill="#888888", cursor="pointer", stroke="#8494a8")
        .encode(strokeOpacity=alt.value(0.4))
        .add_params(click)
    )
    mark = (
        alt.Chart()
        .transform_filter("datum.chosen")
        .transform_calculate(mark="'chosen'")
        .mark_rect(filled=False, strokeWidth=3)
        .encode(alt.Stroke("mark:N").scale(domain=["chosen"], range="category").legend(None))
    )
    axis = {"ticks": False, "domain": False, "labelAngle": 0}
    chart = alt.layer(backdrop(), cells, mark).encode(
        alt.X("head:O").title(words.head).scale(scale).axis(alt.Axis(orient="top", **axis)),
        alt.Y("layer:O").title(words.layer).scale(scale).axis(**axis, **TITLE_IN_CORNER),
    )
    tooltip = [
        {"field": "layer", "title": words.layer},
        {"field": "head", "title": words.head},
        {"field": "value", "title": words.value, "format": ".3f"},
    ]
    row = f"max({_LEAST}, width / {n_heads})"
    return finished(chart.properties(height=_ROW * n_layers), {1: tooltip}, f"{n_layers} * {row}")


def _mosaic(weights: Sequence[NDArray[np.floating]], colours: Sequence[str]) -> str:
    """All maps in one picture, the square root of each weight, so that small ones show."""
    maps = pooled(np.sqrt(np.stack(weights)), _LARGEST)  # (layer, head, row, column)
    n_layers, n_heads, n, _ = maps.shape
    gap = _gap(n)
    canvas = np.full((n_layers * (n + gap) - gap, n_heads * (n + gap) - gap), np.nan)
    for layer, head in np.ndindex(n_layers, n_heads):
        top, left = layer * (n + gap), head * (n + gap)
        canvas[top : top + n, left : left + n] = maps[layer, head]
    return picture(canvas, colours)


def _pooled_size(n_tokens: int) -> int:
    return math.ceil(n_tokens / math.ceil(n_tokens / _LARGEST))


def _gap(n: int) -> int:
    return max(1, round(n * _GAP))


def _inner_gap(n: int) -> float:
    """The gap as a part of a step: what the scale's padding has to be for cells to fit maps."""
    return _gap(n) / (n + _gap(n))
