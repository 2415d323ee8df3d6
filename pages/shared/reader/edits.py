"""What the reader changed in tables: collected, undone, reset.

Edits lie on *shelves*: one for each source of numbers, one for the hand-drawn mask. An edit of a
word's vector is addressed by the word, not by its position, so that it stays with the word and
comes back with it.

A table is drawn under a new key whenever it shows something else than before; otherwise Streamlit
would put old edits on new numbers.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from core.arrays import Array, BoolArray
from core.choices import explore, lesson
from core.choices.edited import BUFFET, MASK, Address, Shelves
from core.choices.explore import MOST_EDITS, Choice
from core.choices.history import MOST_KEPT, MOST_STEPS, Histories
from core.choices.reading import entry, read
from core.choices.training import READERS, TrainingChoice
from core.layer import Edit
from core.tokens import occurrences
from pages.shared.reader.book import Offer, book

State = dict[Address, float]
"""The edits of a shelf."""

_PLACE = re.compile("[0-9]{1,9}")


def shelf(choice: Choice) -> str:
    """Where the edits of the choice's source lie."""
    return f"seeded {choice.seed}" if choice.source == "seeded" else "handset"


def offer(table: str, on: str, addresses: list[list[Address]], values: Array | BoolArray) -> str:
    """Note that a table is drawn, so that :func:`collect` can read it in the next run.

    Args:
        table: The table's name.
        on: The shelf of its edits.
        addresses: One a cell.
        values: ``(row, column)``, what the cells show.

    Returns:
        The key to draw it under.
    """
    notes = book()
    context = on, addresses
    if notes["contexts"].get(table) != context:
        notes["contexts"][table] = context
        redraw(table)
    key = f"table.{table}.{notes['versions'][table]}"
    shown = np.asarray(values, dtype=float).tolist()
    notes["offers"][table] = Offer(
        key=key, shelf=on, addresses=addresses, values=shown, run=notes["runs"]
    )
    return key


def collect() -> None:
    """Take what was typed into the tables since they were drawn; to be called first in a run.

    Tables are read until a page has been drawn to its end, whichever it is: a run that is broken
    off loses nothing, and what was heard already is no news.
    """
    notes = book()
    notes["refused"] = []
    for table, offered in notes["offers"].items():
        changes = {}
        if not isinstance(st.session_state.get(offered["key"], {}), Mapping):
            redraw(table)  # forged: Streamlit could not draw a table from it
        for cell, raw in _typed(offered):
            try:
                address, shown = _at(offered, cell)
                value = entry(float(raw) if table == MASK and isinstance(raw, bool) else raw)
            except (ValueError, TypeError, OverflowError, IndexError):
                _refuse(table, offered, cell)
                continue
            if np.float32(value) != np.float32(shown):
                changes[address] = value
                offered["values"][cell[0]][cell[1]] = value
        if changes:
            _put(offered["shelf"], notes["edits"].get(offered["shelf"], {}) | changes)


def forget_undrawn() -> None:
    """Read no more tables than the page has; to be called when it has been drawn."""
    notes = book()
    drawn = {name: it for name, it in notes["offers"].items() if it["run"] == notes["runs"]}
    notes["offers"] = drawn


def receive(*, of_buffet: bool = False) -> None:
    """Take what a link brings; to be called before the edits are asked for.

    Args:
        of_buffet: Whether the page shows the buffet's tables; the others show the layer's.
    """
    notes = book()
    if of_buffet:
        notes["shelves"].append(BUFFET)
    if notes["arrival"]:
        found = notes["arrival"].shelves
        choice, _ = read(Choice, explore.READERS, notes["arrival"].fields)
        training, _ = read(TrainingChoice, READERS, notes["arrival"].fields)
        own = lesson.shelf(training) if choice.source == "trained" else shelf(choice)
        shown = {BUFFET} if of_buffet else {MASK, own, *(found.keys() - {BUFFET})}
        put({on: found.get(on, {}) for on in shown})
        redraw()


def matrix_edits(on: str, tokens: tuple[str, ...]) -> tuple[Edit, ...]:
    """The edits of a source's shelf, for the words of this sentence."""
    rows = {name: row for row, name in enumerate(occurrences(tokens))}
    found = []
    book()["shelves"].append(on)
    for at, value in book()["edits"].get(on, {}).items():
        if at.table != "x":
            found.append(Edit(at.table, (int(at.row_of), at.row, at.column), value))
        elif (at.row_of, at.row) in rows:
            found.append(Edit("x", (0, rows[at.row_of, at.row], at.column), value))
    return tuple(found)


