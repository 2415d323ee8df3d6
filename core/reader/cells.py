"""Cells of tables that a reader changed: their addresses, as short text and back.

Edits lie on *shelves*: one for each source of numbers, one for the hand-drawn mask, one for the
buffet. An edit of a word's vector is addressed by the word, not by its position, so that it stays
with the word and comes back with it.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from typing import NamedTuple

from core.ideas.buffet import DISHES, NUTRIENTS
from core.layer import EDITABLE, MATRICES, Edit
from core.reader.explore import Choice
from core.reader.fields import entry, one_of, sequence, text_within, whole_within
from core.reader.model import ModelChoice
from core.reader.records import FIELDS
from core.reader.training import shelf_settings
from core.tokens import LONGEST_POINTS, clean, occurrences

MASK = "mask"
"""The shelf of the hand-drawn mask: its numbers are 0 (may not look) and 1."""

BUFFET = "buffet"
"""The shelf of labels and food."""

BUFFET_TABLES = ("buffet_keys", "buffet_values")

MOST_EDITS = 5_000
"""Cells of a shelf."""

MOST_KEPT = 4 * MOST_EDITS
"""Cells of all shelves with their earlier states, and one more for each state."""

_MOST_BYTES = 1_000_000  # that a packed text may take unpacked

_index = whole_within(0, MOST_EDITS)
_longer = text_within(LONGEST_POINTS + 1)


class Address(NamedTuple):
    """A cell, in terms that survive other changes.

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


Cells = Mapping[Address, float]
"""The changed cells of a shelf, with their numbers."""

Shelves = Mapping[str, Cells]
"""The changed cells of all shelves; the shelf that was changed last is the last one."""


def shelf(choice: Choice) -> str:
    """Name the shelf of the choice's own source of numbers."""
    return f"seeded {choice.seed}" if choice.source == "seeded" else "handset"


def head_shelf(choice: Choice, model: ModelChoice) -> str:
    """Name the shelf of a model's heads on the choice's sentence: each sentence has a basis."""
    named = model.model_name, model.model_layer, model.model_head, clean(choice.sentence)
    return f"basis {blake2b(repr(named).encode(), digest_size=8).hexdigest()}"


def without_words(shelves: Shelves) -> Shelves:
    """Leave out the edits that name words of a sentence, for readers who keep theirs private."""
    return {
        name: {at: value for at, value in cells.items() if at.table not in ("x", MASK)}
        for name, cells in shelves.items()
    }


def matrix_edits(cells: Cells, tokens: tuple[str, ...]) -> tuple[Edit, ...]:
    """Find the cells of a source's shelf in the matrices of this sentence."""
    rows = {name: row for row, name in enumerate(occurrences(tokens))}
    edits = []
    for at, value in cells.items():
        if at.table != "x":
            edits.append(Edit(at.table, (int(at.row_of), at.row, at.column), value))
        elif (at.row_of, at.row) in rows:
            edits.append(Edit("x", (0, rows[at.row_of, at.row], at.column), value))
    return tuple(edits)


def blocked_pairs(cells: Cells, tokens: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """List the (query, key) pairs that the hand-drawn mask forbids in this sentence."""
    rows = {name: row for row, name in enumerate(occurrences(tokens))}
    pairs = [
        (rows.get((at.row_of, at.row)), rows.get((at.column_of, at.column)))
        for at, may_look in cells.items()
        if not may_look
    ]
    return tuple(sorted((q, k) for q, k in pairs if q is not None and k is not None))


def pack(shelves: Shelves) -> str:
    """Write the cells as a short text of letters, digits, ``-`` and ``_``; empty for none."""
    plain = rows(shelves)
    if not plain:
        return ""
    written = json.dumps(plain, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(written)).decode().rstrip("=")


def unpack(text: str) -> object:
    """Read the rows that :func:`pack` wrote, not yet looked at; none for an empty text.

    Raises:
        ValueError: If nothing was packed so, or it takes more than a megabyte.
    """
    if not text:
        return []
    try:
        binary = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        inflater = zlib.decompressobj()
        plain = inflater.decompress(binary, _MOST_BYTES)
        if inflater.unconsumed_tail or not inflater.eof:
            raise ValueError("the text does not end where it should")
        return json.loads(plain)
    except (binascii.Error, zlib.error, TypeError, OverflowError, RecursionError) as problem:
        raise ValueError("nothing was packed so") from problem


def rows(shelves: Shelves) -> list[list[object]]:
    """Write one row a cell: shelf, address, number."""
    return [
        [name, *at, value]
        for name, cells in sorted(shelves.items())
        for at, value in sorted(cells.items())
    ]


def from_rows(raw: object) -> tuple[dict[str, dict[Address, float]], bool]:
    """Read the cells in rows as :func:`rows` gives them, and tell whether all could be used.

    Raises:
        ValueError: If they are more than ``MOST_EDITS`` on a shelf, or than ``MOST_KEPT`` in all.
        TypeError: If this is nothing like a list.
    """
    shelves: dict[str, dict[Address, float]] = {}
    n_used = 0
    for row in sequence(raw):
        with suppress(ValueError, TypeError, OverflowError):
            name, at, value = _cell(row)
            shelves.setdefault(name, {})[at] = value
            n_used += 1
    sizes = [len(cells) for cells in shelves.values()]
    if max(sizes, default=0) > MOST_EDITS or sum(sizes) > MOST_KEPT:
        raise ValueError(f"more than {MOST_EDITS} edits on a shelf, or than {MOST_KEPT} in all")
    return shelves, n_used == len(sequence(raw))


def _cell(row: object) -> tuple[str, Address, float]:
    """Read shelf, address and number of a row."""
    name, table, row_of, at, column_of, column, value = sequence(row)
    tables = _tables(_word(name))
    address = Address(
        one_of(tables)(table), _word(row_of), _index(at), _word(column_of), _index(column)
    )
    _check_place(address)
    return _word(name), address, entry(value)


def _word(raw: object) -> str:
    """Take a word, or a shelf's name: cut off, it would be another one."""
    word = _longer(raw)
    if len(word) > LONGEST_POINTS:
        raise ValueError
    return word


def _tables(name: str) -> tuple[str, ...]:
    """List the tables that have their edits on a shelf."""
    match name.split(" "):
        case ["mask"]:
            return (MASK,)
        case ["buffet"]:
            return BUFFET_TABLES
        case ["handset"] | ["basis", _]:
            return MATRICES
        case ["seeded", seed]:
            FIELDS["seed"].read(seed)
            return MATRICES
        case ["trained", *settings]:
            for field, word in shelf_settings(settings).items():
                FIELDS[field].read(word)
            return EDITABLE
    raise ValueError("there is no such shelf")


def _check_place(at: Address) -> None:
    if at.table in BUFFET_TABLES and (at.row >= len(DISHES) or at.column >= len(NUTRIENTS)):
        raise ValueError("the buffet has no such cell")
    if at.table in EDITABLE and at.table != "x":
        FIELDS["head"].read(at.row_of)
        if not at.row_of.isdecimal():
            raise ValueError("a head has a number")
