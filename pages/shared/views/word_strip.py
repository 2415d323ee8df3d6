"""The sentence as text, each word shaded by its weight; a click chooses the word that asks."""

from collections.abc import Collection
from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from core.arrays import Array
from pages.shared.text import Text
from pages.shared.views.opened import Pointed
from pages.shared.views.scripted import scripted


def word_strip(
    text: Text,
    it: Pointed,
    weights: Array,
    *,
    name: str = "strip",
    unknown: Collection[str] = (),
) -> None:
    """Draw the words that are looked at.

    Args:
        text: The reader's language.
        it: Whose query word asks.
        weights: ``(key,)``, what the query word gives to each word, 0 to 1.
        name: The strip's, on its page; the label ``<name>.label`` says what a click chooses.
        unknown: Words to be drawn with dots.
    """
    data = {
        "label": text(f"{name}.label"),
        "asks": it.query,
        "words": [
            {
                "text": word,
                "weight": float(weight),
                "share": f"{weight:.0%}",
                "description": text("strip.word", position=i + 1, word=word, share=f"{weight:.1%}"),
                "unknown": word in unknown,
            }
            for i, (word, weight) in enumerate(zip(it.answering, weights, strict=True))
        ],
    }

    def ask() -> None:
        asked = st.session_state[name].asked
        if isinstance(asked, int) and 0 <= asked < len(it.asking):
            it.point(query=asked)

    _component()(key=name, data=data, on_asked_change=ask)


@cache
def _component() -> ComponentRenderer:
    return scripted(__file__, '<div class="strip"></div>')
