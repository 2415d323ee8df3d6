"""Encoder and decoder as a small diagram; the part that works is in the accent colour.

The same boxes and arrows every time, so that only colours and words change. Greys are taken from
the theme's sequential colours: near the background, or far from it.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import altair as alt
import pyarrow as pa

from pages.shared.figures import columns
from pages.shared.figures.specification import finished

Part = Literal["encoder", "decoder", "cross"]

_HEIGHT = 300


class _Box(NamedTuple):
    """A box, by the label in it; places are percents of the diagram, from bottom left."""

    x: float
    y: float
    label: str
    part: Part | None


class _Arrow(NamedTuple):
    """A straight arrow; ``head`` is the angle of its head, ``None`` for a bend without one."""

    ends: tuple[float, float, float, float]
    label: str
    part: Part
    head: int | None


_WIDE, _TALL = 20, 9  # half the size of a box
_BOXES = (
    _Box(22, 10, "read", None),
    _Box(22, 46, "encoder", "encoder"),
    _Box(78, 10, "written", None),
    _Box(78, 46, "decoder", "decoder"),
    _Box(78, 82, "cross", "cross"),
)
_ARROWS = (
    _Arrow((22, 19, 22, 36), "qkv", "encoder", 0),
    _Arrow((78, 19, 78, 36), "qkv", "decoder", 0),
    _Arrow((78, 55, 78, 72), "q", "cross", 0),
    _Arrow((22, 55, 22, 82), "", "cross", None),
    _Arrow((22, 82, 57, 82), "kv", "cross", 90),
)
LABELS = ("read", "written", "encoder", "decoder", "cross")
"""What the boxes are called; the arrows carry symbols."""

_SYMBOLS = {"qkv": "Q K V", "q": "Q", "kv": "K V", "": ""}


def flow_table(labels: Mapping[str, str], working: Part) -> pa.Table:
    """The data of the diagram, one line a box or an arrow.

    Args:
        labels: What stands in each box, by the names in ``LABELS``; a line break starts a line.
        working: The part in the accent colour.
    """
    boxes = [
        ("box", x - _WIDE, y - _TALL, x + _WIDE, y + _TALL, labels[name], part == working, 0)
        for x, y, name, part in _BOXES
    ]
    arrows = [
        ("arrow" if head is not None else "bend", *ends, _SYMBOLS[name], part == working, head or 0)
        for ends, name, part, head in _ARROWS
    ]
    names = ("kind", "x", "y", "x2", "y2", "label", "chosen", "head")
    return columns.table(dict(zip(names, zip(*boxes, *arrows, strict=True), strict=True)))


@lru_cache(maxsize=1)
def flow_specification() -> dict[str, Any]:
    """The Vega-Lite specification of the diagram."""
    words = _middle(_boxes(_ink(alt.Chart(), 1.0)))
    centred = alt.expr("indexof(datum.label, '\\n') < 0 ? 0 : -8")
    text = words.mark_text(fontSize=13, lineBreak="\n", dy=centred).encode(
        alt.Text("label:N"), color=_grey()
    )
    chart = alt.layer(*_resting(), *_working(), text).resolve_scale(color="independent")
    return finished(chart.properties(height=_HEIGHT), {})


def _resting() -> Iterator[alt.Chart]:
    """What does not work at the moment, in greys."""
    chart = alt.Chart().transform_filter("!datum.chosen")
    faint, middle = _ink(chart, 0.12), _ink(chart, 0.6)
    yield _boxes(faint).mark_rect(cornerRadius=6).encode(**_ends(), color=_grey())
    yield _lines(middle).mark_rule(strokeWidth=1.5).encode(**_ends(), color=_grey())
    yield _heads(middle).encode(color=_grey())
    yield _symbols(middle).encode(color=_grey())


def _working() -> Iterator[alt.Chart]:
    """What works, in the theme's first categorical colour: it belongs to the reader's choice."""
    chart = alt.Chart().transform_filter("datum.chosen").transform_calculate(mark="'chosen'")
    box = _boxes(chart)
    accent = alt.Color("mark:N").scale(domain=["chosen"], range="category").legend(None)
    yield box.mark_rect(cornerRadius=6, fillOpacity=0.16).encode(**_ends(), color=accent)
    frame = box.mark_rect(cornerRadius=6, filled=False, strokeWidth=3)
    yield frame.encode(**_ends(), color=accent)
    yield _lines(chart).mark_rule(strokeWidth=3).encode(**_ends(), color=accent)
    yield _heads(chart).encode(color=accent)
    yield _symbols(chart).encode(color=accent)


def _boxes(chart: alt.Chart) -> alt.Chart:
    return chart.transform_filter("datum.kind === 'box'")


def _lines(chart: alt.Chart) -> alt.Chart:
    return chart.transform_filter("datum.kind !== 'box'")


def _heads(chart: alt.Chart) -> alt.Chart:
    """The heads of arrows."""
    ends = chart.transform_filter("datum.kind === 'arrow'")
    marks = ends.mark_point(shape="triangle", size=90, filled=True, opacity=1)
    angle = alt.Angle("head:Q").scale(None)
    return marks.encode(x=_across("x2"), y=_upwards("y2"), angle=angle)


def _symbols(chart: alt.Chart) -> alt.Chart:
    """What an arrow carries, beside its middle."""
    arrows = _middle(chart.transform_filter("datum.kind === 'arrow'"))
    marks = arrows.mark_text(fontSize=13, fontWeight="bold", dx=8, dy=-8, align="left")
    return marks.encode(alt.Text("label:N"))


def _middle(chart: alt.Chart) -> alt.Chart:
    middle = chart.transform_calculate(
        across="(datum.x + datum.x2) / 2", upwards="(datum.y + datum.y2) / 2"
    )
    return middle.encode(x=_across("across"), y=_upwards("upwards"))


def _ends() -> dict[str, Any]:
    return {"x": _across("x"), "y": _upwards("y"), "x2": "x2:Q", "y2": "y2:Q"}


def _across(field: str) -> alt.X:
    return alt.X(f"{field}:Q").scale(domain=[0, 100], nice=False).axis(None)


def _upwards(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q").scale(domain=[0, 100], nice=False).axis(None)


def _ink(chart: alt.Chart, ink: float) -> alt.Chart:
    return chart.transform_calculate(ink=str(ink))


def _grey() -> alt.Color:
    """Between the background's colour (ink 0) and its opposite (ink 1), light or dark."""
    return alt.Color("ink:Q").scale(domain=[0, 1], range="heatmap").legend(None)
