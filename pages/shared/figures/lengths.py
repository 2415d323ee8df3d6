"""Scores by ranges of lengths: one line a translator, the range of the reader's own sentence."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa

from pages.shared.figures import columns
from pages.shared.figures.specification import TITLE_ABOVE, finished

_HEIGHT = 280  # pixels
_DASHES = [[1, 0], [8, 3], [1, 0], [2, 2]]  # so that colours are not alone
_PARTED = "|"


@dataclass(frozen=True)
class Axes:
    """The words around the picture, in the reader's language.

    Attributes:
        across: What the ranges are.
        upwards: What the scores are.
        lines: The lines' names, in their order.
        own: What the range of the reader's sentence is called.
    """

    across: str
    upwards: str
    lines: tuple[str, ...]
    own: str


def table(
    ranges: Sequence[tuple[str, str]], lines: Mapping[str, Sequence[float]], own: int
) -> pa.Table:
    """The data, one line a point.

    Args:
        ranges: The name of each, and what is written below it.
        lines: The lines' names to ``(range,)``.
        own: The place of the reader's range.
    """
    place, line = np.tile(np.arange(len(ranges)), len(lines)), np.arange(len(lines))
    code = np.repeat(line, len(ranges))
    return columns.table(
        {
            "range": columns.names(place, [_PARTED.join(it) for it in ranges]),
            "line": columns.names(code, list(lines)),
            "score": np.concatenate([np.asarray(it, float) for it in lines.values()]),
            "own": (place == own) & (code == 0),
        }
    )


@lru_cache(maxsize=32)
def specification(axes: Axes) -> dict[str, Any]:
    """The picture, to be drawn with :func:`table`'s data."""
    names = [axes.own, *axes.lines]  # the first colour is the reader's own
    legend = alt.Legend(
        orient="bottom",
        columns=2,
        labelLimit=200,
        symbolOpacity=1,
        symbolType="stroke",
        symbolStrokeWidth=3,
    )
    colour = alt.Color("line:N").scale(domain=names, range="category").title(None).legend(legend)
    dash = alt.StrokeDash("line:N").scale(domain=names, range=_DASHES).title(None).legend(legend)
    x = (
        alt.X("range:N")
        .sort(None)
        .scale(type="band", padding=0)
        .title(axes.across)
        .axis(
            labelExpr=f"split(datum.label, {_PARTED!r})",
            labelAlign="center",
            labelAngle=0,
            labelOverlap=False,
        )
    )
    y = alt.Y("score:Q").title(axes.upwards).axis(tickCount=5, **TITLE_ABOVE)
    own = alt.Chart().transform_filter("datum.own").transform_calculate(line=json.dumps(axes.own))
    band = own.mark_bar(opacity=0.16).encode(x, colour, y=alt.value(0), y2=alt.value("height"))
    lines = alt.Chart().mark_line(strokeWidth=2.5).encode(x, y, colour, dash)
    points = alt.Chart().mark_point(size=45, filled=True, opacity=1).encode(x, y, colour)
    tooltip = [
        {"field": "line", "title": " "},
        {"field": "range", "title": axes.across},
        {"field": "score", "title": axes.upwards, "format": ".1f"},
    ]
    # The band comes last: ranges stand in the order in which the layers name them.
    return finished(alt.layer(lines, points, band).properties(height=_HEIGHT), {1: tooltip})
