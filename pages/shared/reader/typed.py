"""Tables to type into: what was drawn, so that the next run understands what was typed.

A table is drawn under a new key whenever it shows something else than before; otherwise Streamlit
would put old numbers on new ones.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from core.arrays import Array, BoolArray
from core.reader.cells import MASK, Address, Cells
from core.reader.fields import entry

_PLACE = re.compile("[0-9]{1,9}")


class Offer(NamedTuple):
    """A table as it was drawn.

    Attributes:
        key: Of its widget.
        shelf: Of its edits.
        addresses: One a cell.
        values: What the cells show; a number that was heard is noted here.
    """

    key: str
    shelf: str
    addresses: list[list[Address]]
    values: list[list[float]]


@dataclass
class Tables:
    """The tables of a tab that can be typed into.

    Attributes:
        offers: Tables by their names: all since a page was last drawn to its end.
        drawing: The same, of the run under way.
        versions: How often a table was drawn anew.
        contexts: What a table last showed.
        refused: Cells whose content was not usable in this run.
    """

    offers: dict[str, Offer] = field(default_factory=dict)
    drawing: dict[str, Offer] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    contexts: dict[str, object] = field(default_factory=dict)
    refused: list[Address] = field(default_factory=list)

    def offer(
        self, table: str, on: str, addresses: list[list[Address]], values: Array | BoolArray
    ) -> str:
        """Note that a table is drawn.

        Args:
            table: The table's name.
            on: The shelf of its edits.
            addresses: One a cell.
            values: ``(row, column)``, what the cells show.

        Returns:
            The key to draw it under.
        """
        context = on, addresses
        if self.contexts.get(table) != context:
            self.contexts[table] = context
            self.redraw(table)
        key = f"table.{table}.{self.versions[table]}"
        shown = np.asarray(values, dtype=float).tolist()
        self.offers[table] = self.drawing[table] = Offer(key, on, addresses, shown)
        return key

    def typed(self, widgets: Mapping[Any, object]) -> Iterator[tuple[str, Cells]]:
        """Give the shelf and the changed cells of each table with news.

        Args:
            widgets: What all widgets hold, by their keys.
        """
        for table, offered in self.offers.items():
            state = widgets.get(offered.key, {})
            if not isinstance(state, Mapping):
                self.redraw(table)  # forged: Streamlit could not draw a table from it
                continue
            cells, heard = {}, []
            for place, raw in _edited(state):
                try:
                    address, shown = _at(offered, place)
                    value = entry(float(raw) if table == MASK and isinstance(raw, bool) else raw)
                except (ValueError, TypeError, OverflowError, IndexError):
                    with suppress(IndexError):
                        self.refused.append(_at(offered, place)[0])
                    self.redraw(table)
                    continue
                if np.float32(value) != np.float32(shown):
                    cells[address] = value
                    heard.append((place, value))
            if cells:
                yield offered.shelf, cells
            for (row, column), value in heard:
                offered.values[row][column] = value

    def drawn(self) -> None:
        """Read no more tables than the page has that was drawn to its end."""
        self.offers, self.drawing, self.refused = self.drawing, {}, []

    def redraw(self, table: str | None = None) -> None:
        """Let a table, or all of them, be drawn anew from what holds now."""
        for name in [table] if table else list(self.versions):
            self.versions[name] = self.versions.get(name, 0) + 1


def _edited(state: Mapping[str, object]) -> Iterator[tuple[tuple[int, int], Any]]:
    """Give ((row, column), content) of each cell typed into since the table was drawn anew."""
    rows = state.get("edited_rows")
    for row, cells in rows.items() if isinstance(rows, Mapping) else ():
        for column, content in cells.items() if isinstance(cells, Mapping) else [("", None)]:
            known = all(_PLACE.fullmatch(str(place)) for place in (row, column))
            yield (int(row), int(column)) if known else (-1, -1), content


def _at(offered: Offer, place: tuple[int, int]) -> tuple[Address, float]:
    """Give a cell's address and what it showed; an IndexError if there is no such cell."""
    row, column = place
    if min(place) < 0:
        raise IndexError
    return offered.addresses[row][column], offered.values[row][column]
