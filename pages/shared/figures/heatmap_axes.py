"""The words around a heatmap."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from core.taken.words import letters, longest
from pages.shared.figures.heatmap_marks import N_COLUMNS
from pages.shared.figures.specification import TITLE_IN_CORNER

SPACING = "@spacing"
"""Stands for the pixels that columns need for words that lie flat."""

_STEPS = (24, 44, 64, 90)  # pixels; few, as each makes another specification
_LETTER = 6.5  # pixels of a Latin letter
_SPACE = 4  # pixels below the words
_GAP = 6  # pixels between two words
_TILT = 45  # degrees
_LINE = 15  # pixels from column to column with which tilted words do not touch
_MOST_TILTED = 16  # columns; with more of them, words stand upright
_NARROWEST = 150  # pixels of all columns, in a narrow window
_LONGEST = 84  # pixels of a word
_CROWDED = f"width / {N_COLUMNS} < {SPACING}"
_DENSE = f"width / {N_COLUMNS} < {_LINE}"

# Streamlit's own grey is too pale to read on white. 0 has a colour near the background.
_INK = alt.expr("luminance(scale('color', 0)) > 0.5 ? '#5d6673' : '#b9c2cd'")

_FADED = "\u2063"  # an invisible separator

# Labels carry their position, "3:the", so that repeated words stay apart.
_WORD = "slice(datum.label, indexof(datum.label, ':') + 1)"
_WORD_AXIS: dict[str, Any] = {
    "labelExpr": _WORD,
    "labelFlush": False,
    "labelColor": _INK,
    "labelOpacity": {
        "condition": {"test": f"indexof(datum.label, '{_FADED}') > 0", "value": 0.5},
        "value": 1,
    },
    "titleColor": _INK,
    "ticks": False,
    "domain": False,
}


def faded(name: str) -> str:
    """A word that is written in a paler grey."""
    return name + _FADED


def upright(n_columns: int) -> bool:
    """Whether the words above so many columns have to stand."""
    return n_columns > _MOST_TILTED


def spacing(names: Sequence[str]) -> int:
    """Pixels from column to column with which their words can lie flat: one of ``_STEPS``."""
    widths = [_LETTER * letters(name) for name in names]
    needed = max(((a + b) / 2 for a, b in pairwise(widths)), default=0) + _GAP
    return next((step for step in _STEPS if step >= needed), _STEPS[-1])


def column_depth(names: Sequence[str], n_rows: int) -> int:
    """Pixels that the words above the columns need, tilted or upright: one of ``_STEPS``."""
    if not upright(len(names)) and spacing(names) * len(names) <= _NARROWEST:
        return _STEPS[0]
    slope = 1 if upright(len(names)) else math.sin(math.radians(_TILT))
    needed = slope * min(_LETTER * longest(names), _LONGEST)
    most = 64 if n_rows <= 16 else 90
    return next(depth for depth in _STEPS if depth >= min(needed + _SPACE, most))


def overhang(names: Sequence[str]) -> int:
    """Pixels that the last word may reach beyond its column where words are tilted: few values."""
    if not names or upright(len(names)) or spacing(names) * len(names) <= _NARROWEST:
        return 0
    width = min(_LETTER * letters(names[-1]), _LONGEST)
    beyond = width * math.cos(math.radians(_TILT)) - _NARROWEST / len(names) / 2
    return next(step for step in (0, 16, 32, 64) if step >= beyond)


def column_axis(upright: bool, depth: int) -> alt.Axis:
    """Words above the columns: flat where the real width has room for them."""
    return alt.Axis(
        orient="top",
        labelAngle=-90 if upright else alt.expr(f"{_DENSE} ? -90 : {_CROWDED} ? -{_TILT} : 0"),
        labelAlign="left" if upright else alt.expr(f"{_CROWDED} ? 'left' : 'center'"),
        # Letters have some space around them: they may come closer than their boxes.
        labelOverlap="greedy" if upright else False,
        labelSeparation=-4,
        minExtent=depth,
        maxExtent=depth,
        labelLimit=_limit(upright, depth),
        **_WORD_AXIS,
    )


def _limit(upright: bool, depth: int) -> int | alt.ExprRef:
    """Pixels of a word above the columns: where it stands, it is as long as there is room."""
    standing = min(_LONGEST, depth - _SPACE)
    return standing if upright else alt.expr(f"{_DENSE} ? {standing} : {_LONGEST}")


def row_axis() -> alt.Axis:
    """Words beside the rows."""
    return alt.Axis(**TITLE_IN_CORNER, labelOverlap=False, labelLimit=_LONGEST, **_WORD_AXIS)
