"""The words around a heatmap."""

from typing import Any

import altair as alt

# Labels carry their position, "3:the", so that repeated words stay apart.
_WORD = "slice(datum.label, indexof(datum.label, ':') + 1)"
_WORD_AXIS: dict[str, Any] = {
    "labelExpr": _WORD,
    "labelOverlap": False,
    "labelLimit": 84,
    "labelFlush": False,
    "ticks": False,
    "domain": False,
}


def column_look(n_columns: int, n_rows: int) -> tuple[int, int]:
    """How far the words above the columns are tilted, in degrees, and how much room they have.

    The more columns there are the more they are tilted; as deep for words as for names, so that
    the rows of maps side by side are level.
    """
    angle = 0 if n_columns <= 5 else -45 if n_columns <= 16 else -90
    depth = 24 if n_rows <= 5 else 64 if n_rows <= 16 else 90
    return angle, depth


def column_axis(angle: int, depth: int) -> alt.Axis:
    """Words above the columns."""
    return alt.Axis(
        orient="top",
        labelAngle=angle,
        labelAlign="left" if angle else "center",
        minExtent=depth,
        maxExtent=depth,
        **_WORD_AXIS,
    )


def row_axis() -> alt.Axis:
    """Words beside the rows."""
    # The title lies in the corner above the words: turned by 90 degrees, Chinese is hard to read.
    corner = {"titleAngle": 0, "titleAlign": "right", "titleX": -8, "titleY": -8}
    return alt.Axis(**corner, **_WORD_AXIS)
