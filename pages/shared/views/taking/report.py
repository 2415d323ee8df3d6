"""A button that saves the page as a report: its pictures are taken from the browser."""

from collections.abc import Callable
from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.shared.reader.session import session
from pages.shared.text import Text
from pages.shared.views.scripted import scripted

_KEY = "report"


def report_button(text: Text, name: str, made: Callable[[], str]) -> None:
    """Offer the report.

    Args:
        text: The reader's language.
        name: The file's.
        made: Writes it, but for its pictures; called when the button was pressed.
    """
    asked = getattr(st.session_state.get(_KEY), "asked", None)
    _component()(
        key=_KEY,
        data={
            "run": session().runs,
            "label": text("take.report_button"),
            "name": name,
            "file": made() if asked else None,
        },
        on_asked_change=lambda: None,
    )


@cache
def _component() -> ComponentRenderer:
    return scripted(__file__, "<button></button>", shared=("charts.js", "buttons.css"))
