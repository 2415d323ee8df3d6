"""Cells that a reader changed, wherever they lie: their addresses, as short text and back."""

from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from core.choices import packed, reading
from core.choices.explore import LIMITS, MOST_EDITS
from core.choices.lesson import check_shelf
from core.choices.reading import entry, one_of, sequence, whole
from core.ideas.buffet import DISHES, NUTRIENTS
from core.layer import EDITABLE, MATRICES
from core.tokens import LONGEST_POINTS

MASK = "mask"
"""The shelf of the hand-drawn mask: its numbers are 0 (may not look) and 1."""

BUFFET = "buffet"
"""The shelf of labels and food."""

MOST_KEPT = 4 * MOST_EDITS
"""Cells of all states of all shelves, and one more for each state: links may name ever new ones."""

BUFFET_TABLES = ("buffet_keys", "buffet_values")


class Address(NamedTuple):
    """Where an edit belongs, in terms that survive other changes.

    Attributes:
        table: A matrix of `core.layer.Parameters`, the hand-drawn mask, or a table of the buffet.
        row_of: The row's word, or the head's number.
        row: Which of the equal words, or which row of the head's matrix.
        column_of: The column's word, in a mask.
        column: Which of the equal words, or which column.
    """

    table: str
    row_of: str
    row: int
    column_of: str
    column: int


Shelves = Mapping[str, Mapping[Address, float]]
"""Shelf (a source, the mask, the buffet) to the cells that the reader changed."""


def without_words(found: Shelves) -> Shelves:
    """The edits that name no word of a sentence: nobody can read from them what was written."""
    return {
        shelf: {it: value for it, value in cells.items() if it.table not in ("x", MASK)}
        for shelf, cells in found.items()
    }


def pack(shelves: Shelves) -> str:
    """The edited cells as a short text of letters, digits, ``-`` and ``_``; empty for none."""
    return packed.pack(rows(shelves))


def unpack(text: str) -> dict[str, dict[Address, float]]:
    """The cells that :func:`pack` wrote.

    Raises:
        ValueError: If it did not write them, or they are too many.
    """
    return shelves(packed.unpack(text))


def rows(found: Shelves) -> list[list[object]]:
    """One row a cell: shelf, address, number."""
    return [
        [shelf, *address, value]
        for shelf, cells in sorted(found.items())
        for address, value in sorted(cells.items())
    ]


def shelves(found: object) -> dict[str, dict[Address, float]]:
    """The cells in rows as :func:`rows` gives them.

    Raises:
        ValueError: If a row is no edit of ours, or they are more than ``MOST_EDITS`` on a shelf,
            or than ``MOST_KEPT`` in all.
        TypeError: If something is nothing like a list.
        OverflowError: If a number is beyond all measure.
    """
    by_shelf: dict[str, dict[Address, float]] = {}
    for row in sequence(found):
        shelf, address, value = cell(row)
        by_shelf.setdefault(shelf, {})[address] = value
    sizes = [len(cells) for cells in by_shelf.values()]
    if max(sizes, default=0) > MOST_EDITS or sum(sizes) > MOST_KEPT:
        raise ValueError(f"more than {MOST_EDITS} edits on a shelf, or than {MOST_KEPT} in all")
    return by_shelf


def usable(found: object) -> tuple[dict[str, dict[Address, float]], bool]:
    """The same, without the rows that are no edits of ours; and whether there were none such.

    Raises:
        ValueError, TypeError: As :func:`shelves` if it is not about single rows.
    """
    kept = []
    for row in sequence(found):
        with suppress(ValueError, TypeError, OverflowError):
            cell(row)
            kept.append(row)
    return shelves(kept), len(kept) == len(sequence(found))


def cell(row: object) -> tuple[str, Address, float]:
    """Shelf, address and number of a row.

    Raises:
        ValueError, TypeError, OverflowError: If it is no edit of ours.
    """
    shelf, table, row_of, at, column_of, column, value = sequence(row)
    tables = _tables(_word(shelf))
    address = Address(
        one_of(tables)(table), _word(row_of), _index(at), _word(column_of), _index(column)
    )
    _check_place(address)
    return _word(shelf), address, entry(value)


def known_shelf(raw: object) -> str:
    """A shelf's name.

    Raises:
        ValueError, TypeError, OverflowError: If there is no such shelf.
    """
    name = _word(raw)
    _tables(name)
    return name


_longer = reading.text(LONGEST_POINTS + 1)


def _word(raw: object) -> str:
    """A word, or a shelf's name: cut off, it would be another one."""
    found = _longer(raw)
    if len(found) > LONGEST_POINTS:
        raise ValueError
    return found


_index = whole(0, MOST_EDITS)
_seed = whole(*LIMITS["seed"])


def _tables(shelf: str) -> tuple[str, ...]:
    match shelf.split(" "):
        case ["mask"]:
            return (MASK,)
        case ["buffet"]:
            return BUFFET_TABLES
        case ["handset"]:
            return MATRICES
        case ["seeded", seed]:
            _seed(seed)
            return MATRICES
        case ["trained", *settings]:
            check_shelf(settings)
            return EDITABLE
    raise ValueError("there is no such shelf")


def _check_place(address: Address) -> None:
    if address.table in BUFFET_TABLES and (
        address.row >= len(DISHES) or address.column >= len(NUTRIENTS)
    ):
        raise ValueError("the buffet has no such cell")
    if address.table in EDITABLE and address.table != "x":
        whole(*LIMITS["head"])(address.row_of)
        if not address.row_of.isdecimal():
            raise ValueError("a head has a number")
