"""The words around a heatmap."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from core.taken.words import letters
from pages.shared.figures.heatmap_marks import N_COLUMNS
from pages.shared.figures.specification import TITLE_IN_CORNER

SPACING = "@spacing"
"""Stands for the pixels that columns need for words that lie flat."""

_STEPS = (24, 44, 64, 90)  # pixels; few, as each makes another specification
_BEYOND = (0, 16, 32, 64)  # pixels
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
    widths = _widths(tuple(names))
    needed = ((widths[:-1] + widths[1:]) / 2).max(initial=0) + _GAP
    return _STEPS[min(bisect_left(_STEPS, needed), len(_STEPS) - 1)]


@lru_cache(maxsize=64)
def _widths(names: tuple[str, ...]) -> NDArray[np.float64]:
    """``(name,)``, the pixels that words take where they lie flat."""
    return _LETTER * np.array([letters(name) for name in names])


def column_depth(names: Sequence[str], n_rows: int) -> int:
    """Pixels that the words above the columns need, tilted or upright: one of ``_STEPS``."""
    if not upright(len(names)) and spacing(names) * len(names) <= _NARROWEST:
        return _STEPS[0]
    slope = 1 if upright(len(names)) else math.sin(math.radians(_TILT))
    needed = slope * min(_widths(tuple(names)).max(initial=0), _LONGEST)
    most = 64 if n_rows <= 16 else 90
    return _STEPS[bisect_left(_STEPS, min(needed + _SPACE, most))]


def overhang(names: Sequence[str]) -> int:
    """Pixels that the last word may reach beyond its column where words are tilted: few values."""
    if not names or upright(len(names)) or spacing(names) * len(names) <= _NARROWEST:
        return 0
    width = min(_widths(tuple(names))[-1], _LONGEST)
    beyond = width * math.cos(math.radians(_TILT)) - _NARROWEST / len(names) / 2
    return _BEYOND[bisect_left(_BEYOND, beyond)]


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
