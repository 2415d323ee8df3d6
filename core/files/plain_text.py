"""Matrices written as text: CSV and what spreadsheets and ``np.savetxt`` write, and JSON."""

import json
import re
from collections.abc import Iterator

import numpy as np

from core.errors import InputError
from core.files.limits import Limits
from core.files.npz import BARE, MOST_MEMBERS
from core.files.tensors import Entry, Tensors, named
from core.numbers import parse_block

LARGEST = 4 * 2**20
"""Bytes of a text: each number of it takes some thirty bytes while it is read."""

_SEPARATORS = ("\t", ";", ",")
_PLAIN = re.compile(r"[-+\d.eE,;\t ]*", re.ASCII)
_DEEPEST = 6  # axes of a tensor
Cell = float | str
Block = tuple[list[str], list[str], list[list[float]]]


def as_text(content: bytes) -> str | None:
    """The file as text; ``None`` if it is none."""
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        found = content.decode(coding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in found else found


def is_json(text: str) -> bool:
    """Whether a text begins as JSON does."""
    return text.lstrip()[:1] in ("[", "{")


def read_json(text: str, limits: Limits) -> Tensors:
    """Nested lists of numbers: one, or several in an object by their names.

    Raises:
        InputError: ``file_text_too_large``, ``file_too_many_tensors``; ``file_ragged`` if lists
            are not equally long; ``file_damaged``.
    """
    _check_size(text)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise InputError("file_damaged") from problem
    arrays, notes = {}, {}
    for name, found in _named_lists(whole, ""):
        if len(arrays) >= MOST_MEMBERS:
            raise InputError("file_too_many_tensors", count=len(arrays) + 1, limit=MOST_MEMBERS)
        if _is_texts(found):
            notes[name] = json.dumps(found)
        else:
            arrays[name] = _array(found, name)
    return made(arrays, notes, limits)


def read_csv(text: str, limits: Limits) -> Tensors:
    """One matrix, with or without names of columns and rows, which are its tokens.

    Cells are parted by tabs, else by semicolons, else by commas, else by spaces; what they mean is
    what the same text means when it is typed.

    Raises:
        InputError: ``file_text_too_large``; ``file_not_tensors`` if it is no matrix; ``file_cell``
            if a cell is no number; and as `core.numbers.parse_block`.
    """
    _check_size(text)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    separator = next((it for it in _SEPARATORS if lines and it in lines[0]), None)
    if not lines:
        raise InputError("file_not_tensors")
    plain = _plain_rows(lines, separator)
    rows = plain or parse_block("\n".join(lines), separator=separator)
    if len(rows[0]) < 2 or not _mostly_numbers(rows[-1]):
        raise InputError("file_not_tensors")
    keys, queries, cells = _block(rows)
    found = {"key_tokens": keys, "query_tokens": queries}
    notes = {name: json.dumps(tokens) for name, tokens in found.items() if tokens}
    return made({BARE: _array(cells, BARE)}, notes, limits)


def made(arrays: dict[str, np.ndarray], notes: dict[str, str], limits: Limits) -> Tensors:
    """Arrays of numbers as tensors of a file."""
    entries = tuple(Entry(name, it.dtype.str[1:], it.shape) for name, it in arrays.items())
    return Tensors(entries, lambda entry: memoryview(arrays[entry.name].tobytes()), notes, limits)


def _check_size(text: str) -> None:
    if len(text) > LARGEST:
        raise InputError("file_text_too_large", limit=LARGEST // 2**20)


def _plain_rows(lines: list[str], separator: str | None) -> list[list[Cell]]:
    """Rows of plain decimals, read twenty times as fast; none if anything is to be asked.

    Such a cell means the same to `core.numbers`.
    """
    if not separator or not all(_PLAIN.fullmatch(it) for it in lines):
        return []
    try:
        rows: list[list[Cell]] = [[*map(float, line.split(separator))] for line in lines]
    except ValueError:
        return []
    return rows if len({*map(len, rows)}) == 1 else []


def _mostly_numbers(row: list[Cell]) -> bool:
    return 2 * sum(isinstance(it, float) for it in row) >= len(row)


def _block(rows: list[list[Cell]]) -> Block:
    """Names of the columns, names of the rows, and the numbers between them.

    Raises:
        InputError: ``file_cell``.
    """
    has_head = len(rows) > 1 and _is_head(rows)
    head, body = (rows[0], rows[1:]) if has_head else ([], rows)
    has_names = any(isinstance(row[0], str) for row in body) or (has_head and head[0] == "")
    for place, row in enumerate(body):
        for column, cell in enumerate(row[has_names:]):
            if isinstance(cell, str):
                raise InputError("file_cell", row=place + 1, column=column + 1, text=cell)
    names = [_name(row[0]) for row in body] if has_names else []
    cells = [[it for it in row[has_names:] if isinstance(it, float)] for row in body]
    return [_name(it) for it in head[has_names:]], names, cells


def _is_head(rows: list[list[Cell]]) -> bool:
    """Whether the first row names columns: by texts, or as pandas counts them, from 0."""
    first = rows[0]
    counted = len(rows) == len(first) + 1 and first == [float(it) for it in range(len(first))]
    return first[0] == "" or counted or any(isinstance(it, str) for it in first[1:])


def _name(cell: Cell) -> str:
    return cell if isinstance(cell, str) else f"{cell:g}"


def _named_lists(found: object, name: str) -> Iterator[tuple[str, list]]:
    if isinstance(found, dict):
        for part, it in found.items():
            yield from _named_lists(it, f"{name}.{part}" if name else str(part))
    elif isinstance(found, list) and found:
        yield named(name or BARE), found


def _is_texts(found: list) -> bool:
    return all(isinstance(it, str) for it in found)


def _array(found: list, name: str) -> np.ndarray:
    """In float32, or whole numbers as they are.

    Raises:
        InputError: ``file_ragged``; ``file_kind`` if there is something else than numbers in it.
    """
    try:
        array = np.array(found)
    except ValueError as problem:
        raise InputError("file_ragged", tensor=name) from problem
    if array.ndim > _DEEPEST or array.dtype.kind not in "fiub":
        raise InputError("file_kind", tensor=name, kind="text" if array.dtype.kind == "U" else "?")
    return array.astype(np.float32) if array.dtype.kind == "f" else array
