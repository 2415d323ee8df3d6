"""What surrounds every page: menu, language, title."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages import CONTENTS
from pages.shared import state
from pages.shared.text import LANGUAGES, Text

_FRAMED = "framed"
_STYLE = Path(__file__).with_suffix(".css")


def navigation() -> StreamlitPage:
    """Draw the menu and the language switch; gives the page that was asked for."""
    text = state.text()
    chapters: dict[str, list[StreamlitPage]] = {}
    for index, entry in enumerate(CONTENTS):
        page = st.Page(
            entry.path, title=text(f"{entry.name}.menu"), icon=entry.icon, default=index == 0
        )
        chapters.setdefault(text(f"chapter.{entry.chapter}"), []).append(page)
    chosen = st.navigation(chapters)
    st.html(_STYLE)
    st.sidebar.segmented_control(
        text("frame.language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key="language",
        required=True,
    )
    st.session_state[_FRAMED] = True
    return chosen


def open_page(name: str) -> Text:
    """Begin a page: its title and lead; gives the texts in the reader's language.

    On a fresh server Streamlit runs a bookmarked page's file by itself, without ``dashboard.py``:
    then the frame is drawn first.
    """
    if not st.session_state.pop(_FRAMED, False):
        navigation()
        st.rerun()
    text = state.text()
    st.title(text(f"{name}.title"), anchor=False)
    st.markdown(text(f"{name}.lead"))
    return text
