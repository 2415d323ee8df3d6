"""Who the chosen word looks at, in colours and in words: attention highlights the key points."""

from collections.abc import Collection

import numpy as np
import streamlit as st

from core.arrays import Array
from core.measures import entropy, expected_distance
from pages.shared.shares import ends, leading
from pages.shared.text import Text, plain_word
from pages.shared.views.opened import Opened
from pages.shared.views.word_strip import word_strip

CLOSE = 1.15
"""Two weights whose ratio is below this are told as almost equal."""


def highlight(text: Text, opened: Opened, unknown: Collection[str] = ()) -> None:
    """The shaded sentence, the same in words, and the way to its arithmetic.

    Args:
        text: The reader's language.
        opened: Whose query word asks.
        unknown: Words to be drawn with dots.
    """
    weights = opened.layer.weights[opened.head]
    word_strip(text, opened, weights[opened.query], unknown=unknown)
    spread = text(
        "highlight.spread",
        one=text(f"axis.{opened.kind}"),
        bits=f"{entropy(weights)[opened.query]:.2f}",
        most=f"{np.log2(max(1, opened.layer.may_look[opened.head, opened.query].sum())):.2f}",
        distance=f"{expected_distance(weights)[opened.query]:.1f}",
    )
    st.markdown(in_words(text, opened.asking, opened.query, weights[opened.query]), help=spread)
    st.markdown(text("arithmetic.there"))


def in_words(text: Text, words: tuple[str, ...], query: int, weights: Array) -> str:
    """One sentence, as Markdown, that says what the shading shows.

    Args:
        text: The reader's language.
        words: The sentence's tokens.
        query: The word that asks.
        weights: ``(key,)``.
    """
    asks = plain_word(words, query)
    order = [int(key) for key in np.argsort(-weights, kind="stable") if weights[key] > 0]
    if not order:
        return text("highlight.blind", asks=asks)
    found = [_named(text, words, key, query) for key in order]
    share = f"{weights[order[0]]:.0%}"
    if len(order) == 1:
        return text("highlight.only", asks=asks, found=found[0], share=share)
    if weights[order[0]] < weights[order[-1]] * CLOSE:
        least, share = ends(weights[order])
        spread = "highlight.evenly" if least == share else "highlight.nearly"
        return text(spread, asks=asks, least=least, share=share, n=len(order))
    times = float(weights[order[0]]) / float(weights[order[1]])  # float32 may overflow
    tied = sum(weights[key] * CLOSE > weights[order[0]] for key in leading(weights))
    if tied > 1:
        named = text("sentence.comma").join(found[:tied])
        return text("highlight.tied", asks=asks, found=named, share=share)
    name = "highlight.close" if times < CLOSE else "highlight.clear"
    told = f"{times:.1f}" if times < 100 else f"{times:,.0f}"
    return text(name, asks=asks, found=found[0], share=share, next=found[1], times=told)


def _named(text: Text, words: tuple[str, ...], key: int, query: int) -> str:
    """A word that is looked at, as Markdown."""
    if key == query:
        return text("highlight.itself")
    return text("highlight.quoted", word=plain_word(words, key))
