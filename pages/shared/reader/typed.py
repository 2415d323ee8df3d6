"""What is typed into tables: heard in the next run, once; or refused.

A table is drawn under a new key whenever it shows something else than before; otherwise Streamlit
would put old numbers on new ones.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from core.arrays import Array, BoolArray
from core.choices.edited import MASK, Address
from core.choices.reading import entry
from pages.shared.reader.book import Offer, book

_PLACE = re.compile("[0-9]{1,9}")


def offer(table: str, on: str, addresses: list[list[Address]], values: Array | BoolArray) -> str:
    """Note that a table is drawn, so that :func:`changes` can read it in the next run.

    Args:
        table: The table's name.
        on: The shelf of its edits.
        addresses: One a cell.
        values: ``(row, column)``, what the cells show.

    Returns:
        The key to draw it under.
    """
    session = book()
    context = on, addresses
    if session["contexts"].get(table) != context:
        session["contexts"][table] = context
        redraw(table)
    key = f"table.{table}.{session['versions'][table]}"
    shown = np.asarray(values, dtype=float).tolist()
    session["offers"][table] = Offer(
        key=key, shelf=on, addresses=addresses, values=shown, run=session["runs"]
    )
    return key


def changes() -> Iterator[tuple[str, dict[Address, float]]]:
    """(shelf, what was typed) of each table with news; to be taken first in a run.

    Tables are read until a page has been drawn to its end, whichever it is, and what was typed is
    news until the next one is asked for: a run that is broken off loses nothing.
    """
    session = book()
    session["refused"] = []
    for table, offered in session["offers"].items():
        if not isinstance(st.session_state.get(offered["key"], {}), Mapping):
            redraw(table)  # forged: Streamlit could not draw a table from it
        found, heard = {}, []
        for cell, raw in _typed(offered):
            try:
                address, shown = _at(offered, cell)
                value = entry(float(raw) if table == MASK and isinstance(raw, bool) else raw)
            except (ValueError, TypeError, OverflowError, IndexError):
                _refuse(table, offered, cell)
                continue
            if np.float32(value) != np.float32(shown):
                found[address] = value
                heard.append((cell, value))
        if found:
            yield offered["shelf"], found
        for (row, column), value in heard:
            offered["values"][row][column] = value


def forget_undrawn() -> None:
    """Read no more tables than the page has; to be called when it has been drawn."""
    session = book()
    drawn = {name: it for name, it in session["offers"].items() if it["run"] == session["runs"]}
    session["offers"] = drawn


def refused() -> list[Address]:
    """The cells whose new content could not be used in this run."""
    return book()["refused"]


def redraw(table: str | None = None) -> None:
    """Let a table, or all of them, be drawn anew from what holds now."""
    versions = book()["versions"]
    for name in [table] if table else list(versions):
        versions[name] = versions.get(name, 0) + 1


def _typed(offered: Offer) -> Iterator[tuple[tuple[int, int], Any]]:
    """((row, column), content) of every cell that was typed into since the table was drawn anew."""
    state = st.session_state.get(offered["key"])
    rows = state.get("edited_rows") if isinstance(state, Mapping) else None
    for row, cells in rows.items() if isinstance(rows, Mapping) else ():
        for column, content in cells.items() if isinstance(cells, Mapping) else [("", None)]:
            known = all(_PLACE.fullmatch(str(place)) for place in (row, column))
            yield (int(row), int(column)) if known else (-1, -1), content


def _at(offered: Offer, cell: tuple[int, int]) -> tuple[Address, float]:
    """A cell's address and what it showed; an IndexError if there is no such cell."""
    row, column = cell
    if min(cell) < 0:
        raise IndexError
    return offered["addresses"][row][column], offered["values"][row][column]


def _refuse(table: str, offered: Offer, cell: tuple[int, int]) -> None:
    with suppress(IndexError):
        book()["refused"].append(_at(offered, cell)[0])
    redraw(table)
