"""What Streamlit's place for files says, in the page's language.

Only the browser knows why a file never arrived: too large, or turned away by the server.
"""

from collections.abc import Mapping
from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.shared.text import Text
from pages.shared.views.scripted import scripted

_WORDS = (
    *("drop", "button", "size", "one", "remove"),
    *("too_large", "turned_back", "forbidden", "failed"),
)


def uploader_words(text: Text, *, holds: Mapping[str, bool]) -> None:
    """Put what places for files say into the reader's language.

    Args:
        text: The reader's language.
        holds: By the key of each place, whether the server has its file; one that is gone must
            not be listed.
    """
    limit = st.get_option("server.maxUploadSize")
    words = {it: text(f"upload.place.{it}", megabytes=limit) for it in _WORDS}
    _component()(key="uploader_words", data={**words, "holds": dict(holds)})


@cache
def _component() -> ComponentRenderer:
    return scripted(__file__, '<p class="reason"></p>')
