"""Who the chosen word looks at, in colours and in words: attention highlights the key points."""

import numpy as np
import streamlit as st

from core.measures import entropy, expected_distance
from core.trace import Array, LayerTrace
from pages.shared.state import Scene
from pages.shared.text import Text, plain
from pages.shared.views.word_strip import word_strip


def highlight(text: Text, scene: Scene, layer: LayerTrace) -> None:
    """The shaded sentence, and the same in one sentence."""
    head, query = scene.choice.head, scene.choice.query
    weights = layer.weights[head, query]
    word_strip(text, scene, weights)
    st.markdown(in_words(text, scene.tokens.kept, query, weights))
    st.caption(
        text(
            "highlight.spread",
            bits=f"{entropy(weights[None])[0]:.2f}",
            most=f"{np.log2(len(weights)):.2f}",
            distance=f"{expected_distance(layer.weights[head])[query]:.1f}",
        )
    )


def in_words(text: Text, words: tuple[str, ...], query: int, weights: Array) -> str:
    """One sentence, as Markdown, that says what the shading shows.

    Args:
        text: The reader's language.
        words: The sentence's tokens.
        query: The word that asks.
        weights: ``(key,)``.
    """
    asks = plain(words[query])
    if not weights.any():
        return text("highlight.blind", asks=asks)
    order = np.argsort(-weights, kind="stable")
    first, share = int(order[0]), f"{weights[order[0]]:.0%}"
    found = text("highlight.itself") if first == query else f"“{plain(words[first])}”"
    values = {"asks": asks, "found": found, "share": share}
    if len(words) == 1 or weights[order[1]] == 0:
        return text("highlight.only", **values)
    next_word = plain(words[order[1]])
    times = weights[order[0]] / weights[order[1]]
    if weights.max() - weights.min() < 0.005:
        return text("highlight.evenly", **values)
    if times < 1.15:
        return text("highlight.close", next=next_word, **values)
    return text("highlight.clear", next=next_word, times=f"{times:.1f}", **values)
