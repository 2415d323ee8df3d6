"""How networks learn: one line each, with the spread over several seeds; the chance level drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pyarrow as pa

from core.arrays import Array
from pages.shared.figures import columns
from pages.shared.figures.specification import TITLE_ABOVE, finished

_HEIGHT = 300


class Line(NamedTuple):
    """How a network is drawn: the family by its colour, the member by its dashes.

    Attributes:
        name: In the reader's language.
        colour: As ``#rrggbb``.
        member: Which of its family, from 0.
    """

    name: str
    colour: str
    member: int


@dataclass(frozen=True)
class Frame:
    """The words around a picture, in the reader's language.

    Attributes:
        across: What lies on the horizontal axis.
        upwards: What lies on the vertical axis.
        chance: What the level of guessing is called.
        quiet: The colour of that level.
    """

    across: str
    upwards: str
    chance: str
    quiet: str


_COLUMNS = ("line", "across", "value", "low", "high", "chance")
_DASHES = [[1, 0], [6, 3], [2, 2], [8, 2, 2, 2]]


def table(
    across: Sequence[float | str], runs: Mapping[str, Array], chance: float | None
) -> pa.Table:
    """The data, one line a point, and one for the chance level.

    Args:
        across: ``(point,)``, where the lines are known.
        runs: Name of a line to ``(seed, point)``; NaN where it is not known yet.
        chance: What guessing gives.
    """
    points = [
        (name, place, known.mean(), known.min(), known.max(), None)
        for name, values in runs.items()
        for place, column in zip(across, values.T, strict=True)
        if (known := column[np.isfinite(column)]).size
    ]
    level = (None, None, None, None, None, chance)
    found = zip(*points, level, strict=True)
    return columns.table(dict(zip(_COLUMNS, map(pa.array, found), strict=True)))


@lru_cache(maxsize=64)
def specification(
    frame: Frame, lines: tuple[Line, ...], places: tuple[str, ...] | int
) -> dict[str, Any]:
    """The Vega-Lite specification, to be drawn with :func:`table`'s data.

    Args:
        frame: The words.
        lines: In their order.
        places: The names along the horizontal axis, or the last of its numbers.
    """
    names = [line.name for line in lines]
    if isinstance(places, int):
        end = alt.Scale(domain=[0, places], nice=False)
        x = alt.X("across:Q").title(frame.across).scale(end).axis(grid=False, tickCount=6)
        legend, size, digits = None, 14, ".3f"  # the legend of the picture beside it serves both
        y = alt.Y("value:Q").title(frame.upwards).scale(domainMin=0).axis(**TITLE_ABOVE)
    else:
        legend = alt.Legend(
            orient="bottom",
            # The container's width decides; that of the chart, once it changes, asks again.
            columns={"expr": "width > 0 && containerSize()[0] < 430 ? 1 : 2"},
            labelLimit=280,
            symbolType="stroke",
            symbolSize=484,  # 22 pixels: wide enough for dashes to show
            symbolStrokeWidth=2,
        )
        size, digits = 40, ".0%"
        x = alt.X("across:O").title(frame.across).scale(domain=list(places)).axis(labelAngle=0)
        y = (
            alt.Y("value:Q")
            .title(frame.upwards)
            .scale(domain=[0, 1])
            .axis(format=".0%", **TITLE_ABOVE)
        )
    colour = alt.Color("line:N").scale(domain=names, range=[line.colour for line in lines])
    dash = alt.StrokeDash("line:N").scale(
        domain=names, range=[_DASHES[line.member] for line in lines]
    )
    base = alt.Chart().transform_filter("isValid(datum.line)").encode(x, colour.title(None))
    line = base.mark_line(strokeWidth=2).encode(
        y, dash.title(None).legend(legend), color=colour.title(None).legend(legend)
    )
    point = base.mark_point(size=size, filled=True).encode(y)
    # No transparent band: the legend would take its opacity.
    spread = base.mark_rule(strokeWidth=1).encode(alt.Y("low:Q"), alt.Y2("high"))
    tooltip = [
        {"field": "line", "title": " "},
        {"field": "across", "title": frame.across},
        {"field": "value", "title": frame.upwards, "format": digits},
    ]
    layers = alt.layer(spread, line, point, *_chance(frame))
    return finished(layers.properties(height=_HEIGHT), {2: tooltip})


def _chance(frame: Frame) -> tuple[alt.Chart, alt.Chart]:
    """What guessing gives, where it is known."""
    level = alt.Chart().transform_filter("isValid(datum.chance)").encode(alt.Y("chance:Q"))
    rule = level.mark_rule(strokeDash=[4, 4], color=frame.quiet)
    label = level.mark_text(align="left", baseline="bottom", dx=4, dy=-2, color=frame.quiet)
    return rule, label.encode(x=alt.value(0), text=alt.value(frame.chance))
