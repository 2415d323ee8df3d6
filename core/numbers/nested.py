"""Lists in brackets, as JSON, numpy and torch write them, taken apart into rows of texts."""

import re

from core.errors import InputError
from core.numbers.one import named

_BEFORE = re.compile(r"[\w.\s:=]*\(?\s*")
_AFTER = re.compile(r"\s*(?:,\s*\w+\s*=.*)?\)?\s*[;,]?\s*", re.DOTALL)
_TOKEN = re.compile(r'"[^"]*"|\'[^\']*\'|[\[\];]|[^\s\[\],;、"\']+')


def nested_rows(text: str) -> list[list[str]]:
    """The rows of a list of lists, or the one row of a list; outer lists of one are looked through.

    Args:
        text: A list, or several below each other; with what ``print`` and ``repr`` of numpy and
            torch put around it. Commas and spaces part cells; semicolons part rows, as in MATLAB.

    Raises:
        InputError: ``block_shortened`` if numbers are left out of it, ``block_too_deep`` if it has
            more than two axes, ``number_unreadable`` if its brackets do not match.
    """
    if "..." in text or "…" in text:
        raise InputError("block_shortened")
    start, end = text.find("["), text.rfind("]") + 1
    levels = _with_levels(text[start:end])
    around = _BEFORE.fullmatch(text[: max(start, 0)]), _AFTER.fullmatch(text[end:])
    if start < 0 or levels is None or not all(around):
        raise InputError("number_unreadable", text=named(text))
    return _rows(levels)


def _with_levels(text: str) -> list[tuple[str, int]] | None:
    """Tokens with how many brackets are open at them; None if brackets do not match."""
    level, found = 0, []
    for token in _TOKEN.findall(text):
        level += token == "["
        found.append((token.strip("\"'"), level))
        level -= token == "]"
        if level < 0:
            return None
    return found if found and level == 0 else None


def _rows(tokens: list[tuple[str, int]]) -> list[list[str]]:
    """Cells, a row for each of the innermost lists and for each semicolon."""
    deepest = max(level for _, level in tokens)
    begun = [level for token, level in tokens if token == "["]
    if any(begun.count(level) > 1 for level in range(1, deepest)):
        raise InputError("block_too_deep")
    rows: list[list[str]] = [[]]
    for token, level in tokens:
        if token in ("[", "]", ";"):
            rows.append([])
        elif level != deepest:
            raise InputError("number_unreadable", text=named(token))
        else:
            rows[-1].append(token)
    return [row for row in rows if row]
