"""Maps as SVG pictures: to be put into slides and papers, and into reports that open offline.

A picture holds shapes and words only; whatever a reader typed is written as words.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from core.arrays import Array, BoolArray
from core.taken.png import png

NUMBERS_UP_TO = 12
"""Columns up to which a cell has room for its number."""

LARGEST = 64
"""Rows or columns from which on the cells are one small picture."""

# What XML has no place for, and what would turn the words around it.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_CELL = 34
_SMALL = 12
_GAP = 8
_LETTER = 7.6  # pixels of a Latin letter; Chinese ones are twice as wide
_TITLE = 1.25  # times as wide are those of a title
_FONT = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


@dataclass(frozen=True)
class Colours:
    """What a picture is painted with, as ``#rrggbb``.

    Attributes:
        sequential: From 0 to 1.
        diverging: From the most negative number to the most positive one.
        text: Words and lines.
        background: Behind everything.
        accent: What the reader has chosen.
    """

    sequential: Sequence[str]
    diverging: Sequence[str]
    text: str
    background: str
    accent: str


@dataclass(frozen=True)
class Map:
    """A map to be drawn.

    Attributes:
        title: Above it.
        values: ``(row, column)``.
        rows: Names of the rows.
        columns: Names of the columns.
        asks: The row that the reader has chosen, if there is one.
        note: Below it: where the numbers come from.
        possible: ``(row, column)``; elsewhere there is a cross. ``None`` = everywhere.
        diverging: Whether numbers have both signs.
        ends: The numbers at the two ends of the colours. ``None`` = as wide as the values need.
    """

    title: str
    values: Array
    rows: Sequence[str]
    columns: Sequence[str]
    asks: int | None = None
    note: str = ""
    possible: BoolArray | None = None
    diverging: bool = False
    ends: tuple[float, float] | None = None

    @property
    def domain(self) -> tuple[float, float]:
        """The numbers at the two ends of the colours."""
        if self.ends:
            return self.ends
        if not self.diverging:
            return 0.0, max(1.0, float(self.values.max()))
        end = float(np.abs(self.values).max()) or 1.0
        return -end, end


def svg(it: Map, colours: Colours) -> str:
    """The map as a picture of its own, as text."""
    n_rows, n_columns = it.values.shape
    cell = _CELL if max(n_rows, n_columns) <= NUMBERS_UP_TO else _SMALL
    left = _width(it.rows) + _GAP
    top = _width(it.columns) + 2 * _CELL
    words = max(_TITLE * _width([it.title]), _width([it.note]))
    width = left + max(n_columns * cell, words) + _GAP
    height = top + n_rows * cell + 2 * _GAP + (_CELL if it.note else 0)
    below = top + n_rows * cell + _CELL
    parts = [
        _text(it.title, left, _CELL / 2 + 4, colours.text, 'font-weight="600" font-size="14"'),
        *_labels(it, cell, (left, top), colours.text),
        *(
            _cells(it, cell, (left, top), colours)
            if max(n_rows, n_columns) <= LARGEST
            else [_image(it, cell, (left, top), colours)]
        ),
        "" if it.asks is None else _frame(it.asks, n_columns, cell, (left, top), colours.accent),
        _text(it.note, left, below, colours.text, 'font-size="11"') if it.note else "",
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" font-family="{_FONT}" font-size="12">'
        f"<title>{plain(it.title)}</title>"
        f'<rect width="100%" height="100%" fill="{colours.background}"/>{"".join(parts)}</svg>'
    )


def plain(words: str) -> str:
    """Words as XML: nothing in them is markup, and nothing that XML forbids is left."""
    return escape(_UNFIT.sub(" ", words), {'"': "&quot;"})


def _frame(row: int, n_columns: int, cell: int, at: tuple[float, float], ink: str) -> str:
    return (
        f'<rect x="{at[0]}" y="{at[1] + row * cell}" width="{n_columns * cell}" '
        f'height="{cell}" fill="none" stroke="{ink}" stroke-width="2"/>'
    )


def _cells(it: Map, cell: int, at: tuple[float, float], colours: Colours) -> Sequence[str]:
    shades = _shades(it, colours)
    shown = np.ones(it.values.shape, bool) if it.possible is None else it.possible
    with_numbers = cell == _CELL
    found = []
    for (row, column), value in np.ndenumerate(it.values):
        x, y = at[0] + column * cell, at[1] + row * cell
        if not shown[row, column]:
            found.append(_centred("×", x, y, cell, colours.text))
            continue
        red, green, blue = (int(part) for part in shades[row, column])
        fill = f"#{red:02x}{green:02x}{blue:02x}"
        found.append(f'<rect x="{x:g}" y="{y}" width="{cell}" height="{cell}" fill="{fill}"/>')
        if with_numbers:
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 140
            ink = "#ffffff" if dark else "#10151c"
            found.append(_centred(f"{value:.2f}", x, y, cell, ink))
    return found


def _image(it: Map, cell: int, at: tuple[float, float], colours: Colours) -> str:
    n_rows, n_columns = it.values.shape
    url = "data:image/png;base64," + base64.b64encode(png(_shades(it, colours))).decode()
    return (
        f'<image x="{at[0]:g}" y="{at[1]:g}" width="{n_columns * cell}" height="{n_rows * cell}" '
        f'preserveAspectRatio="none" style="image-rendering:pixelated" href="{url}"/>'
    )


def _labels(it: Map, cell: int, at: tuple[float, float], ink: str) -> Sequence[str]:
    left, top = at
    rows = [
        _text(name, left - _GAP, top + (place + 0.5) * cell + 4, ink, 'text-anchor="end"')
        for place, name in enumerate(it.rows)
    ]
    columns = []
    for place, name in enumerate(it.columns):
        x, y = left + (place + 0.5) * cell + 4, top - _GAP
        columns.append(_text(name, x, y, ink, f'transform="rotate(-90 {x:g} {y:g})"'))
    return rows + columns


def _shades(it: Map, colours: Colours) -> Array:
    """``(row, column, 3)``: red, green and blue, 0 to 255."""
    scale = colours.diverging if it.diverging else colours.sequential
    stops = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in scale], float)
    low, high = it.domain
    place = np.clip((it.values - low) / (high - low), 0, 1) * (len(stops) - 1)
    channels = [np.interp(place, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).round()


def _centred(words: str, x: float, y: float, cell: int, ink: str) -> str:
    middle = 'text-anchor="middle" font-size="10"'
    return _text(words, x + cell / 2, y + cell / 2 + 3.5, ink, middle)


def _text(words: str, x: float, y: float, ink: str, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{ink}" {more}>{plain(words)}</text>'


def _width(names: Sequence[str]) -> float:
    """Pixels that the longest of some words takes."""
    return max((sum(1 + (c > "\u2e7f") for c in name) for name in names), default=0) * _LETTER
