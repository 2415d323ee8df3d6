"""Maps as SVG pictures: to be put into slides and papers, and into reports that open offline.

A picture holds shapes and words only; whatever a reader typed is written as words.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import Array, BoolArray
from core.taken.png import png
from core.taken.words import longest, plain, written

NUMBERS_UP_TO = 12
"""Columns up to which a cell has room for its number."""

LARGEST = 64
"""Rows or columns from which on the cells are one small picture."""

_CELL = 34
_SMALL = 12
_GAP = 8
_LETTER = 7.6  # pixels
_TITLE = 1.25  # times as wide are those of a title
_BAR = 120, 8  # pixels of the scale of colours
_SHADES = 60  # in it
_SMALL_LETTERS = 'font-size="10"'
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
        ends: The numbers at the two ends of the colours.
        asks: The row that the reader has chosen, if there is one.
        note: Below it: where the numbers come from.
        possible: ``(row, column)``; elsewhere there is a cross. ``None`` = everywhere.
        diverging: Whether numbers have both signs.
    """

    title: str
    values: Array
    rows: Sequence[str]
    columns: Sequence[str]
    ends: tuple[float, float]
    asks: int | None = None
    note: str = ""
    possible: BoolArray | None = None
    diverging: bool = False


def svg(it: Map, colours: Colours) -> str:
    """The map as a picture of its own, as text."""
    n_rows, n_columns = it.values.shape
    cell = _CELL if max(n_rows, n_columns) <= NUMBERS_UP_TO else _SMALL
    left = _LETTER * longest(it.rows) + _GAP
    top = _LETTER * longest(it.columns) + 2 * _CELL
    words = max(_LETTER * _TITLE * longest([it.title]), _LETTER * longest([it.note]), _BAR[0])
    width = left + max(n_columns * cell, words) + _GAP
    bar = top + n_rows * cell + _GAP
    below = bar + _BAR[1] + _CELL
    height = below + _GAP
    parts = [
        written(it.title, left, _CELL / 2 + 4, colours.text, 'font-weight="600" font-size="14"'),
        *_labels(it, cell, (left, top), colours.text),
        *_cells(it, cell, (left, top), colours),
        "" if it.asks is None else _frame(it.asks, n_columns, cell, (left, top), colours.accent),
        *_scale(it, (left, bar), colours),
        written(it.note, left, below, colours.text, 'font-size="11"') if it.note else "",
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" font-family="{_FONT}" font-size="12">'
        f"<title>{plain(it.title)}</title>"
        f'<rect width="100%" height="100%" fill="{colours.background}"/>{"".join(parts)}</svg>'
    )


def _frame(row: int, n_columns: int, cell: int, at: tuple[float, float], ink: str) -> str:
    return (
        f'<rect x="{at[0]}" y="{at[1] + row * cell}" width="{n_columns * cell}" '
        f'height="{cell}" fill="none" stroke="{ink}" stroke-width="2"/>'
    )


def _cells(it: Map, cell: int, at: tuple[float, float], colours: Colours) -> Sequence[str]:
    shades = _shades(it, it.values, colours)
    n_rows, n_columns = it.values.shape
    if max(n_rows, n_columns) > LARGEST:
        return [_image(shades, at, (n_columns * cell, n_rows * cell))]
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


def _image(shades: Array, at: tuple[float, float], size: tuple[int, int]) -> str:
    url = "data:image/png;base64," + base64.b64encode(png(shades)).decode()
    return (
        f'<image x="{at[0]:g}" y="{at[1]:g}" width="{size[0]}" height="{size[1]}" '
        f'preserveAspectRatio="none" style="image-rendering:pixelated" href="{url}"/>'
    )


def _scale(it: Map, at: tuple[float, float], colours: Colours) -> Sequence[str]:
    """A bar with all colours and the numbers at its ends, and 0 between them."""
    (left, top), (width, height), (low, high) = at, _BAR, it.ends
    beyond = "≥ " if it.values.max(initial=low) > high * (1 + 1e-6) else ""
    said = [(low, "start", ""), (high, "end", beyond)]
    said += [(0.0, "middle", "")] if low < 0 < high else []
    return [
        _image(_shades(it, np.linspace(low, high, _SHADES)[None], colours), at, _BAR),
        *(
            written(
                f"{mark}{number:.3g}",
                left + (number - low) / (high - low) * width,
                top + height + 12,
                colours.text,
                f'text-anchor="{anchor}" {_SMALL_LETTERS}',
            )
            for number, anchor, mark in said
        ),
    ]


def _labels(it: Map, cell: int, at: tuple[float, float], ink: str) -> Sequence[str]:
    left, top = at
    rows = [
        written(name, left - _GAP, top + (place + 0.5) * cell + 4, ink, 'text-anchor="end"')
        for place, name in enumerate(it.rows)
    ]
    columns = []
    for place, name in enumerate(it.columns):
        x, y = left + (place + 0.5) * cell + 4, top - _GAP
        columns.append(written(name, x, y, ink, f'transform="rotate(-90 {x:g} {y:g})"'))
    return rows + columns


def _shades(it: Map, values: Array, colours: Colours) -> Array:
    """``(row, column, 3)``: red, green and blue of some values in a map's colours, 0 to 255."""
    scale = colours.diverging if it.diverging else colours.sequential
    stops = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in scale], float)
    low, high = it.ends
    place = np.clip((values - low) / (high - low), 0, 1) * (len(stops) - 1)
    channels = [np.interp(place, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).round()


def _centred(words: str, x: float, y: float, cell: int, ink: str) -> str:
    middle = f'text-anchor="middle" {_SMALL_LETTERS}'
    return written(words, x + cell / 2, y + cell / 2 + 3.5, ink, middle)
