"""What is drawn in the cells of a heatmap: colours, numbers, crosses, frames."""

from typing import Any, Literal, NamedTuple

import altair as alt

from pages.shared.figures.specification import colour_bar

Colours = Literal["sequential", "diverging"]

N_COLUMNS = "@n_columns"
"""Stands for their number in what :func:`numbers` gives."""

_RANGES = {"sequential": "heatmap", "diverging": "diverging"}
_DARK_CELL = "luminance(scale('color', datum.value)) < 0.18"
_USUAL, _SMALL = 11, 9  # pixels of a number's letters; digits are half as wide, a point a quarter
_GAP = 2.5  # pixels between two numbers


class NumberLook(NamedTuple):
    """How a map's numbers are written.

    Attributes:
        formats: The more exact ones first.
        low: Whether rows are too low for the usual letters.
    """

    formats: tuple[str, ...]
    low: bool


def cells(colours: Colours, domain: tuple[Any, Any], ghosts: float) -> alt.Chart:
    """Coloured cells; those out of reach as faint as ``ghosts``."""
    scale = alt.Scale(domain=list(domain), range=_RANGES[colours], clamp=True, interpolate="rgb")
    return (
        alt.Chart()
        .mark_rect(cursor="pointer", strokeWidth=1)
        .encode(
            alt.Color("value:Q").scale(scale).legend(colour_bar()).title(None),
            fillOpacity=alt.when("datum.possible").then(alt.value(1)).otherwise(alt.value(ghosts)),
            stroke=alt.when("datum.possible")
            .then(alt.value("#8494a8"))
            .otherwise(alt.value("transparent")),
            strokeOpacity=alt.value(0.6),
        )
    )


def number_look(domain: tuple[float, float], row_height: int) -> NumberLook | None:
    """How numbers between the ends of a domain are written; decimals may say nothing of them."""
    largest = max(abs(end) for end in domain)
    if largest < 0.01:  # as with weights of very long input
        return None
    return NumberLook(_formats(largest), low=row_height < _GAP + _USUAL)


def _formats(largest: float) -> tuple[str, ...]:
    """From the best one to the shortest that still says something."""
    if largest >= 100:
        return (".3~s",)
    if largest > 1:
        return (".2f", ".1f")
    return (".2f",) if largest > 0.2 else (".3f", ".2f")


def numbers(look: NumberLook) -> alt.Chart:
    """Each cell's number, as long as the longest of them fits into a cell of the real width.

    With less room they are smaller, then have a digit less if that still says something, and then
    there are none: better than numbers that run into each other.
    """
    chart = alt.Chart().transform_filter("datum.possible")
    shown, size = "''", ""
    for digits in reversed(look.formats):
        written, longest = f"format(datum.value, '{digits}')", f"longest_{digits[1]}"
        chart = chart.transform_calculate(length=f"length({written})")
        most = {"op": "max", "field": "length", "as": longest}
        chart = chart.transform_joinaggregate([alt.JoinAggregateFieldDef.from_dict(most)])
        fits = f"width / {N_COLUMNS} >= {_GAP} + {{}} * (datum.{longest} / 2 - 0.25)"
        shown = f"{fits.format(_SMALL)} ? {written} : {shown}"
        size = f"{fits.format(_USUAL)} ? {_USUAL} : {_SMALL}"
    return chart.mark_text(
        text=alt.expr(shown), fontSize=alt.expr(f"{_SMALL}" if look.low else size)
    ).encode(
        color=alt.when(_DARK_CELL).then(alt.value("#ffffff")).otherwise(alt.value("#10151c")),
    )


def crosses() -> alt.Chart:
    """Nothing to see here: not a small number, but none."""
    out = alt.Chart().transform_filter("!datum.possible")
    return out.mark_text(text="×", fontSize=11, color="#8494a8", opacity=0.7)


def row_mark() -> alt.Chart:
    """A frame around the row that asks."""
    mark = _chosen("datum.asks && datum.column == 0").mark_rect(filled=False, strokeWidth=2)
    return mark.encode(x=alt.value(0), x2=alt.value("width"), stroke=_accent())


def cell_mark() -> alt.Chart:
    """A frame around the opened cell."""
    mark = _chosen("datum.opened").mark_rect(filled=False, strokeWidth=4)
    return mark.encode(stroke=_accent())


def _chosen(condition: str) -> alt.Chart:
    return alt.Chart().transform_filter(condition).transform_calculate(mark="'chosen'")


def _accent() -> alt.Stroke:
    """The theme's first categorical colour: it belongs to what the reader has chosen."""
    return alt.Stroke("mark:N").scale(domain=["chosen"], range="category").legend(None)
