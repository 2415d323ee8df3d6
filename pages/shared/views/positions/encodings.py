"""Position encodings as pictures: stripes, dot products, clock hands, slopes."""

import numpy as np
import streamlit as st

from core.ideas.shuffling import rope_degrees
from core.positions import alibi_bias, alibi_slopes, sinusoidal
from core.reader.records import limits
from pages.shared.figures.curves import Axes, curves_specification, curves_table
from pages.shared.figures.hands import hands_specification, hands_table
from pages.shared.figures.heatmap import Frame, Heatmap, Marks
from pages.shared.reader.session import showing
from pages.shared.text import Text
from pages.shared.views.positions.shuffling import Shuffling

_POSITIONS = 32
_WIDTH = 16
_WIDE = 64
_HEADS = 8
_MOST_PAIRS = 8


def encodings(text: Text, shuffling: Shuffling) -> None:
    """Four pictures, side by side as far as the window allows."""
    grid = st.grid(2, min_column_width=300, gap="medium")
    for draw in (_stripes, _products, _hands, _slopes):
        with grid.cell():
            draw(text, shuffling)


def _stripes(text: Text, shuffling: Shuffling) -> None:
    """Rows are positions; each pair of columns is a slower wave."""
    waves = sinusoidal(_POSITIONS, _WIDTH).numpy()
    heatmap = Heatmap(
        values=waves,
        rows=[str(position) for position in range(_POSITIONS)],
        columns=[f"{'cos' if column % 2 else 'sin'} {column // 2}" for column in range(_WIDTH)],
        frame=Frame(text("positions.position"), "", text("positions.entry")),
        colours="diverging",
        domain=(-1.0, 1.0),
    )
    st.markdown(text("positions.stripes"))
    st.vega_lite_chart(
        heatmap.table(Marks(shuffling.choice.positions_at, None)),
        heatmap.specification(),
        key="positions_stripes",
        alt=text("alt.positions_stripes"),
    )


def _products(text: Text, shuffling: Shuffling) -> None:
    """One position's encoding with all others'."""
    low, high = limits("positions_at")
    at = shuffling.choice.positions_at
    waves = sinusoidal(_POSITIONS, _WIDE).numpy()
    st.markdown(text("positions.products", width=_WIDE))
    st.slider(text("positions_at.label"), int(low), int(high), key=showing("positions_at"))
    axes = Axes(text("positions.other"), text("positions.product"), text("positions.position"))
    st.vega_lite_chart(
        curves_table(np.arange(_POSITIONS), {str(at): waves @ waves[at]}, str(at)),
        curves_specification(axes),
        key="positions_products",
        alt=text("alt.positions_products"),
    )


def _hands(text: Text, shuffling: Shuffling) -> None:
    """How far RoPE turns each word's pairs, in the order in which the words stand now."""
    d_k = shuffling.scene.choice.d_k
    pairs = min(d_k // 2, _MOST_PAIRS) or 1
    degrees = rope_degrees(len(shuffling.words), max(2, d_k - d_k % 2))[:, :pairs]
    words = [shuffling.words[place] for place in shuffling.places]
    st.markdown(text("positions.hands"))
    names = text("axis.word"), text("positions.pair"), text("positions.angle")
    st.vega_lite_chart(
        hands_table(degrees, words, [str(pair + 1) for pair in range(pairs)]),
        hands_specification(len(words), *names),
        key="positions_hands",
        alt=text("alt.positions_hands"),
    )


def _slopes(text: Text, _: Shuffling) -> None:
    """What ALiBi takes off a score, by distance and head."""
    taken = alibi_bias(_HEADS, 1, _POSITIONS // 2)[:, 0].numpy()  # (head, key)
    slopes = alibi_slopes(_HEADS).numpy()
    names = tuple(f"{head + 1}: {slope:.3g}" for head, slope in enumerate(slopes))
    listed = text("sentence.comma").join(f"1/{1 / slope:.0f}" for slope in slopes)
    axes = Axes(text("positions.distance"), text("positions.bias"), text("positions.slope"))
    st.markdown(text("positions.slopes", n_heads=_HEADS, slopes=listed))
    st.vega_lite_chart(
        curves_table(np.arange(_POSITIONS // 2), dict(zip(names, taken, strict=True))),
        curves_specification(axes),
        key="positions_slopes",
        alt=text("alt.positions_slopes"),
    )
