"""What a reader does on the stage, as the browser sends it: read without trust."""

from typing import Any

import numpy as np
import streamlit as st

from core.backwards import Wish, weight_change
from core.errors import InputError
from core.reader.apart import LONGEST_INSERTED, with_words, without_words
from core.reader.cells import Address
from core.reader.reader import put, redo, undo
from pages.shared.reader.session import change, happen, reader, session
from pages.shared.stage.explored import Explored

KEY = "stage"


def listeners(it: Explored) -> dict[str, Any]:
    """Give what answers each message; callbacks outlive the run, so they keep no numbers."""
    events = {"pointed": _point, "inserted": _insert, "removed": _remove, "pulled": _pull}
    events |= {"travelled": _travel}
    return {f"on_{name}_change": lambda name=name: events[name](it, _sent(name)) for name in events}


def _sent(name: str) -> object:
    return getattr(st.session_state.get(KEY), name, None)


def _point(it: Explored, sent: object) -> None:
    match sent:
        case [int(query), int(key)]:
            it.opened.words.point(query, key)


def _insert(it: Explored, sent: object) -> None:
    match sent:
        case [int(at), str(words)] if len(words) <= LONGEST_INSERTED:
            change(**with_words(it.scene.choice, at, words))


def _remove(it: Explored, sent: object) -> None:
    match sent:
        case [int(at), int(count)]:
            change(**without_words(it.scene.choice, at, count))


def _travel(it: Explored, sent: object) -> None:
    match sent:
        case "undo" | "redo":
            happen(undo if sent == "undo" else redo, it.scene.shelf)


def _pull(it: Explored, sent: object) -> None:
    """Change a matrix so that a weight becomes what it was pulled to; or note why that can't be."""
    match sent:
        case [int(query), int(key), (int() | float()) as target, ("w_q" | "w_k") as matrix]:
            wish = Wish(it.opened.head, query, key, float(target), matrix)
        case _:
            return
    session().refused.pop(KEY, None)
    places = range(len(it.words))
    if query not in places or key not in places or not 0 <= target <= 1:
        return
    try:
        found = weight_change(it.parameters, it.rules, wish).matrix
    except InputError as problem:
        session().refused[KEY] = problem
        return
    before, shelf = getattr(it.parameters, matrix)[wish.head], it.scene.shelf
    cells = {
        Address(matrix, str(wish.head), int(row), "", int(column)): float(found[row, column])
        for row, column in np.argwhere(found != before)
    }
    happen(put, shelf, {**reader().edits.get(shelf, {}), **cells})
    change(shown_parameter=matrix)  # its table shows which numbers moved
    it.opened.words.point(query, key)
