"""One run: what surrounds every page, and in which order everything happens."""

import logging
import os
import secrets
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from pages import CONTENTS, Entry
from pages.shared.reader.session import Session, session, showing
from pages.shared.reader.session import text as reader_text
from pages.shared.server import process
from pages.shared.text import LANGUAGES, Text
from pages.shared.views.refused import PageEnds
from pages.shared.views.scripted import code_of
from pages.shared.views.taking import share
from pages.shared.views.taking.menu import restore, take_away

REPORT = "ATTENTION_LAB_REPORT"
"""The variable with the address at which errors can be told."""

_ROOT = "start"
"""A name for the page at the root, so that its own is free for an address that leads there."""

_STYLE = f"<style>{code_of(__file__)[0]}</style><i></i>"
"""With an element beside it, since Streamlit draws a style alone after the page."""

_PRINTED = Path(__file__).with_name("printed_dark.css")
_LOG = logging.getLogger(__name__)


def run() -> None:
    """Draw the page that was asked for, in one run from top to bottom.

    Arrive, collect, choose, draw, write the address, keep: whatever needs to come before or after
    something else stands in this function.
    """
    st.html(_STYLE)  # before all that it gives a place to
    tab = session()
    before = tab.reader.language
    entry, page = _navigation()
    tab.arrive(entry.name, st.query_params.to_dict(), st.context.locale or "")
    tab.collect()
    tab.choose()
    restore()
    _go_elsewhere(tab, entry)
    if tab.reader.language != before:
        st.rerun()  # the menu speaks the reader's language, too
    text = Text(tab.reader.language)
    tab.framed = True
    with st.container(height=1, border=False, key="page"):  # opened by the style
        place, said = _head(text, entry), st.container()
        guarded(page.run)
        with said:
            guarded(lambda: share.say_notice(text))
        with place:
            guarded(lambda: share.link(text, entry, page.url_path, tab.write(), said))
            guarded(lambda: take_away(text, entry.name))
    tab.keep()
    process.tidy()


def open_page(name: str) -> Text:
    """Begin a page with its lead, and give the reader's texts.

    On a fresh server Streamlit runs a bookmarked page's file by itself, without ``dashboard.py``:
    then the frame is drawn first.
    """
    tab = session()
    framed, tab.framed = tab.framed, False
    if not framed:
        _navigation()
        st.rerun()
    text = reader_text()
    with st.container(key=f"lead_{name}"):
        st.markdown(text(f"{name}.lead"))
    return text


def guarded(draw: Callable[[], None]) -> None:
    """Draw; say what fails with a reference that is found again in the log."""
    try:
        draw()
    except PageEnds:
        return
    except Exception as problem:
        reference = secrets.token_hex(3)
        where = "".join(traceback.format_tb(problem.__traceback__))  # a message may quote a reader
        _LOG.error("A page failed, reference %s: %s\n%s", reference, type(problem).__name__, where)
        text = reader_text()
        st.error(text("error.page", reference=reference, to=_report_to(text)))


def _report_to(text: Text) -> str:
    """Say where errors can be told, as the owner of the server has set it."""
    address = os.environ.get(REPORT)
    return text("error.report_at", address=address) if address else text("error.report_to_owner")


def _head(text: Text, entry: Entry) -> DeltaGenerator:
    """Draw the title and the language switch; give the place for what takes the page away."""
    with st.container(horizontal=True, vertical_alignment="center", key="page_head"):
        st.title(text(f"{entry.name}.title"), anchor=False)
        place = st.container(horizontal=True, vertical_alignment="center", width="content")
        st.segmented_control(
            text("frame.language"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key=showing("language"),
            required=True,
            label_visibility="collapsed",
            width=140,  # kept free from the beginning
        )
    return place


def _go_elsewhere(tab: Session, entry: Entry) -> None:
    """Open the page that a file or a button asks for, if there is one of that name."""
    name, tab.go_to = tab.go_to, ""
    for other in CONTENTS:
        if other.name == name != entry.name:
            st.switch_page(other.path)
    tab.reader = replace(tab.reader, page=entry.name)


def _navigation() -> tuple[Entry, StreamlitPage]:
    """Draw the menu, and find the page that is asked for."""
    text = reader_text()
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
    chosen = st.navigation(chapters, position="top")
    if chosen is by_name:
        st.switch_page(first_page, query_params=st.query_params.to_dict())
    if st.context.theme.type == "dark":
        st.html(_PRINTED)
    return entries[chosen.url_path], chosen
