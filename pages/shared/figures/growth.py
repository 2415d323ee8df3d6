"""How costs grow with length: one line a layer, both axes in powers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import pyarrow as pa

from pages.shared.figures import columns
from pages.shared.figures.specification import TITLE_ABOVE

_HEIGHT = 400  # pixels
_DASHES = [[1, 0], [1, 0], [8, 3], [2, 2], [6, 2, 2, 2]]  # so that colours are not alone


@dataclass(frozen=True)
class Frame:
    """The words around the picture, in the reader's language.

    Attributes:
        lengths: What lies on the horizontal axis.
        amounts: What lies on the vertical axis.
        lines: The lines' names, in their order.
        chosen: What the reader's own length is called.
    """

    lengths: str
    amounts: str
    lines: tuple[str, ...]
    chosen: str


def table(
    lengths: Sequence[int],
    amounts: Mapping[str, Sequence[int]],
    chosen: int,
    crossing: tuple[int, int, str] | None,
) -> pa.Table:
    """The data, one line a point.

    Args:
        lengths: Where the lines are known.
        amounts: The lines' names to an amount for each length.
        chosen: The reader's length.
        crossing: Length, amount and label of the point where two lines meet, if they do.
    """
    points: list[tuple[str, str | None, int, float | None, str | None]] = [
        ("line", name, n, float(amount), None)
        for name, row in amounts.items()
        for n, amount in zip(lengths, row, strict=True)
    ]
    points.append(("chosen", None, chosen, None, None))
    if crossing:
        n, amount, label = crossing
        points.append(("crossing", None, n, float(amount), label))
    names = ("kind", "line", "n", "amount", "label")
    return columns.table(dict(zip(names, zip(*points, strict=True), strict=True)))


@lru_cache(maxsize=32)
def specification(frame: Frame, ends: tuple[int, int]) -> dict[str, Any]:
    """The picture, to be drawn with :func:`table`'s data.

    Args:
        frame: The words.
        ends: The first and the last length on the axis.
    """
    names = [frame.chosen, *frame.lines]  # the accent, the first colour, is the reader's own
    colour = alt.Color("line:N").scale(domain=names, range="category").title(None)
    legend = alt.Legend(
        orient="bottom", columns=2, labelLimit=260, symbolStrokeWidth=3, values=list(frame.lines)
    )
    dash = alt.StrokeDash("line:N").scale(domain=names, range=_DASHES).title(None)
    lines = _only("line").mark_line(strokeWidth=2.5)
    lines = lines.encode(colour.legend(legend), dash.legend(legend), y="amount:Q")
    own = (
        _only("chosen").transform_calculate(line=json.dumps(frame.chosen)).mark_rule(strokeWidth=2)
    )
    meeting = _only("crossing")
    dot = meeting.mark_point(size=130, strokeWidth=2.5, color="#7a8490")
    label = meeting.mark_text(dy=20, dx=8, align="left", fontSize=12, color="#7a8490")
    chart = alt.layer(
        lines,
        own.encode(color="line:N"),
        dot.encode(y="amount:Q"),
        label.encode(y="amount:Q", text="label:N"),
    ).encode(
        alt.X("n:Q")
        .title(frame.lengths)
        .scale(type="log", base=2, domain=list(ends), nice=False)
        .axis(format=",d", grid=False)
    )
    spec = chart.properties(height=_HEIGHT).to_dict(validate=False)
    spec["layer"][0]["encoding"]["y"] = {
        "field": "amount",
        "type": "quantitative",
        "title": frame.amounts,
        "scale": {"type": "log"},
        "axis": {"format": "~s", "tickCount": 6, **TITLE_ABOVE},
    }
    spec["layer"][0]["encoding"]["tooltip"] = [
        {"field": "line", "title": " "},
        {"field": "n", "title": frame.lengths, "format": ",d"},
        {"field": "amount", "title": frame.amounts, "format": ",d"},
    ]
    return spec


def _only(kind: str) -> alt.Chart:
    return alt.Chart().transform_filter(f"datum.kind === {kind!r}")
