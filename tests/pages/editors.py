"""The editor of matrices, driven without a browser.

AppTest has no element for components. What one was given is the JSON of its proto; what a reader
types is put under its key, as the browser would send it: ``app.session_state[key] = typed(...)``
and ``app.run()``. The browser numbers its edits, and the server takes each once: so ``typed``
counts on from call to call, beyond all numbers of a session.
"""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

_NUMBERS = count(10**15)


def typed(*cells: tuple[Any, Any, object]) -> dict[str, Any]:
    """What the editor sends for texts: (row, column, text), each of them an edit."""
    return {"edits": [edit([int(row), int(column), f"{text}"]) for row, column, text in cells]}


def pasted(row: int, column: int, block: str, html: str | None = None) -> dict[str, Any]:
    """What the editor sends for a block that is pasted at a cell."""
    found = {"number": next(_NUMBERS), "row": row, "column": column, "block": block, "html": html}
    return {"edits": [found]}


def edit(*cells: object) -> dict[str, Any]:
    """One change of several cells."""
    return {"number": next(_NUMBERS), "cells": list(cells)}


def editors(app: AppTest) -> dict[str, dict[str, Any]]:
    """What the page's editors were given, by the names of their tables."""
    return {data["table"]: data for _, data in _editors(app)}


def editor_id(app: AppTest, table: str) -> str:
    """What Streamlit calls an editor on the wire."""
    [found] = [id for id, data in _editors(app) if data["table"] == table]
    return found


def numbers(data: dict[str, Any]) -> NDArray[Any]:
    """(row, column), what an editor shows."""
    shown = np.array(data["cells"], dtype=float)
    return shown.astype(bool) if data["kind"] == "flag" else shown


def _editors(app: AppTest) -> Iterator[tuple[str, dict[str, Any]]]:
    for found in app.get("bidi_component"):
        assert isinstance(found, UnknownElement)
        data = json.loads(found.proto.json or "null")
        if isinstance(data, dict) and "taken" in data:
            yield found.proto.id, data
