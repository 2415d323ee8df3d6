"""What the editor in the browser sends: read without trust, a step for each change of a reader.

The browser numbers its edits and sends all of them until it is told which was taken last. It
decides nothing: texts come as they were typed or pasted.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple, TypeGuard

from core.errors import InputError
from core.numbers import parse_block, parse_number
from core.reader.fields import LARGEST_ENTRY

Shape = tuple[int, int]

_FLAGS = {"true": 1.0, "false": 0.0}


class Offered(NamedTuple):
    """A matrix that may be typed into.

    Attributes:
        key: The editor's, in the session.
        table: The matrix's name.
        session: Tells a session of the server from the one before.
        taken: The number of the last edit that was heard.
        refused: (row, column) of cells whose last text could not be used.
        changed: (row, column) of cells that the reader has changed.
    """

    key: str
    table: str
    session: int = 0
    taken: int = 0
    refused: Collection[tuple[int, int]] = ()
    changed: Collection[tuple[int, int]] = ()


class Typed(NamedTuple):
    """A text for a cell, or for the cells from this one on.

    Attributes:
        number: Counts the edits of a table; texts of one edit have the same.
        row, column: From 0.
        text: As it was typed or pasted.
        block: Whether it was pasted, and may hold several numbers.
        html: The same as HTML, if the clipboard had any.
    """

    number: int
    row: int
    column: int
    text: str
    block: bool = False
    html: str | None = None


class Step(NamedTuple):
    """One change as the reader made it: numbers of cells, or why nothing changes.

    Attributes:
        number: Of the edit.
        values: (row, column) to number; empty if the change was refused.
        refused: The cell whose text could not be used, if any.
        reason: Why, if so.
    """

    number: int
    values: Mapping[tuple[int, int], float]
    refused: tuple[int, int] | None = None
    reason: InputError | None = None


def texts_typed(state: object, taken: int = 0) -> list[Typed]:
    """The texts that an editor's state holds, without the edits up to the one taken last.

    Args:
        state: What the session holds for the editor's key; anything that is no edit is left out.
        taken: The number of the last edit that was heard.
    """
    edits = state.get("edits") if isinstance(state, Mapping) else None
    known = [it for it in edits if isinstance(it, Mapping)] if isinstance(edits, list) else []
    found = (it for edit in known for it in _texts(edit) if it.number > taken)
    return sorted(found, key=lambda it: it.number)


def steps(state: object, shape: Shape, taken: int = 0, *, flags: bool = False) -> Iterator[Step]:
    """The changes that an editor's state asks for, the first one first.

    Args:
        state: As in :func:`texts_typed`.
        shape: Rows and columns of the matrix; texts for other cells are left out.
        taken: As in :func:`texts_typed`.
        flags: Whether the matrix holds nothing but 1 and 0.
    """
    by_number: dict[int, list[Typed]] = {}
    for it in texts_typed(state, taken):
        if it.row < shape[0] and it.column < shape[1]:
            by_number.setdefault(it.number, []).append(it)
    for number, texts in by_number.items():
        yield _step(number, texts, shape, flags=flags)


def _step(number: int, texts: list[Typed], shape: Shape, *, flags: bool) -> Step:
    values: dict[tuple[int, int], float] = {}
    for it in texts:
        try:
            values |= _values(it, shape, flags=flags)
        except InputError as reason:
            return Step(number, {}, (it.row, it.column), reason)
    return Step(number, values)


def _values(it: Typed, shape: Shape, *, flags: bool) -> dict[tuple[int, int], float]:
    if not it.block:
        return {(it.row, it.column): _value(it.text, flags=flags)}
    rows = parse_block(it.text, it.html, largest=LARGEST_ENTRY)
    if not rows:
        raise InputError("number_missing")
    below, beside = shape[0] - it.row, shape[1] - it.column
    if len(rows) > below or len(rows[0]) > beside:
        raise InputError(
            "block_too_large",
            rows=len(rows),
            columns=len(rows[0]),
            rows_left=below,
            columns_left=beside,
        )
    return {
        (it.row + i, it.column + j): _value(cell, flags=flags)
        for i, row in enumerate(rows)
        for j, cell in enumerate(row)
    }


def _value(cell: float | str, *, flags: bool) -> float:
    if flags and isinstance(cell, str) and cell.strip().lower() in _FLAGS:
        return _FLAGS[cell.strip().lower()]
    value = parse_number(cell, LARGEST_ENTRY) if isinstance(cell, str) else cell
    if flags and value not in (0, 1):
        raise InputError("flag_unreadable", text=f"{cell:g}" if isinstance(cell, float) else cell)
    return value


def _texts(edit: Mapping[object, object]) -> Iterator[Typed]:
    number, cells = edit.get("number"), edit.get("cells")
    if not _is_count(number):
        return
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, list) and len(cell) == 3:
            row, column, text = cell
            if _is_count(row) and _is_count(column) and isinstance(text, str):
                yield Typed(number, row, column, text)
    row, column, text, html = (edit.get(name) for name in ("row", "column", "block", "html"))
    if _is_count(row) and _is_count(column) and isinstance(text, str):
        html = html if isinstance(html, str) else None
        yield Typed(number, row, column, text, block=True, html=html)


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
