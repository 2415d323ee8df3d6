"""A matrix that a reader changes, and what is said of texts that mean nothing for it."""

from collections.abc import Collection

import streamlit as st

from core.numbers import shortest
from core.reader.cells import Address
from core.reader.reader import reset, undo
from pages.shared import tables
from pages.shared.figures.heatmap import numbered
from pages.shared.reader.session import happen, reader, session
from pages.shared.reader.typed import Refusal
from pages.shared.tables import Matrix
from pages.shared.text import Text, plain
from pages.shared.views.told import told


def edited(
    text: Text, table: str, shelf: str, addresses: list[list[Address]], matrix: Matrix
) -> None:
    """Draw a matrix to be changed; below it stands what could not be used of what was typed.

    Args:
        text: The reader's language.
        table: The matrix's name.
        shelf: Where its edits lie.
        addresses: One a cell.
        matrix: What it shows.
    """
    drawn, edits = session().tables, reader().edits.get(shelf, {})
    changed = [
        (row, column)
        for row, cells in enumerate(addresses)
        for column, address in enumerate(cells)
        if address in edits
    ]
    offered = drawn.offer(table, shelf, addresses, matrix.values)._replace(changed=changed)
    tables.editable(text, matrix, offered)
    for refusal in (it for it in drawn.refused if it.table == table):
        st.error(_told(text, matrix, refusal))


def going_back(text: Text, shelf: str, changed: Collection[str], matrix: str = "") -> None:
    """Offer to take back the last change, all of one matrix, and all.

    Args:
        text: The reader's language.
        shelf: Where the edits lie.
        changed: The matrices that have some.
        matrix: The one that is shown, if there are several.
    """
    st.button(
        text("edits.undo"),
        on_click=happen,
        args=(undo, shelf),
        disabled=not reader().past.get(shelf),
        icon=":material/undo:",
    )
    for name in (matrix, "") if matrix else ("",):
        st.button(
            text("edits.reset", name=text(f"matrix.{name}")) if name else text("edits.reset_all"),
            on_click=happen,
            args=(reset, shelf, *([name] if name else [])),
            disabled=name not in changed if name else not changed,
            icon=f":material/{'restart_alt' if name else 'delete_sweep'}:",
        )


def _told(text: Text, matrix: Matrix, refusal: Refusal) -> str:
    kept = text(
        "error.cell",
        row=plain(numbered(matrix.rows, matrix.first)[refusal.row]),
        column=plain(matrix.columns[refusal.column]),
        value=shortest(matrix.values[refusal.row, refusal.column]),
    )
    return text.joined(told(text, refusal.reason), kept)
