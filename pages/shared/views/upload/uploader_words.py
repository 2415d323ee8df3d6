"""What Streamlit's place for files says, in the page's language.

Only the browser knows why a file never arrived: too large, or turned away by the server.
"""

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.shared.text import Text
from pages.shared.views.scripted import scripted

_WORDS = ("drop", "button", "size", "too_large", "forbidden", "failed", "one", "remove")


def uploader_words(text: Text) -> None:
    """Put what the place for files says into the reader's language."""
    limit = st.get_option("server.maxUploadSize")
    words = {it: text(f"upload.place.{it}", megabytes=limit) for it in _WORDS}
    _component()(key="uploader_words", data=words, height="content")


@cache
def _component() -> ComponentRenderer:
    return scripted(__file__, "<span hidden></span>")
