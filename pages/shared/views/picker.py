"""A word chosen by its name, for those who cannot or will not click on a map."""

import zlib
from typing import Literal

import streamlit as st

from pages.shared.reader.session import reader, showing
from pages.shared.text import Text
from pages.shared.views.opened import Pointed


def picker(text: Text, pointed: Pointed, which: Literal["query", "key"], width: int = 240) -> None:
    """The word that asks, or the one it is asked about.

    A select box keeps showing the word it was drawn with, so other words get a box of their own.
    """
    pointed = pointed.words
    words, at = (
        (pointed.asking, pointed.query) if which == "query" else (pointed.answering, pointed.key)
    )
    field = pointed.fields[which == "key"]
    key = showing(f"{field}.{reader().page}.{zlib.crc32(repr(words).encode()):08x}", at)

    def choose() -> None:
        place = st.session_state.get(key)
        if place in range(len(words)):  # else it was forged, or its page was left
            pointed.point(**{which: place})

    st.selectbox(
        text(f"{field}.label"),
        range(len(words)),
        format_func=[f"{place} {word}" for place, word in enumerate(words, start=1)].__getitem__,
        key=key,
        on_change=choose,
        width=width,
    )
