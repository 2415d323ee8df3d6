"""What surrounds every page: menu, language, title, and what is said if a page fails."""

import logging
import os
import secrets
import traceback
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from pages import CONTENTS, Entry
from pages.shared.reader import address, edits, revival, state, widgets
from pages.shared.reader.book import book
from pages.shared.server import process
from pages.shared.text import LANGUAGES, Text
from pages.shared.views.refused import PageEnds
from pages.shared.views.taking import share
from pages.shared.views.taking.menu import hear, take_away, was_restored

REPORT = "ATTENTION_LAB_REPORT"
"""The variable with the address at which errors can be told."""

_FRAMED = "framed"
_ROOT = "start"
"""A name for the page at the root, so that its own is free for an address that leads there."""
_STYLE = Path(__file__).with_suffix(".css")
_PRINTED = Path(__file__).with_name("printed_dark.css")
_LOG = logging.getLogger(__name__)


def run() -> None:
    """Draw the menu and the page that was asked for."""
    _guarded(_draw)


def _draw() -> None:
    hear()
    entry, page = _navigation()
    text = state.text()
    _go_elsewhere(entry)
    place = _head(text, entry)
    said = st.container()
    _guarded(page.run)
    with said:
        _guarded(lambda: share.arrived(text))
    with place:
        _guarded(lambda: share.link(text, entry, page.url_path, said))
        _guarded(lambda: take_away(text, entry.name))
    widgets.keep_hidden()
    # What is drawn again at once shows what a survivor sent: the browser is told that anew.
    book()["drawn"] = frozenset() if revival.pending() else revival.drawn()
    address.depart()
    was_restored()
    revival.replay()
    process.tidy()


def open_page(name: str) -> Text:
    """Begin a page: its lead; gives the reader's texts.

    On a fresh server Streamlit runs a bookmarked page's file by itself, without ``dashboard.py``:
    then the frame is drawn first.
    """
    if not st.session_state.pop(_FRAMED, False):
        _navigation()
        st.rerun()
    text = state.text()
    st.markdown(text(f"{name}.lead"))
    return text


def _guarded(draw: Callable[[], None]) -> None:
    """Draw; what fails is said with a reference that is found again in the log."""
    try:
        draw()
    except PageEnds:
        return
    except Exception as problem:
        reference = secrets.token_hex(3)
        where = "".join(traceback.format_tb(problem.__traceback__))  # a message may quote a reader
        _LOG.error("A page failed, reference %s: %s\n%s", reference, type(problem).__name__, where)
        said = Text(book()["language"] or "en")  # what the switch holds may be the reason
        st.error(said("error.page", reference=reference, to=_report_to(said)))


def _report_to(text: Text) -> str:
    """Where errors can be told, as the owner of the server has set it."""
    address = os.environ.get(REPORT)
    return text("error.report_at", address=address) if address else text("error.report_to_owner")


def _head(text: Text, entry: Entry) -> DeltaGenerator:
    """The title, the language switch, and the place for what takes the page away."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(text(f"{entry.name}.title"), anchor=False)
        place = st.container(horizontal=True, vertical_alignment="center", width="content")
        st.segmented_control(
            text("frame.language"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key="language",
            required=True,
            label_visibility="collapsed",
            width="content",
        )
    return place


def _go_elsewhere(entry: Entry) -> None:
    """To the page that a file asks for."""
    name, book()["go_to"] = book()["go_to"], ""
    for other in CONTENTS:
        if other.name == name != entry.name:
            st.switch_page(other.path)


def _navigation() -> tuple[Entry, StreamlitPage]:
    text = state.text()
    chapters: dict[str, list[StreamlitPage]] = {}
    entries: dict[str, Entry] = {}
    for index, entry in enumerate(CONTENTS):
        name = _ROOT if index == 0 else entry.name  # the first one's address is the root
        title = text(f"{entry.name}.menu")
        page = st.Page(entry.path, title=title, icon=entry.icon, url_path=name, default=index == 0)
        chapters.setdefault(text(f"chapter.{entry.chapter}"), []).append(page)
        entries[page.url_path] = entry
    first, first_page = CONTENTS[0], next(iter(chapters.values()))[0]
    by_name = st.Page(
        lambda: None, title=first_page.title, url_path=first.name, visibility="hidden"
    )
    chapters[text(f"chapter.{first.chapter}")].append(by_name)
    chosen = st.navigation(chapters)
    if chosen is by_name:
        st.switch_page(first_page, query_params=st.query_params.to_dict())
    st.html(_STYLE)
    if st.context.theme.type == "dark":
        st.html(_PRINTED)
    revival.note(first=book()["page"] is None)
    edits.collect()
    address.arrive(chosen.url_path)
    if state.text() != text:
        st.rerun()  # a link's language is the menu's, too
    widgets.carry_over(chosen.url_path)
    st.session_state[_FRAMED] = True
    return entries[chosen.url_path], chosen
