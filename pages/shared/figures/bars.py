"""Bars beside names: one amount for each, and a tick for what was to be expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pages.shared.figures import columns
from pages.shared.figures.heatmap import numbered

CLICK = "bar"
"""The selection that a click on a bar makes; its fields are ``row`` and ``turn``."""

_MARKS = ["chosen", "other", "expected"]  # in the theme's order: the accent comes first
_ROW = 30  # pixels
_NAME = "slice(datum.label, indexof(datum.label, ':') + 1)"  # without its position


@dataclass(frozen=True)
class Scale:
    """What the bars' lengths mean.

    Attributes:
        title: In the reader's language.
        format: Of a number, as Python and d3 both write it.
        domain: The numbers at the two ends.
    """

    title: str
    format: str
    domain: tuple[float, float]


@dataclass(frozen=True)
class Bars:
    """Bars, ready to be drawn from top to bottom.

    Attributes:
        values: ``(row,)``.
        names: One a row, repeated ones allowed.
        scale: What they measure.
        expected: ``(row,)``, drawn as ticks, if there is anything to compare with.
        chosen: The row that the reader has chosen, if one can be chosen by a click.
    """

    values: NDArray[np.floating]
    names: Sequence[str]
    scale: Scale
    expected: NDArray[np.floating] | None = None
    chosen: int | None = None

    def table(self, turn: int = 0) -> pa.Table:
        """The data, one line a bar; ``turn`` changes whenever something is chosen."""
        row = np.arange(len(self.values))
        return columns.table(
            {
                "row": row,
                # The number stands in the label, where the theme's colours make it readable.
                "name": numbered(
                    [
                        f"{name}  {value:{self.scale.format}}"
                        for name, value in zip(self.names, self.values, strict=True)
                    ]
                ),
                "value": self.values.astype(float),
                "expected": self.values if self.expected is None else self.expected,
                "mark": np.where(row == self.chosen, "chosen", "other"),
                "turn": columns.same(turn, row.size),
            }
        )

    def specification(self) -> dict[str, Any]:
        """The Vega-Lite specification; the same object for all bars of this kind."""
        ticks, clicks = self.expected is not None, self.chosen is not None
        return _specification(len(self.values), self.scale, ticks=ticks, clicks=clicks)


@lru_cache(maxsize=64)
def _specification(n_rows: int, scale: Scale, *, ticks: bool, clicks: bool) -> dict[str, Any]:
    across = alt.X("value:Q").title(scale.title).scale(domain=list(scale.domain))
    cursor = "pointer" if clicks else "default"
    bars = alt.Chart().mark_bar(cornerRadiusEnd=2, cursor=cursor, tooltip=None)  # names tell all
    bars = bars.encode(alt.Color("mark:N").scale(domain=_MARKS, range="category").legend(None))
    if clicks:
        bars = bars.add_params(_click())
    layers = [bars]
    if ticks:
        tick = alt.Chart().mark_tick(thickness=4, size=0.85 * _ROW, opacity=1, tooltip=None)
        tick = tick.transform_calculate(promise="'expected'")
        layers.append(tick.encode(x="expected:Q", color="promise:N"))
    axis = alt.Axis(labelExpr=_NAME, labelLimit=160, ticks=False, domain=False, labelOverlap=False)
    chart = alt.layer(*layers).encode(
        across.axis(tickCount=5, format=".0%" if "%" in scale.format else ","),
        alt.Y("name:N").sort(None).title(None).axis(axis),
    )
    spec = chart.properties(height=_ROW * n_rows).to_dict(validate=False)
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec


def _click() -> alt.Parameter:
    fields = ["row", "turn"]
    return alt.selection_point(name=CLICK, fields=fields, on="click", toggle=False, clear=False)
