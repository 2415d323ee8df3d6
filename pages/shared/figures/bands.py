"""Lines with a band around each: a mean, and how far single draws lie from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pyarrow as pa

from core.arrays import Array, IntArray
from pages.shared.figures import columns
from pages.shared.figures.learning import Line
from pages.shared.figures.specification import TITLE_ABOVE, finished

SMALLEST = 1e-9
"""The lower end of an axis in powers: what is smaller lies on it."""

_HEIGHT = 300  # pixels
_DASHES = [[1, 0], [1, 0], [8, 3], [2, 2], [6, 2, 2, 2]]  # so that colours are not alone
_COLUMNS = "!width || containerSize()[0] > 650 ? 3 : containerSize()[0] < 430 ? 1 : 2"


class Band(NamedTuple):
    """A line: ``(point,)`` each; NaN where there is none.

    Attributes:
        across: Where its points lie.
        mean: The line.
        low: The lower edge of its band; ``None`` = no band.
        high: The upper edge.
    """

    across: IntArray
    mean: Array
    low: Array | None = None
    high: Array | None = None


@dataclass(frozen=True)
class Axes:
    """The words around the picture, in the reader's language.

    Attributes:
        across: What lies on the horizontal axis.
        upwards: What lies on the vertical axis.
        lines: The lines' names, in their order.
        powers: Whether the vertical axis goes in powers of ten.
        doubling: Numbers that each are twice the one before: the horizontal axis goes by them.
        looks: How the lines are drawn, where colours tell families apart; else each has its own.
        marks: Colours of the upright lines at the places that are marked.
    """

    across: str
    upwards: str
    lines: tuple[str, ...]
    powers: bool = False
    doubling: tuple[int, ...] = ()
    looks: tuple[Line, ...] = ()
    marks: tuple[str, ...] = ()


def bands_table(bands: Mapping[str, Band], marks: Sequence[float] = ()) -> pa.Table:
    """The data, one line a point, then one for each place that is marked."""
    lines = [_line(band) for band in bands.values()]
    code = np.repeat(np.arange(len(lines)), [line.shape[1] for line in lines])
    across, value, low, high = np.concatenate(lines, axis=1)
    table = columns.table(
        {
            "across": across,
            "line": columns.names(code, list(bands)),
            "value": value,
            "low": low,
            "high": high,
        }
    )
    marked = columns.table({"across": np.array(marks, float), "mark": np.arange(len(marks))})
    return pa.concat_tables([table, marked], promote_options="default") if marks else table


def _line(band: Band) -> Array:
    """``(across, mean, low and high; point)``, without points where there is no line."""
    low = band.mean if band.low is None else band.low
    high = band.mean if band.high is None else band.high
    points = np.stack([band.across.astype(float), band.mean, low, high])
    return points[:, np.isfinite(band.mean)]


@lru_cache(maxsize=64)
def bands_specification(axes: Axes) -> dict[str, Any]:
    """The picture, to be drawn with :func:`bands_table`'s data."""
    names = ["", *axes.lines]  # the first colour belongs to what the reader has chosen
    legend = alt.Legend(
        orient="bottom",
        # The container's width decides; that of the chart, once it changes, asks again.
        columns={"expr": _COLUMNS} if axes.looks else 3,
        labelLimit=200,
        symbolOpacity=1,
        symbolType="stroke",
        symbolStrokeWidth=3,
        values=list(axes.lines),
    )
    colours = alt.Scale(domain=names, range="category")
    dashes = alt.Scale(domain=names, range=_DASHES)
    if axes.looks:
        colours = alt.Scale(domain=list(axes.lines), range=[it.colour for it in axes.looks])
        members = [_DASHES[1:][it.member] for it in axes.looks]
        dashes = alt.Scale(domain=list(axes.lines), range=members)
    colour = alt.Color("line:N", scale=colours).title(None).legend(legend)
    dash = alt.StrokeDash("line:N", scale=dashes).title(None).legend(legend)
    steps = alt.Scale(type="log", base=2, nice=False) if axes.doubling else alt.Scale(nice=False)
    ticks = alt.Axis(grid=False, tickMinStep=1)
    if axes.doubling:
        ticks = alt.Axis(grid=False, values=list(axes.doubling))
    x = alt.X("across:Q", scale=steps, axis=ticks).title(axes.across)
    place = alt.Y("mean:Q").title(axes.upwards).axis(tickCount=5, **TITLE_ABOVE)
    scale = alt.Scale(type="log", clamp=True) if axes.powers else alt.Scale(zero=True)
    base = alt.Chart()
    if axes.marks:
        base = base.transform_filter("isValid(datum.line)")
    for field in ("value", "low", "high"):
        drawn = f"max(datum.{field}, {SMALLEST})" if axes.powers else f"datum.{field}"
        base = base.transform_calculate(**{f"shown_{field}": drawn})
    y = place.scale(scale)
    line = base.encode(x, _field(y, "shown_value"), colour)
    area = base.mark_area(opacity=0.18).encode(
        x, _field(y, "shown_low"), alt.Y2("shown_high"), colour
    )
    chart = alt.layer(
        area,
        line.mark_line(strokeWidth=2.5).encode(dash),
        line.mark_point(size=60 if axes.doubling else 22, filled=True),
        *(
            alt.Chart()
            .transform_filter(f"datum.mark === {place}")
            .mark_rule(strokeWidth=2, color=colour, strokeDash=_DASHES[2 * place])
            .encode(x)
            for place, colour in enumerate(axes.marks)
        ),
    )
    tooltip = [
        {"field": "line", "title": " "},
        {"field": "across", "title": axes.across},
        {"field": "value", "title": axes.upwards, "format": ".3~g"},
        {"field": "low", "title": "↓", "format": ".3~g"},
        {"field": "high", "title": "↑", "format": ".3~g"},
    ]
    return finished(chart.properties(height=_HEIGHT), {2: tooltip})


def _field(y: alt.Y, field: str) -> alt.Y:
    found = y.copy()
    found.shorthand = f"{field}:Q"
    return found
