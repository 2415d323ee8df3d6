"""What is drawn in the cells of a heatmap: colours, numbers, crosses, frames."""

from typing import Literal

import altair as alt

from pages.shared.figures.specification import colour_bar

Colours = Literal["sequential", "diverging"]

_RANGES = {"sequential": "heatmap", "diverging": "diverging"}
_DARK_CELL = "luminance(scale('color', datum.value)) < 0.36"
_USUAL, _SMALL = 11, 9  # pixels of a number's letters; digits are half as wide, a point a quarter
_GAP = 2.5  # pixels between two numbers


def cells(colours: Colours, domain: tuple[float, float], ghosts: float) -> alt.Chart:
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


def _small(domain: tuple[float, float]) -> bool:
    """Whether decimals would say nothing, as with weights of very long input."""
    return max(abs(end) for end in domain) < 0.01


def numbers(domain: tuple[float, float], n_columns: int, row_height: int) -> alt.Chart:
    """Each cell's number, as long as the longest of them fits into a cell of the real width.

    With less room they are smaller, then have a digit less if that still says something, and then
    there are none: better than numbers that run into each other.
    """
    chart = alt.Chart().transform_filter("datum.possible")
    shown, size = "''", ""
    for digits in reversed(_formats(domain)):
        written, longest = f"format(datum.value, '{digits}')", f"longest_{digits[1]}"
        chart = chart.transform_calculate(length=f"length({written})")
        most = {"op": "max", "field": "length", "as": longest}
        chart = chart.transform_joinaggregate([alt.JoinAggregateFieldDef.from_dict(most)])
        fits = f"width / {n_columns} >= {_GAP} + {{}} * (datum.{longest} / 2 - 0.25)"
        shown = f"{fits.format(_SMALL)} ? {written} : {shown}"
        size = f"{fits.format(_USUAL)} ? {_USUAL} : {_SMALL}"
    size = size if row_height >= _GAP + _USUAL else f"{_SMALL}"
    return chart.mark_text(text=alt.expr(shown), fontSize=alt.expr(size)).encode(
        color=alt.when(_DARK_CELL).then(alt.value("#ffffff")).otherwise(alt.value("#10151c")),
    )


def _formats(domain: tuple[float, float]) -> list[str]:
    """How numbers are written, the more exact ones first."""
    largest = max(abs(end) for end in domain)
    if largest >= 100:
        return [".3~s"]
    return [".2f", ".1f"] if largest > 1 else [".2f"]


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
