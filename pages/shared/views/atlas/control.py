"""What is the opened head's own in what it seems to find, and what it mostly does."""

import streamlit as st

from core.arrays import Array
from pages.shared.shares import rounded
from pages.shared.text import Text, plain_word
from pages.shared.views.atlas.heads import Heads
from pages.shared.views.opened import Pointed


def control_and_habit(text: Text, heads: Heads, pointed: Pointed, weights: Array) -> None:
    """Both below the shaded words.

    Args:
        text: The reader's language.
        heads: All of them.
        pointed: Whose row is shaded.
        weights: ``(query, key)``: the shown map.
    """
    st.caption(text.joined(control(text, pointed, weights), *_habit(text, heads)))


def control(text: Text, pointed: Pointed, weights: Array) -> str:
    """What of the row's largest weight is the row's own: other rows may look there as much."""
    query = pointed.query
    key = int(weights[query].argmax())
    weight, mean = float(weights[query, key]), float(weights[:, key].mean())
    return text(
        "atlas.control" if weight > mean else "atlas.control_less",
        asks=plain_word(pointed.asking, query),
        found=plain_word(pointed.answering, key),
        weight=rounded(text, weight),
        mean=rounded(text, mean),
        own=rounded(text, weight - mean),
    )


def _habit(text: Text, heads: Heads) -> tuple[str, ...]:
    """What the head mostly does, if it is shown by itself and does anything mostly."""
    name = str(heads.habits[heads.at])
    if not name or heads.chosen("aggregate") != "head":
        return ()
    share = f"{heads.features[name][heads.at]:.0%}"
    return (text("atlas.named", habit=text(f"atlas_order.{name}"), share=share),)
