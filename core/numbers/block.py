"""Blocks of numbers as people paste and save them: from spreadsheets, CSV, JSON, numpy, torch."""

import csv
import math
import re
from html.parser import HTMLParser
from itertools import chain, pairwise

from core.errors import InputError
from core.numbers.nested import nested_rows
from core.numbers.one import FLOAT32, may_be_several, named, normalised, parse_number

Cell = float | str

_LINE_END = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d*,\d*([eE][-+]?\d+)?\s*%?\s*")
_NO_NUMBER = ("number_unreadable", "number_missing")


def parse_block(
    text: str, html: str | None = None, *, separator: str | None = None, largest: float = FLOAT32
) -> list[list[Cell]]:
    """The rows of a block: numbers, and as texts the cells that mean none.

    Lists in brackets are taken apart by them. Anything else is split at tabs; without any, at
    semicolons; without any, at commas if points prove that these are not before decimals; at last
    at spaces between numbers. Commas before decimals in some cells show how to read the others.

    Args:
        text: As it was pasted, or what stands in a file.
        html: The same as HTML, if there is any: its first table is read where the text has no tabs.
        separator: Between the cells of a line, where that is known, as in a file of CSV.
        largest: As in :func:`parse_number`.

    Returns:
        ``(row, column)``: rows of equal lengths.

    Raises:
        InputError: ``number_ambiguous`` if something can be read in two ways,
            ``number_out_of_range``, ``block_uneven`` if rows differ in length; besides these as
            :func:`core.numbers.nested.nested_rows`.
    """
    rows = _first_table(html) if html and "\t" not in text else []
    if max(map(len, rows), default=0) * len(rows) < 2:
        rows = _rows(normalised(_LINE_END.sub("\n", text)).strip("\ufeff\n"), separator)
    for place, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise InputError("block_uneven", row=place + 1, count=len(row), expected=len(rows[0]))
    decimal_comma = _has_decimal_commas(rows)
    return [[_cell(it, largest, decimal_comma=decimal_comma) for it in row] for row in rows]


def _cell(text: str, largest: float, *, decimal_comma: bool) -> Cell:
    try:
        return parse_number(text, largest, decimal_comma=decimal_comma)
    except InputError as reason:
        if reason.code in _NO_NUMBER:
            return text.strip()
        raise


def _has_decimal_commas(rows: list[list[str]]) -> bool:
    """Whether a cell shows that commas come before decimals, and none has a point."""
    cells = [normalised(it) for it in chain(*rows)]
    shown = (it for it in cells if _DECIMAL_COMMA.fullmatch(it) and _is_number(it))
    return any(shown) and not any("." in it for it in cells)


def _rows(text: str, separator: str | None) -> list[list[str]]:
    if text.lstrip().startswith("{"):
        raise InputError("number_unreadable", text=named(text))
    if "[" in text or "]" in text:
        return nested_rows(text)
    lines = [line for line in text.split("\n") if line.strip(" ")]
    for sign in [separator] if separator else ["\t", ";", "、"]:
        if sign in text:
            return _split(lines, sign)
    return _split(lines, ",") if _commas_part(lines) else _spaced(lines)


def _split(lines: list[str], separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=separator, skipinitialspace=separator != "\t"))
    except csv.Error:
        raise InputError("number_unreadable", text=named("\n".join(lines))) from None


def _commas_part(lines: list[str]) -> bool:
    """Whether points, or quotes, prove that commas stand between cells."""
    lines = [line for line in lines if "," in line]
    return any('"' in it or ("." in it and not may_be_several(it.strip())) for it in lines)


def _spaced(lines: list[str]) -> list[list[str]]:
    """Lines split at spaces, if that gives numbers only; else each is a cell."""
    rows = [line.split() for line in lines]
    if not all(_is_number(it, ambiguous=True) for it in chain(*rows)):
        return [[line] for line in lines]
    for row in rows:
        for two in map(" ".join, pairwise(row)):
            if may_be_several(two):
                parse_number(two)  # says which readings there are
    return rows


def _is_number(text: str, *, ambiguous: bool = False) -> bool:
    try:
        parse_number(text, math.inf)
    except InputError as reason:
        return ambiguous and reason.code == "number_ambiguous"
    return True


class _Table(HTMLParser):
    """Notes the texts of the first table's cells."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside, self._over = False, False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if self._over:
            return
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self._inside = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._over = self._over or tag == "table"
        if tag in ("td", "th", "tr", "table"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside and not self._over:
            self.rows[-1][-1] += data


def _first_table(html: str) -> list[list[str]]:
    table = _Table()
    table.feed(html)
    return [row for row in table.rows if row]
