"""The editor on a page."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from numpy.typing import NDArray
from streamlit.components.v2.types import ComponentRenderer

from core.numbers import shortest
from core.reader.fields import LARGEST_ENTRY
from pages.shared.editor.sent import Offered
from pages.shared.figures.heatmap import balanced
from pages.shared.text import Text
from pages.shared.views.scripted import scripted

_FILES = (
    *("state.js", "grid.js", "editing.js", "keys.js", "clipboard.js", "pointer.js", "tools.js"),
    *("editor.css", "editor.js"),
)
_BRUSHES = ("cell", "row", "column", "diagonal")
_SAID = (
    *("called", "grid", "all", "on", "off", "tools", "sign", "undo", "redo", "changed"),
    *_BRUSHES,
)


class Named(NamedTuple):
    """Names around a matrix as they are drawn, and the pixels of the columns that they head."""

    rows: Sequence[str]
    columns: Sequence[str]
    widths: Sequence[int]


def draw(
    text: Text, values: NDArray[Any], names: Named, offered: Offered, *, digits: int = 3
) -> None:
    """Draw a matrix of numbers, or of flags, to be typed into."""
    flags = values.dtype == bool
    data = {
        "table": offered.table,
        "kind": "flag" if flags else "number",
        "rows": list(names.rows),
        "columns": list(names.columns),
        "widths": list(names.widths),
        "cells": [[shortest(value) for value in row] for row in values],
        "high": 1.0 if flags else balanced(values)[1],
        "largest": LARGEST_ENTRY,
        "digits": digits,
        "session": offered.session,
        "taken": offered.taken,
        "refused": [list(it) for it in offered.refused],
        "changed": [list(it) for it in offered.changed],
        "words": _words(text),
    }
    _component()(key=offered.key, data=data, on_edits_change=_rerun)


def _rerun() -> None:
    """Streamlit keeps a state only if somebody listens; it is read first in the next run."""


def _words(text: Text) -> Mapping[str, str]:
    row, column, value = "{row}", "{column}", "{value}"
    called = text("editor.called", row=row, column=column, value=value)
    return {name: called if name == "called" else text(f"editor.{name}") for name in _SAID}


@cache
def _component() -> ComponentRenderer:
    tools, scroll = '<div class="tools" role="toolbar"></div>', '<div class="scroll"></div>'
    files = ("../views/colours.js", *_FILES)
    return scripted(__file__, f'<div class="matrix">{tools}{scroll}</div>', shared=files)
