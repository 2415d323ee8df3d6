"""Draw what stands in cells of the atlas: colours, words, names of heads, crosses, a frame."""

from typing import Literal

import altair as alt

Look = Literal["maps", "answers", "habits"]

_WRITTEN = {"answers": "found", "habits": "habit"}  # in each cell

_NAME = "datum.layer + '·' + datum.head"
_LIGHT, _DARK = "#ffffff", "#10151c"
_ON_DARK = "luminance(scale('color', datum.strength)) < 0.18"
_INK = {"color": alt.when(_ON_DARK).then(alt.value(_LIGHT)).otherwise(alt.value(_DARK))}
"""Of letters upon a cell's colour."""


def cells(look: Look, veil: str, name: str) -> alt.Chart:
    """One a head, to be clicked; with a colour, where there is no map below.

    Args:
        look: What they show.
        veil: A colour, over maps that stand back.
        name: Of the selection that a click makes.
    """
    click = alt.selection_point(
        name=name, fields=["layer", "head", "turn"], on="click", toggle=False, clear=False
    )
    drawn = alt.Chart().mark_rect(cursor="pointer", stroke="#8494a8")
    told = {"description": "description:N", "strokeOpacity": alt.value(0.4)}
    if look == "maps":
        thickness = alt.FillOpacity("strength:Q").scale(None).legend(None)
        return _told(drawn.encode(thickness, **told, fill=alt.value(veil)), click)
    scale = alt.Scale(domain=[0, 1], range="heatmap", interpolate="rgb")
    return _told(drawn.encode(alt.Color("strength:Q").scale(scale).legend(None), **told), click)


def _told(cells: alt.Chart, click: alt.Parameter) -> alt.Chart:
    said = f"{_NAME} + ' ' + datum.habit + ' ' + datum.found + ' ' + format(datum.weight, '.0%')"
    return cells.transform_calculate(description=said).add_params(click)


def labels(look: Look, n_heads: int, *, low: bool) -> alt.Chart:
    """The word in each cell, cut off where the cell ends."""
    return (
        alt.Chart()
        .mark_text(
            fontSize=alt.expr(f"width / {n_heads} < 34 ? 8 : 11"),
            limit=alt.expr(f"width / {n_heads} - 6"),
            dy=5 if low else 0,
            cursor="pointer",
        )
        .encode(
            alt.Text(f"{_WRITTEN[look]}:N"),
            **_INK,
        )
    )


def names(look: Look) -> list[alt.Chart]:
    """Layer and head, in a corner of each cell; upon a map, with light around the letters."""
    if look != "maps":
        return [_name().encode(**_INK)]
    light = alt.value(_LIGHT)
    return [_name().encode(color=light, stroke=light), _name().encode(color=alt.value(_DARK))]


def _name() -> alt.Chart:
    look = {"fontSize": 10, "strokeWidth": 2, "cursor": "pointer", "text": alt.expr(_NAME)}
    names = alt.Chart().mark_text(align="left", baseline="top", dx=3, dy=3, **look)
    corner = alt.X("column:O").bandPosition(0), alt.Y("row:O").bandPosition(0)
    return names.encode(*corner)


def crosses() -> alt.Chart:
    """A cross over each head that is switched off."""
    off = alt.Chart().transform_filter("datum.off")
    return off.mark_text(text="✕", fontSize=26, fontWeight="bold", color="#c0392b")


def mark() -> alt.Chart:
    """A frame around the opened head."""
    mark = alt.Chart().transform_filter("datum.chosen").transform_calculate(mark="'chosen'")
    accent = alt.Stroke("mark:N").scale(domain=["chosen"], range="category").legend(None)
    return mark.mark_rect(filled=False, strokeWidth=3).encode(accent)
