"""The sentence as text, each word shaded by its weight; a click chooses the word that asks."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from core.arrays import Array
from core.embeddings import Standing
from pages.shared.shares import two_digits
from pages.shared.text import Text
from pages.shared.views.opened import Pointed
from pages.shared.views.scripted import scripted

_CHIPS = 40  # words from which on they are written as running text, without their shares
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
    kind = pointed.kind
    label = text(f"{name}.label" if kind == "word" else f"{name}.{kind}.label")
    words = _words(text, pointed, weights, teller(text, weights))
    for word in words:
        if standing := standings.get(word["text"]):
            word["standing"] = standing
            word["description"] += f" · {text(f'strip.{standing}')}"
    _draw(pointed, name, label, words)


def probability_strip(text: Text, pointed: Pointed, probabilities: Array, name: str) -> None:
    """Draw words of which each has a probability of its own.

    Args:
        text: The reader's language.
        pointed: The words, and which of them is chosen.
        probabilities: ``(key,)``.
        name: The strip's, as in :func:`word_strip`.
    """
    words = _words(text, pointed, probabilities, _per_cent, "strip.probable")
    _draw(pointed, name, text(f"{name}.label"), words)


def _words(
    text: Text,
    pointed: Pointed,
    weights: Array,
    told: Callable[[float], str],
    description: str = "strip.word",
) -> list[dict[str, Any]]:
    return [
        {
            "text": word,
            "weight": float(weight),
            "share": told(float(weight)),
            "description": text(description, position=i + 1, word=word, share=f"{weight:.1%}"),
            "standing": "set",
        }
        for i, (word, weight) in enumerate(zip(pointed.answering, weights, strict=True))
    ]


def _draw(pointed: Pointed, name: str, label: str, described: list[dict[str, Any]]) -> None:
    """The words as buttons; each chooses itself."""
    words = pointed.words

    def ask() -> None:
        asked = getattr(st.session_state.get(name), "asked", None)
        if isinstance(asked, int) and 0 <= asked < len(words.asking):
            words.point(query=asked)

    running = len(described) > _CHIPS
    data = {"label": label, "asks": pointed.query, "words": described, "running": running}
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
