"""Every chart of the page as a drawing (SVG), taken from the browser, where it is drawn already."""

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.shared.reader.session import session
from pages.shared.text import Text
from pages.shared.views.scripted import scripted


def drawings(text: Text, page: str) -> None:
    """Buttons that save all charts, or one of them.

    Args:
        text: The reader's language.
        page: The name of the page that is open; files are named after it.
    """
    st.markdown(text("take.pictures"))
    _component()(
        key="drawings",
        data={
            "run": session().runs,  # so that the script is run again when charts are news
            "page": page,
            "all": text("take.pictures_all"),
            "one": text("take.pictures_one"),
            "none": text("take.pictures_none"),
        },
    )


@cache
def _component() -> ComponentRenderer:
    html = "<button></button><details><summary></summary><div></div></details>"
    return scripted(__file__, html, shared=("charts.js", "buttons.css"))
