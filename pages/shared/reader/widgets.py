"""What widgets hold, and what was chosen in them before: Streamlit forgets those not drawn.

Widgets are keyed by the names of the fields of the reader's choices.
"""

from collections.abc import Callable, Iterable, Mapping

import streamlit as st

from core.choices.reading import Reader, Record, read
from pages.shared.reader import revival
from pages.shared.reader.book import book


def remembered(kind: Callable[..., Record], readers: Mapping[str, Reader]) -> Record:
    """A page's own choices: from its widgets, keyed by the names of the record's fields.

    To be called before the widgets; they show what it gives.

    Args:
        kind: A dataclass whose fields have defaults; their names occur in no other record.
        readers: One for each field.
    """
    record, _ = chosen(kind, readers)
    show(**{name: getattr(record, name) for name in readers})
    return record


def chosen(
    kind: Callable[..., Record], readers: Mapping[str, Reader]
) -> tuple[Record, tuple[str, ...]]:
    """What widgets hold, else what was noted or a link asks for; and what was not usable."""
    session = book()
    session["used"].extend(readers)
    arrival = session["arrival"]
    noted = arrival.fields if arrival else session["fields"]
    now = {name: st.session_state[name] for name in readers if name in st.session_state}
    _, unusable = read(kind, readers, now)
    usable = {name: value for name, value in now.items() if name not in unusable}
    record, _ = read(kind, readers, {**noted, **usable, **_own(readers)})
    return record, unusable


def show(**values: object) -> None:
    """Let widgets of these names show these values; to be called before they are drawn.

    A value is set if it is news, or if its widget was out of sight: the browser has forgotten that
    one. Others are left alone, since setting them would undo what is being typed.
    """
    session = book()
    session["fields"] |= values
    for name, value in values.items():
        shown = held(value)
        if name not in session["drawn"] or st.session_state.get(name) != shown:
            st.session_state[name] = shown


def choose(**values: object) -> None:
    """Choose something; widgets of the same names show it from now on."""
    for name, value in values.items():
        st.session_state[name] = value
        book()["own"].pop(name, None)


def change(**values: object) -> None:
    """The same by pointing."""
    choose(**values)
    count_turn()


def count_turn() -> None:
    """Note that something was chosen by pointing: it tells two equal clicks apart."""
    book()["turn"] += 1


def keep_own(**values: object) -> None:
    """Note what the reader chose, where the page shows something else until they choose anew.

    To be called after `show`, in every run that shows something else.
    """
    session = book()
    own = {**session["own"], **values}
    session["own"] = {name: it for name, it in own.items() if it != session["fields"][name]}


def keep_hidden() -> None:
    """Note for the next run what widgets held that were not drawn in this one.

    To be called when the page has been drawn. Streamlit forgets what a reader chose in a widget
    that its very choice hides, and gives what was last set for it.
    """
    session, drawn = book(), revival.drawn()
    for name in session["fields"].keys() & {*session["used"]} - drawn:
        value = session["fields"][name]
        st.session_state[name] = held(value)


def carry_over(page: str) -> None:
    """Let the widgets of a page that was just opened show what was chosen on others.

    Streamlit gives a new page's widgets their defaults, unless a value is set in the same run.
    """
    if "language" not in book()["drawn"]:
        st.session_state["language"] = st.session_state["language"]
    if book()["page"] != page:
        for name in book()["fields"]:
            if name in st.session_state:
                st.session_state[name] = st.session_state[name]
        book()["page"] = page  # at last: if this run is broken off, the next one does it again


def held(value: object) -> object:
    """A record's value as its widget holds it."""
    return list(value) if isinstance(value, tuple) else value


def _own(names: Iterable[str]) -> dict[str, object]:
    """What the reader chose where the page showed something else, and left that as it was."""
    session = book()
    own = {name: session["own"][name] for name in names if name in session["own"]}
    shown = session["fields"]
    left = {
        name: value
        for name, value in own.items()
        if not session["arrival"] and st.session_state.get(name, shown[name]) == shown[name]
    }
    for name in own.keys() - left.keys():
        del session["own"][name]
    return left