def blocked_pairs(tokens: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """The (query, key) pairs that the hand-drawn mask forbids in this sentence."""
    rows = {name: row for row, name in enumerate(occurrences(tokens))}
    book()["shelves"].append(MASK)
    drawn = book()["edits"].get(MASK, {})
    pairs = (
        (rows.get((it.row_of, it.row)), rows.get((it.column_of, it.column)))
        for it, may_look in drawn.items()
        if not may_look
    )
    return tuple(sorted((q, k) for q, k in pairs if q is not None and k is not None))


def refused() -> list[Address]:
    """The cells whose new content could not be used in this run."""
    return book()["refused"]


def can_undo(on: str) -> bool:
    """Whether there is a step to take back."""
    return bool(book()["history"].get(on))


def undo(on: str) -> None:
    """Take the last change on a shelf back; a second click may come when there is none left."""
    if not can_undo(on):
        return
    book()["edits"][on] = book()["history"][on].pop()
    redraw()


def reset(on: str, matrix: str | None = None) -> None:
    """Give a matrix, or all of them, back to the source; this can be undone."""
    edits = book()["edits"].get(on, {})
    kept = {
        address: value for address, value in edits.items() if matrix not in (None, address.table)
    }
    _put(on, kept)
    redraw()


def replace_all(found: Shelves) -> None:
    """Let these be the edits of all pages; each shelf can be undone."""
    put({on: found.get(on, {}) for on in book()["edits"].keys() | found.keys()})


def put(found: Shelves) -> None:
    """Let these be the edits on their shelves; others stay. Each shelf can be undone."""
    for on, edits in found.items():
        _put(on, dict(edits))


def histories() -> dict[str, list[dict[Address, float]]]:
    """All shelves that were ever changed, the latest last: their states, the present one last."""
    notes = book()
    return {on: [*notes["history"].get(on, []), it] for on, it in notes["edits"].items()}


def resume(kept: Histories, *, partly: bool) -> None:
    """Go on from what the tab kept, where it fits what the session shows.

    Edits that the session began with, from a link or without any, stay what they are: if they are
    the last ones that the tab kept, what was before them can be undone. Shelves that the session
    did not begin with come back as a whole.

    Args:
        kept: What the tab kept.
        partly: Whether the session began with a part of the last edits, as much as the address
            held of them.
    """
    notes = book()
    begun, now = notes["begun"].edits if notes["begun"] else {}, histories()
    for on, states in kept.items():
        own = now.get(on, [{}])
        if on in begun:
            found = _joined([dict(it) for it in states], begun[on], own, partly=partly)
        else:
            found = [] if on in now else [dict(it) for it in states]
        if found and len(found[-1]) <= MOST_EDITS:
            notes["edits"][on] = found[-1]
            notes["history"][on] = found[:-1][-MOST_STEPS:]
            _forget_oldest(on)
    redraw()


def _joined(states: list[State], begun: State, own: list[State], *, partly: bool) -> list[State]:
    """What a tab kept of a shelf, and what was done since; nothing if they do not fit.

    Args:
        states: What the tab kept.
        begun: What the session began with.
        own: All states since, that one among them if the reader has not gone back beyond it.
        partly: As in :func:`resume`.
    """
    if not states or (begun != states[-1] and not partly):
        return []
    if begun in own:
        since = own[own.index(begun) :]
        return states[:-1] + [_as_changed(states[-1], begun, it) for it in since]
    return states[:-1]  # the reader has gone back meanwhile


def redraw(table: str | None = None) -> None:
    """Let a table, or all of them, be drawn anew from what holds now."""
    versions = book()["versions"]
    for name in [table] if table else list(versions):
        versions[name] = versions.get(name, 0) + 1


def _put(on: str, edits: dict[Address, float]) -> None:
    notes = book()
    before = notes["edits"].get(on, {})
    if edits == before or len(edits) > MOST_EDITS:
        return
    notes["history"].setdefault(on, []).append(before)
    del notes["history"][on][:-MOST_STEPS]
    notes["edits"].pop(on, None)
    notes["edits"][on] = edits  # the last one is the latest
    _forget_oldest(on)


def _as_changed(whole: State, part: State, now: State) -> State:
    """Edits of which only a part was there, changed as that part has been."""
    changed = {it: value for it, value in now.items() if part.get(it) != value}
    return {it: value for it, value in {**whole, **changed}.items() if it in now or it not in part}


def _forget_oldest(latest: str) -> None:
    """Keep within ``MOST_KEPT``: earlier states go first, then what holds on the oldest shelves."""
    edits, history = book()["edits"], book()["history"]
    while _size(edits.values()) + sum(map(_size, history.values())) > MOST_KEPT:
        changed = next((on for on in edits if history.get(on)), None)
        if changed is None:
            del edits[next(on for on in edits if on != latest)]
        else:
            history[changed].pop(0)


def _size(states: Collection[Mapping[Address, float]]) -> int:
    """Cells, and one more for each state: empty ones are not for nothing."""
    return len(states) + sum(map(len, states))


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
