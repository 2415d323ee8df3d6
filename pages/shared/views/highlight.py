"""Who the chosen word looks at, in colours and in words: attention highlights the key points."""

import numpy as np
import streamlit as st

from core.arrays import Array
from core.measures import entropy, expected_distance
from core.trace import LayerTrace
from pages.shared import examples
from pages.shared.state import Scene
from pages.shared.text import Text, plain_word
from pages.shared.views.word_strip import word_strip

CLOSE = 1.15
"""Two weights whose ratio is below this are told as equal."""


def highlight(text: Text, scene: Scene, layer: LayerTrace) -> None:
    """The shaded sentence, and the same in words."""
    head, query = scene.choice.head, scene.choice.query
    weights = layer.weights[head, query]
    word_strip(text, scene, weights)
    st.markdown(in_words(text, scene.tokens.kept, query, weights))
    example = examples.named(scene.choice.sentence)
    if scene.choice.source == "handset" and example in ("tired", "wide"):
        st.caption(text("highlight.same_it"))
    st.caption(
        text(
            "highlight.spread",
            bits=f"{entropy(weights[None])[0]:.2f}",
            most=f"{np.log2(max(1, layer.may_look[head, query].sum())):.2f}",
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
    asks = plain_word(words, query)
    order = [int(key) for key in np.argsort(-weights, kind="stable") if weights[key] > 0]
    if not order:
        return text("highlight.blind", asks=asks)
    found = [
        text("highlight.itself") if key == query else text("highlight.quoted", word=word)
        for key, word in ((key, plain_word(words, key)) for key in order[:2])
    ]
    share = f"{weights[order[0]]:.0%}"
    if len(order) == 1:
        return text("highlight.only", asks=asks, found=found[0], share=share)
    if weights[order[0]] < weights[order[-1]] * CLOSE:
        return text("highlight.evenly", asks=asks, share=share, n=len(order))
    times = weights[order[0]] / weights[order[1]]
    name = "highlight.close" if times < CLOSE else "highlight.clear"
    return text(name, asks=asks, found=found[0], share=share, next=found[1], times=f"{times:.1f}")
