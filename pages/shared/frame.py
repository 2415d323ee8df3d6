"""What surrounds every page: menu, language, title, and what is said if a page fails."""

import logging
import secrets
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages import CONTENTS
from pages.shared import state
from pages.shared.text import LANGUAGES, Text

_FRAMED = "framed"
_STYLE = Path(__file__).with_suffix(".css")
_LOG = logging.getLogger(__name__)


def run() -> None:
    """Draw the menu and the page that was asked for."""
    page = _navigation()
    try:
        page.run()
    except Exception:
        reference = secrets.token_hex(3)
        _LOG.exception("A page failed, reference %s", reference)
        st.error(state.text()("error.page", reference=reference))


def open_page(name: str) -> Text:
    """Begin a page: its title, the language switch, its lead; gives the reader's texts.

    On a fresh server Streamlit runs a bookmarked page's file by itself, without ``dashboard.py``:
    then the frame is drawn first.
    """
    if not st.session_state.pop(_FRAMED, False):
        _navigation()
        st.rerun()
    text = state.text()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(text(f"{name}.title"), anchor=False)
        st.segmented_control(
            text("frame.language"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key="language",
            required=True,
            label_visibility="collapsed",
            width="content",
        )
    st.markdown(text(f"{name}.lead"))
    return text


def _navigation() -> StreamlitPage:
    text = state.text()
    chapters: dict[str, list[StreamlitPage]] = {}
    for index, entry in enumerate(CONTENTS):
        page = st.Page(
            entry.path, title=text(f"{entry.name}.menu"), icon=entry.icon, default=index == 0
        )
        chapters.setdefault(text(f"chapter.{entry.chapter}"), []).append(page)
    chosen = st.navigation(chapters)
    st.html(_STYLE)
    state.carry_over(chosen.url_path)
    st.session_state[_FRAMED] = True
    return chosen
