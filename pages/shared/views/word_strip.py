"""The sentence as text, each word shaded by its weight; a click chooses the word that asks."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from core.arrays import Array
from core.embeddings import Standing
from pages.shared.shares import two_digits
from pages.shared.text import Text
from pages.shared.views.opened import Pointed
from pages.shared.views.scripted import scripted

_LEAST = 0.01  # if all weights are less, two digits of each are told
_WHOLE = 1.005  # weights of two bytes may be a little more together than 1


def word_strip(
    text: Text,
    pointed: Pointed,
    weights: Array,
    *,
    name: str = "strip",
    standings: Mapping[str, Standing] = MappingProxyType({}),
) -> None:
    """Draw the words that are looked at.

    Args:
        text: The reader's language.
        pointed: Whose query word asks.
        weights: ``(key,)``, what the query word gives to each word, 0 to 1.
        name: The strip's, on its page; the label ``<name>.label`` says what a click chooses, or
            ``<name>.symbol.label`` where the words are symbols.
        standings: Words whose features nobody set, and what became of them; they are marked.
    """
    told = teller(text, weights)
    data = {
        "label": text(
            f"{name}.label" if pointed.kind == "word" else f"{name}.{pointed.kind}.label"
        ),
        "asks": pointed.query,
        "words": [
            {
                "text": word,
                "weight": float(weight),
                "share": told(float(weight)),
                "description": text("strip.word", position=i + 1, word=word, share=f"{weight:.1%}")
                + (f" · {text(f'strip.{standings[word]}')}" if word in standings else ""),
                "standing": standings.get(word, "set"),
            }
            for i, (word, weight) in enumerate(zip(pointed.answering, weights, strict=True))
        ],
    }

    words = pointed.words

    def ask() -> None:
        asked = getattr(st.session_state.get(name), "asked", None)
        if isinstance(asked, int) and 0 <= asked < len(words.asking):
            words.point(query=asked)

    _component()(key=name, data=data, on_asked_change=ask)


def teller(text: Text, weights: Array) -> Callable[[float], str]:
    """How weights are told below the words: as shares, if they are shares of one whole."""
    if weights.sum() > _WHOLE:
        return "{:.2f}".format
    return partial(two_digits, text) if weights.max() < _LEAST else _per_cent


def _per_cent(weight: float) -> str:
    """In whole per cent; one that is not 0 is never called 0%."""
    told = f"{weight:.0%}"
    return "<1%" if weight > 0 and told == "0%" else told


@cache
def _component() -> ComponentRenderer:
    return scripted(__file__, '<div class="strip"></div>', shared=("colours.js",))
