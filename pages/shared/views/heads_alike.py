"""How alike heads are: where they look, and where they move the outputs."""

import numpy as np
import streamlit as st

from core.ideas.heads import look_alike, pull_alike
from pages.shared.figures.heatmap import Frame, Heatmap, Marks
from pages.shared.text import Text
from pages.shared.views.heads import Several


def alike(text: Text, it: Several) -> None:
    """Two maps of pairs of heads, and the pair that looks most alike."""
    if it.n_heads == 1:
        st.info(text("heads.alike_one"))
        return
    look, pull = look_alike(it.found.weights), pull_alike(it.found.contributions)
    numbers = [str(head + 1) for head in range(it.n_heads)]
    frame = Frame(text("word.head"), text("word.head"), text("heads.similarity"))
    places = st.grid(2, min_column_width=300, gap="medium")
    for name, values in (("look", look), ("pull", pull)):
        colours, low = ("sequential", 0.0) if name == "look" else ("diverging", -1.0)
        heatmap = Heatmap(values, it.names(text), numbers, frame, colours, (low, 1.0))
        with places.cell():
            st.markdown(text(f"heads.{name}"))
            st.vega_lite_chart(
                heatmap.table(Marks(-1, None)),
                heatmap.specification(),
                key=f"heads_{name}",
                alt=text(f"alt.heads_{name}"),
            )
    above = np.triu(look, 1)
    first, second = np.unravel_index(int(above.argmax()), above.shape)
    st.markdown(
        text(
            "heads.most_alike",
            first=int(first) + 1,
            second=int(second) + 1,
            look=f"{look[first, second]:.2f}",
            pull=f"{pull[first, second]:.2f}",
        )
    )
