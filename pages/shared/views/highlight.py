"""Who the chosen word looks at, in colours and in words: attention highlights the key points."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import streamlit as st

from core.arrays import Array, BoolArray
from core.embeddings import Standing
from core.measures import entropy, expected_distance
from pages.shared.shares import ends, leading, rounded
from pages.shared.text import Text, plain_word
from pages.shared.views.opened import Opened
from pages.shared.views.word_strip import word_strip

CLOSE = 1.15
"""Two weights whose ratio is below this are told as almost equal."""

FAR = 1000
"""Ratios of weights above this are not written out: an underflow to 0 has none."""


def highlight(
    text: Text, opened: Opened, standings: Mapping[str, Standing] = MappingProxyType({})
) -> None:
    """The shaded sentence, the same in words, and the way to its arithmetic.

    Args:
        text: The reader's language.
        opened: Whose query word asks.
        standings: As `word_strip` marks them.
    """
    weights = opened.layer.weights[opened.head]
    may_look = opened.layer.may_look[opened.head, opened.query]
    word_strip(text, opened, weights[opened.query], standings=standings)
    told = in_words(text, opened.asking, opened.query, weights[opened.query], may_look)
    st.markdown(told, help=_spread(text, opened))
    weight = rounded(text, float(weights[opened.query, opened.key]))
    st.markdown(text("arithmetic.there", weight=weight))


def in_words(
    text: Text,
    words: tuple[str, ...],
    query: int,
    weights: Array,
    may_look: BoolArray | None = None,
) -> str:
    """One sentence, as Markdown, that says what the shading shows.

    Args:
        text: The reader's language.
        words: The sentence's tokens.
        query: The word that asks.
        weights: ``(key,)``. One that is 0 need not be forbidden: it may have become too small.
        may_look: ``(key,)``, ``True`` where the mask lets the word look; everywhere by default.
    """
    asks = plain_word(words, query)
    allowed = np.ones(len(weights), bool) if may_look is None else may_look
    order = [int(key) for key in np.argsort(-weights, kind="stable") if allowed[key]]
    if not order or not weights.any():
        return text("highlight.blind", asks=asks)
    found = [_named(text, words, key, query) for key in order]
    if len(order) == 1:
        return text("highlight.only", asks=asks, found=found[0], share="100%")
    if weights[order[0]] < weights[order[-1]] * CLOSE:
        least, share = ends(weights[order])
        spread = "highlight.evenly" if least == share else "highlight.nearly"
        return text(spread, asks=asks, least=least, share=share, n=len(order))
    most, next_most = (float(weights[key]) for key in order[:2])
    share = rounded(text, min(most, np.nextafter(1, 0)))  # the others have something, if little
    tied = sum(weights[key] * CLOSE > most for key in leading(weights))
    if tied > 1:
        named = text("sentence.comma").join(found[:tied])
        return text("highlight.tied", asks=asks, found=named, share=share)
    told = {"asks": asks, "found": found[0], "share": share, "next": found[1]}
    if most >= FAR * next_most:
        return text("highlight.far", **told, times=f"{FAR:,}")
    times = most / next_most
    name = "highlight.close" if times < CLOSE else "highlight.clear"
    return text(name, **told, times=f"{times:.1f}" if times < 100 else f"{times:.0f}")


def _spread(text: Text, opened: Opened) -> str:
    """How widely the word looks, and a word that looks elsewhere, if there is one."""
    weights, query = opened.layer.weights[opened.head], opened.query
    one = text(f"axis.{opened.kind}")
    other = int(np.abs(weights - weights[query]).max(axis=-1).argmax())
    differs = f"{np.abs(weights[other] - weights[query]).max():.0%}" != "0%"
    return text.joined(
        text(
            "highlight.spread",
            one=one,
            bits=f"{entropy(weights)[query]:.2f}",
            most=f"{np.log2(max(1, opened.layer.may_look[opened.head, query].sum())):.2f}",
            distance=f"{expected_distance(weights)[query]:.1f}",
        ),
        text(
            "highlight.other_row" if differs else "highlight.same_rows",
            one=one,
            other=plain_word(opened.asking, other),
        ),
    )


def _named(text: Text, words: tuple[str, ...], key: int, query: int) -> str:
    """A word that is looked at, as Markdown."""
    if key == query:
        return text("highlight.itself")
    return text("highlight.quoted", word=plain_word(words, key))
