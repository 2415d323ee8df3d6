"""A matrix that a reader changes, and what is said of texts that mean nothing for it."""

import streamlit as st

from core.numbers import shortest
from core.reader.cells import Address
from pages.shared import tables
from pages.shared.figures.heatmap import numbered
from pages.shared.reader.session import reader, session
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


def _told(text: Text, matrix: Matrix, refusal: Refusal) -> str:
    kept = text(
        "error.cell",
        row=plain(numbered(matrix.rows, matrix.first)[refusal.row]),
        column=plain(matrix.columns[refusal.column]),
        value=shortest(matrix.values[refusal.row, refusal.column]),
    )
    return text.joined(told(text, refusal.reason), kept)
