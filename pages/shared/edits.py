"""What the reader changed in tables: collected, undone, reset, kept apart for each source.

A table is drawn again under a new key whenever what it shows was changed from elsewhere; otherwise
Streamlit would put old edits on new numbers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import streamlit as st

from core.choice import Choice, read_entry
from core.layer import MATRICES, Edit
from core.tokens import follow

MOST_STEPS = 50
"""Steps that can be undone."""

_VERSION = "table_version"
_CONTEXT = "table_context"
_SHELF = "shelved_edits"
_HISTORY = "edit_history"
_BAD_CELLS = "bad_cells"


class BadCell(NamedTuple):
    """A cell whose new content is not a usable number; its last number is kept."""

    matrix: str
    row: int
    column: int


def key(table: str) -> str:
    """The key of an editable table, for as long as it shows the same thing."""
    return f"table.{table}.{st.session_state.get(_VERSION, 0)}"


def collect(choice: Choice, tokens: tuple[str, ...]) -> Choice:
    """The choice with what was typed into the tables since the last run."""
    context = (_source(choice), _sizes(choice), choice.head, tokens)
    before = st.session_state.get(_CONTEXT)
    st.session_state[_CONTEXT] = context
    st.session_state[_BAD_CELLS] = []
    if before != context:
        _redraw()
        return _unshelved(choice, before, tokens)
    return _with_mask(_with_numbers(choice), len(tokens))


def bad_cells() -> list[BadCell]:
    """Cells whose new content could not be used in this run."""
    return st.session_state.get(_BAD_CELLS, [])


def can_undo() -> bool:
    """Whether there is a step to take back."""
    return bool(st.session_state.get(_HISTORY))


def undo() -> None:
    """Take the last change of a number back."""
    _show(st.session_state[_HISTORY].pop())


def reset() -> None:
    """Give every number back to its source; this can be undone."""
    _push(st.session_state["edits"])
    _show(())


def following_words(edits: tuple[Edit, ...], place: Mapping[int, int]) -> tuple[Edit, ...]:
    """Edits of words' vectors moved to where the words stand now; those of gone words left out."""
    moved = []
    for edit in edits:
        head, row, column = edit.at
        if edit.matrix != "x":
            moved.append(edit)
        elif row in place:
            moved.append(edit._replace(at=(head, place[row], column)))
    return tuple(moved)


def _with_numbers(choice: Choice) -> Choice:
    edits = {(edit.matrix, edit.at): edit for edit in choice.edits}
    for matrix in MATRICES:
        for row, column, raw in _typed(matrix):
            try:
                edit = Edit(matrix, _index(choice, matrix, row, column), read_entry(raw))
                edits[matrix, edit.at] = edit
            except (ValueError, TypeError, OverflowError):
                st.session_state[_BAD_CELLS].append(BadCell(matrix, row, column))
    if st.session_state[_BAD_CELLS]:
        _redraw()
    collected = tuple(edits.values())
    if collected != choice.edits:
        _push(choice.edits)
    return replace(choice, edits=collected)


def _with_mask(choice: Choice, n_tokens: int) -> Choice:
    blocked = set(choice.blocked)
    for row, column, may_look in _typed("mask"):
        if 0 <= row < n_tokens and 0 <= column < n_tokens:
            (blocked.discard if may_look else blocked.add)((row, column))
    return replace(choice, blocked=tuple(sorted(blocked)))


def _typed(table: str) -> Iterator[tuple[int, int, Any]]:
    """(row, column, content) of every cell that was typed into since the table was drawn anew."""
    state = st.session_state.get(key(table), {})
    for row, cells in state.get("edited_rows", {}).items():
        for column, content in cells.items():
            if str(column).isdecimal():
                yield int(row), int(column), content


def _index(choice: Choice, matrix: str, row: int, column: int) -> tuple[int, int, int]:
    match matrix:
        case "x":
            return 0, row, column
        case "w_o":  # its table has all heads, one below the other
            return row // choice.d_v, row % choice.d_v, column
        case _:
            return choice.head, row, column


def _unshelved(choice: Choice, before: tuple[Any, ...] | None, tokens: tuple[str, ...]) -> Choice:
    """With another source, its own edits."""
    if before is None or before[0] == _source(choice):
        return choice
    shelf = st.session_state.setdefault(_SHELF, {})
    shelf[before[0]] = tokens, choice.edits
    st.session_state[_HISTORY] = []
    old_tokens, edits = shelf.get(_source(choice), (tokens, ()))
    return replace(choice, edits=following_words(edits, follow(old_tokens, tokens)))


def _source(choice: Choice) -> str:
    return f"seeded {choice.seed}" if choice.source == "seeded" else choice.source


def _sizes(choice: Choice) -> tuple[int, ...]:
    return choice.d_model, choice.d_k, choice.d_v, choice.n_heads


def _push(edits: tuple[Edit, ...]) -> None:
    history = st.session_state.setdefault(_HISTORY, [])
    history.append(edits)
    del history[:-MOST_STEPS]


def _show(edits: tuple[Edit, ...]) -> None:
    st.session_state["edits"] = edits
    _redraw()


def _redraw() -> None:
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1
