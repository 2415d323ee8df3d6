"""What was clicked in a chart or a table: read in one way, since a browser may send anything."""

from collections.abc import Mapping

import streamlit as st


def clicked(key: str, *names: str, click: str) -> tuple[int, ...] | None:
    """The places of the clicked cell.

    Args:
        key: The chart's.
        names: Of its fields, such as ``row`` and ``column``.
        click: The name of its selection.

    Returns:
        One place a name; ``None`` if nothing is chosen, or it is not what the chart could send.
    """
    found = _selection(key).get(click)
    cell = found[0] if isinstance(found, list) and found else None
    places = [cell.get(name) for name in names] if isinstance(cell, Mapping) else [None]
    whole = tuple(place for place in places if type(place) is int)
    return whole if len(whole) == len(names) else None


def listed(key: str) -> int | None:
    """The place of the row that was chosen in a table; see :func:`clicked`."""
    rows = _selection(key).get("rows")
    first = rows[0] if isinstance(rows, list) and rows else None
    return first if type(first) is int else None


def _selection(key: str) -> Mapping[str, object]:
    state = st.session_state.get(key)
    found = state.get("selection") if isinstance(state, Mapping) else None
    return found if isinstance(found, Mapping) else {}
