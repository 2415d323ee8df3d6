"""Matrices as tables: to read, to edit, to take away."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.choice import LARGEST_ENTRY
from pages.shared import edits
from pages.shared.figures.heatmap import numbered
from pages.shared.text import Text


def read_only(values: NDArray[Any], rows: Sequence[str], columns: Sequence[str]) -> None:
    """A matrix to look at."""
    st.dataframe(_frame(values, rows), column_config=_number_headers(columns))


def editable(table: str, values: NDArray[Any], rows: Sequence[str], columns: Sequence[str]) -> None:
    """A matrix to type into; `edits.collect` takes what was typed in the next run."""
    headers = _number_headers(columns)
    _editor(_frame(values, rows), headers, table)


def tickable(table: str, values: NDArray[np.bool_], words: Sequence[str]) -> None:
    """A matrix of boxes to tick; `edits.collect` takes them in the next run."""
    headers = {
        str(i): st.column_config.CheckboxColumn(name) for i, name in enumerate(numbered(words))
    }
    _editor(_frame(values, words), headers, table)


def download(
    text: Text, name: str, values: NDArray[Any], rows: Sequence[str], columns: Sequence[str]
) -> None:
    """A button that gives the matrix as CSV, in full precision."""
    st.download_button(
        text("table.download"),
        data=lambda: _csv(values, rows, columns),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"download.{name}",
    )


def _editor(frame: pd.DataFrame, headers: dict[str, Any], table: str) -> None:
    st.data_editor(frame, column_config=headers, disabled=["_index"], key=edits.key(table))


def _frame(values: NDArray[Any], rows: Sequence[str]) -> pd.DataFrame:
    # Columns are called by position: names may repeat, or look like anything.
    ids = [str(i) for i in range(values.shape[1])]
    return pd.DataFrame(np.array(values), index=pd.Index(numbered(rows)), columns=pd.Index(ids))


def _number_headers(columns: Sequence[str]) -> dict[str, Any]:
    return {
        str(i): st.column_config.NumberColumn(
            name, format="%.3f", min_value=-LARGEST_ENTRY, max_value=LARGEST_ENTRY, step=0.001
        )
        for i, name in enumerate(columns)
    }


def _csv(values: NDArray[Any], rows: Sequence[str], columns: Sequence[str]) -> bytes:
    """With a byte order mark, so that spreadsheets read Chinese."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["", *columns])
    writer.writerows(zip(rows, *values.T.tolist(), strict=True))
    return buffer.getvalue().encode("utf-8-sig")
