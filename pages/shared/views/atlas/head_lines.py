"""The two-column picture of a few heads of the opened layer."""

import streamlit as st

from core.reader.model import MOST_LINES, THIS_HEAD
from pages.shared.figures import lines
from pages.shared.figures.lines import Sides
from pages.shared.reader.session import change, showing
from pages.shared.text import Text
from pages.shared.views import maps
from pages.shared.views.atlas.heads import Heads


def head_lines(text: Text, heads: Heads) -> None:
    """The lines, for words that look at each other; of a long text, those around who asks."""
    (at, _), drawn, pointed = heads.at, _lined(text, heads), heads.pointed
    if not drawn:
        return
    names = [f"{at}·{head}" for head in drawn]
    first = max(0, min(pointed.query - maps.LARGE // 2, len(pointed.asking) - maps.LARGE))
    part = slice(first, first + maps.LARGE)
    weights = heads.weights[at][drawn][:, part, part]
    sides = Sides(text("axis.query"), text("axis.key"), text("head.label"), text("axis.weight"))
    st.vega_lite_chart(
        lines.table(weights, pointed.asking[part], names, pointed.query - first),
        lines.specification(len(pointed.asking[part]), sides),
        key=f"{heads.page}_lines_picture",
        alt=text("alt.lines"),
    )


def _lined(text: Text, heads: Heads) -> list[int]:
    """Heads of the layer to choose; a box of its own for each that is shown, as it is named."""
    (at, here), (_, n_heads) = heads.at, heads.shape  # callbacks are kept: they hold no numbers
    field = heads.field("lines")
    named = (here if head == THIS_HEAD else head for head in heads.chosen("lines"))
    shown = list(dict.fromkeys(named))
    key = showing(f"{field}.{n_heads}.{at}.{here}", shown)

    def choose() -> None:
        chosen = [head for head in st.session_state.get(key, shown) if head in range(n_heads)]
        change(**{field: [THIS_HEAD if head == here else head for head in chosen]})

    st.multiselect(
        text("atlas_lines.label"),
        range(n_heads),
        key=key,
        on_change=choose,
        format_func=lambda head: f"{at}·{head}",
        max_selections=MOST_LINES,
    )
    return shown
