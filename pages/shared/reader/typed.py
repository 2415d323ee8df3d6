"""What is typed into tables: heard in the next run, once; or refused.

A table that shows something else than before is drawn under a new key: what was typed before
belongs to the old numbers.
"""

from collections.abc import Iterator

import numpy as np
import streamlit as st

from core.arrays import Array, BoolArray
from core.choices.edited import MASK, Address
from pages.shared.editor.sent import Offered, Step, steps
from pages.shared.reader.book import Offer, Refusal, book


def offer(
    table: str, on: str, addresses: list[list[Address]], values: Array | BoolArray
) -> Offered:
    """Note that a table is drawn, so that :func:`changes` can read it in the next run.

    Args:
        table: The table's name.
        on: The shelf of its edits.
        addresses: One a cell.
        values: ``(row, column)``, what the cells show.

    Returns:
        What it is to be drawn with.
    """
    session = book()
    context = on, addresses
    if session["contexts"].get(table) != context:
        session["contexts"][table] = context
        session["versions"][table] = session["versions"].get(table, 0) + 1
    key = f"table.{table}.{session['versions'][table]}"
    shown = np.asarray(values, dtype=float).tolist()
    session["offers"][table] = Offer(
        key=key, shelf=on, addresses=addresses, values=shown, run=session["runs"]
    )
    places = [(it.row, it.column) for it in refused(table)]
    return Offered(key, table, session["opened"], _taken(table), places)


def changes() -> Iterator[tuple[str, dict[Address, float]]]:
    """(shelf, what was changed) for each change of a reader; to be taken first in a run.

    Tables are read until a page has been drawn to its end, whichever it is, and what was typed is
    news until the next one is asked for: a run that is broken off loses nothing.
    """
    session = book()
    session["refused"] = []
    for table, offered in session["offers"].items():
        shape = len(offered["addresses"]), len(offered["addresses"][0])
        state = st.session_state.get(offered["key"])
        for step in steps(state, shape, _taken(table), flags=table == MASK):
            if step.refused and step.reason:
                session["refused"].append(Refusal(table, *step.refused, step.reason))
            found = _news(offered, step)
            if found:
                yield offered["shelf"], found
            for (row, column), value in step.values.items():
                offered["values"][row][column] = value
            session["taken"][table] = step.number


def forget_undrawn() -> None:
    """Read no more tables than the page has; to be called when it has been drawn."""
    session = book()
    drawn = {name: it for name, it in session["offers"].items() if it["run"] == session["runs"]}
    session["offers"] = drawn


def refused(table: str) -> list[Refusal]:
    """What could not be used in this run of what was typed into a table."""
    return [it for it in book()["refused"] if it.table == table]


def _taken(table: str) -> int:
    return book()["taken"].get(table, book()["opened"])


def _news(offered: Offer, step: Step) -> dict[Address, float]:
    """The cells that are changed by more than float32 can hold."""
    return {
        offered["addresses"][row][column]: value
        for (row, column), value in step.values.items()
        if np.float32(value) != np.float32(offered["values"][row][column])
    }
