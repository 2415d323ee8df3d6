"""Tables to type into: what was drawn, so that the next run understands what was typed.

A table that shows something else than before is drawn under a new key: what was typed before
belongs to the old numbers.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from core.arrays import Array, BoolArray
from core.errors import InputError
from core.reader.cells import MASK, Address, Cells
from pages.shared.editor.sent import Offered, Step, steps


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


class Refusal(NamedTuple):
    """A cell whose new text could not be used.

    Attributes:
        table: Its table's name.
        row, column: From 0.
        reason: Why.
    """

    table: str
    row: int
    column: int
    reason: InputError


@dataclass
class Tables:
    """The tables of a tab that can be typed into.

    Attributes:
        offers: Tables by their names: all since a page was last drawn to its end.
        drawing: The same, of the run under way.
        versions: How often a table showed something else than before.
        contexts: What a table last showed.
        opened: When the session began, in milliseconds.
        taken: Table to the number of the last edit that was heard from it; numbers begin after
            ``opened``, so that those of earlier sessions are over.
        refused: What could not be used of what was typed, until a page has said so.
    """

    offers: dict[str, Offer] = field(default_factory=dict)
    drawing: dict[str, Offer] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    contexts: dict[str, object] = field(default_factory=dict)
    opened: int = field(default_factory=lambda: int(time.time() * 1000))
    taken: dict[str, int] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)

    def offer(
        self, table: str, on: str, addresses: list[list[Address]], values: Array | BoolArray
    ) -> Offered:
        """Note that a table is drawn, and give what it is to be drawn with.

        Args:
            table: The table's name.
            on: The shelf of its edits.
            addresses: One a cell.
            values: ``(row, column)``, what the cells show.
        """
        context = on, addresses
        if self.contexts.get(table) != context:
            self.contexts[table] = context
            self.versions[table] = self.versions.get(table, 0) + 1
        key = f"table.{table}.{self.versions[table]}"
        shown = np.asarray(values, dtype=float).tolist()
        self.offers[table] = self.drawing[table] = Offer(key, on, addresses, shown)
        places = [(it.row, it.column) for it in self.refused if it.table == table]
        return Offered(key, table, self.opened, self.taken.get(table, self.opened), places)

    def typed(self, widgets: Mapping[Any, object]) -> Iterator[tuple[str, Cells]]:
        """Give the shelf and the changed cells of each change that was not heard yet.

        Args:
            widgets: What all widgets hold, by their keys.
        """
        for table, offered in self.offers.items():
            shape = len(offered.addresses), len(offered.addresses[0])
            taken = self.taken.get(table, self.opened)
            for step in steps(widgets.get(offered.key), shape, taken, flags=table == MASK):
                if step.refused and step.reason:
                    self.refused.append(Refusal(table, *step.refused, step.reason))
                if cells := _news(offered, step):
                    yield offered.shelf, cells
                for (row, column), value in step.values.items():
                    offered.values[row][column] = value
                self.taken[table] = step.number

    def drawn(self) -> None:
        """Read no more tables than the page has that was drawn to its end."""
        self.offers, self.drawing, self.refused = self.drawing, {}, []

    def redraw(self) -> None:
        """Hear no more of what was typed into tables by now."""
        self.contexts = {}


def _news(offered: Offer, step: Step) -> dict[Address, float]:
    """The cells that are changed by more than float32 can hold."""
    return {
        offered.addresses[row][column]: value
        for (row, column), value in step.values.items()
        if np.float32(value) != np.float32(offered.values[row][column])
    }
