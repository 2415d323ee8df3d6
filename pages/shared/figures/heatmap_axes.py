"""The words around a heatmap."""

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from core.taken.words import longest

_DEPTHS = (24, 44, 64, 90)  # few, as each makes another template
_LETTER = 6.5  # pixels of a Latin letter
_SPACE = 4  # pixels below the words

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


def column_angle(n_columns: int) -> int:
    """How far the words above the columns are tilted, in degrees: the more columns, the more."""
    return 0 if n_columns <= 5 else -45 if n_columns <= 16 else -90


def column_depth(names: Sequence[str], n_rows: int) -> int:
    """Pixels that the words above the columns need: one of ``_DEPTHS``.

    In maps of few rows words lie flat, or nearly so.
    """
    slope = math.sin(math.radians(-column_angle(len(names))))
    needed = slope * min(_LETTER * longest(names), _WORD_AXIS["labelLimit"])
    most = 24 if n_rows <= 5 else 64 if n_rows <= 16 else 90
    return next(depth for depth in _DEPTHS if depth >= min(needed + _SPACE, most))


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
