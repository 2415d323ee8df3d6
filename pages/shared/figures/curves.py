"""Curves over distance: one line a series, the chosen one in the accent colour."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa

from core.arrays import Array, IntArray
from pages.shared.figures import columns
from pages.shared.figures.specification import TITLE_ABOVE, finished

_HEIGHT = 260


@dataclass(frozen=True)
class Axes:
    """What the axes and the lines are, in the reader's language."""

    across: str
    upwards: str
    series: str


def curves_table(
    across: IntArray, series: Mapping[str, Array], chosen: str | None = None
) -> pa.Table:
    """The data, one line a point.

    Args:
        across: ``(point,)``.
        series: Names to ``(point,)``, in their order.
        chosen: The name of the reader's choice among them.
    """
    names = list(series)
    code = np.repeat(np.arange(len(names)), len(across))
    return columns.table(
        {
            "across": np.tile(across, len(names)),
            "series": columns.names(code, names),
            "value": np.concatenate([series[name] for name in names]).astype(np.float32),
            "mark": ["chosen" if names[at] == chosen else "other" for at in code],
        }
    )


@lru_cache(maxsize=32)
def curves_specification(axes: Axes) -> dict[str, Any]:
    """The Vega-Lite specification."""
    colour = alt.Color("mark:N").scale(domain=["chosen", "other"], range="category").legend(None)
    base = alt.Chart().encode(
        alt.X("across:Q").title(axes.across).scale(nice=False).axis(grid=False, tickMinStep=1),
        alt.Y("value:Q").title(axes.upwards).axis(tickCount=5, **TITLE_ABOVE),
        colour,
        alt.Detail("series:N"),
    )
    chart = alt.layer(base.mark_line(strokeWidth=2), base.mark_point(size=25, filled=True))
    tooltip = [
        {"field": "across", "title": axes.across},
        {"field": "series", "title": axes.series},
        {"field": "value", "title": axes.upwards, "format": ".3f"},
    ]
    return finished(chart.properties(height=_HEIGHT), {1: tooltip})
