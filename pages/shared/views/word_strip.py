"""The sentence as text, each word shaded by its weight; a click chooses the word that asks."""

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component
from streamlit.components.v2.types import ComponentRenderer

from core.embeddings import known
from core.trace import Array
from pages.shared import state
from pages.shared.state import Scene
from pages.shared.text import Text

_KEY = "word_strip"


def word_strip(text: Text, scene: Scene, weights: Array) -> None:
    """Draw the words.

    Args:
        text: The reader's language.
        scene: Whose query word asks.
        weights: ``(key,)``, what the query word gives to each word, 0 to 1.
    """
    words = scene.tokens.kept
    handset = scene.choice.source == "handset"
    data = {
        "label": text("strip.label"),
        "asks": scene.choice.query,
        "words": [
            {
                "text": word,
                "weight": float(weight),
                "share": f"{weight:.0%}",
                "description": text("strip.word", position=i + 1, word=word, share=f"{weight:.1%}"),
                "unknown": handset and not known(word),
            }
            for i, (word, weight) in enumerate(zip(words, weights, strict=True))
        ],
    }
    _component()(key=_KEY, data=data, on_asked_change=_ask)


def _ask() -> None:
    asked = st.session_state[_KEY].asked
    if isinstance(asked, int) and asked >= 0:
        state.change(query=asked)


@cache
def _component() -> ComponentRenderer:
    here = Path(__file__)
    return component(
        _KEY,
        html='<div class="strip"></div>',
        css=here.with_suffix(".css").read_text(encoding="utf-8"),
        js=here.with_suffix(".js").read_text(encoding="utf-8"),
    )
