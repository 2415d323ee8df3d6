"""Matrices as tables: to read, to edit, to take away."""

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from pages.shared.editor.drawn import Named, draw
from pages.shared.editor.sent import Offered
from pages.shared.figures.heatmap import numbered
from pages.shared.saving import save_button
from pages.shared.text import Text

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones too
_AROUND = 13  # pixels beside the name of a column or a row
_NARROWEST = 75  # pixels of a column of numbers
_NAMES = 50  # pixels of the names of rows, at least
_WIDEST = 240
_TOOLS = 14  # pixels; with the gaps around it 44, as high as the tools above a touched table


class Matrix(NamedTuple):
    """A matrix with the names of its rows and columns; names may repeat, or look like anything.

    The first row is counted as ``first``, from 0: it may be a part of a longer one. Numbers are
    shown with ``digits`` decimals.
    """

    values: NDArray[Any]
    rows: Sequence[str]
    columns: Sequence[str]
    first: int = 0
    digits: int = 3


def read_only(matrix: Matrix) -> None:
    """A matrix to look at."""
    room_above()
    st.dataframe(_frame(matrix), column_config=_headers(matrix))


def editable(text: Text, matrix: Matrix, offered: Offered) -> None:
    """A matrix to type into, as `typed.offer` offers it, which lets it be read."""
    flags = matrix.values.dtype == bool
    rows = numbered(matrix.rows, matrix.first)
    columns = numbered(matrix.columns) if flags else list(matrix.columns)
    widths = [max(_width(name, least=_NAMES) for name in rows)]
    widths += [_width(name, least=_NAMES if flags else _NARROWEST) for name in columns]
    draw(text, matrix.values, Named(rows, columns, widths), offered, digits=matrix.digits)


def room_above() -> None:
    """Space for the tools that a touch opens above a table: they cover what is too close."""
    st.space(_TOOLS)


def download(text: Text, name: str, matrix: Matrix) -> None:
    """A button that gives the matrix as CSV, in full precision."""
    download_made(text, name, lambda: matrix)


def download_made(text: Text, name: str, make: Callable[[], Matrix]) -> None:
    """The same for a matrix that nothing holds until the button is pressed."""
    save_button(text("table.download"), f"{name}.csv", "text/csv", lambda: as_csv(make()))


def listed(columns: Mapping[str, Sequence[object]], rows: Sequence[str] = ()) -> Matrix:
    """Columns of numbers or words as a matrix to be taken away.

    Args:
        columns: Equally long, by their names.
        rows: Names of the rows; without any, they are counted from 1.
    """
    values = np.array([*zip(*columns.values(), strict=True)], dtype=object)
    names = rows or [str(place + 1) for place in range(len(values))]
    return Matrix(values, names, [*columns])


def as_csv(matrix: Matrix) -> bytes:
    """The matrix with its names; a byte order mark lets spreadsheets read Chinese.

    Words that a spreadsheet would take for a formula begin with an apostrophe, as OWASP advises:
    words come from readers, and from files of others. Numbers stay as they are.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["", *map(_no_formula, matrix.columns)])
    writer.writerows(
        map(_no_formula, [row, *values])
        for row, values in zip(matrix.rows, matrix.values.tolist(), strict=True)
    )
    return buffer.getvalue().encode("utf-8-sig")


def _no_formula(cell: object) -> object:
    words = isinstance(cell, str) and cell.lstrip().startswith(_FORMULA)
    return f"'{cell}" if words else cell


def _frame(matrix: Matrix) -> pd.DataFrame:
    ids = [str(column) for column in range(matrix.values.shape[1])]
    rows = pd.Index(numbered(matrix.rows, matrix.first))
    return pd.DataFrame(np.array(matrix.values), index=rows, columns=pd.Index(ids))


def _headers(matrix: Matrix) -> dict[str, Any]:
    number, written = st.column_config.NumberColumn, f"%.{matrix.digits}f"
    named = {
        str(column): number(name, format=written, width=_width(name))
        for column, name in enumerate(matrix.columns)
    }
    return beside(numbered(matrix.rows, matrix.first)) | named


def beside(rows: Sequence[str]) -> dict[str, Any]:
    """The settings of the column of names, so that it shows the longest one in full."""
    width = max((_width(name, least=_NAMES) for name in rows), default=_NAMES)
    return {"_index": st.column_config.Column(width=width)}


def _width(name: str, least: int = _NARROWEST) -> int:
    """Pixels of a column that shows a name in full, if it is no endless one."""
    needed = sum(map(_pixels, name)) + _AROUND
    return math.ceil(min(max(least, needed), _WIDEST))


def _pixels(letter: str) -> float:
    """How wide a letter of a name is, or a little more."""
    if letter > "\u2e7f":  # Chinese, and wide signs
        return 14
    if letter in "fijlrt .,:;'|!()[]-·":
        return 4
    if letter in "mwMW@%":
        return 11.5
    return 8.5 if letter.isupper() else 7
