"""Heads as blocks of one big head: try what happens outside the blocks."""

from typing import get_args

import numpy as np
import streamlit as st

from core.ideas.heads import Blocks, heads, one_big_head
from pages.shared import controls
from pages.shared.figures.heatmap import Frame, Heatmap, Marks
from pages.shared.text import Text
from pages.shared.views.heads.beside import Several

_MOST_ROWS = 40  # of the big map


def blocks(text: Text, several: Several) -> None:
    """The big head's map, and how far its outputs are from those of the heads."""
    controls.option(text, "heads_blocks", get_args(Blocks))
    mode, words = several.choice.heads_blocks, several.scene.tokens.kept
    kept = words[: _MOST_ROWS // several.n_heads]
    source = several.scene.source
    parameters, rules = source.parameters(kept), source.rules
    big = one_big_head(parameters, rules, mode)
    expected = heads(parameters, rules).output
    rows = [f"{head + 1} {word}" for head in range(several.n_heads) for word in kept]
    heatmap = Heatmap(
        values=big.weights,
        rows=rows,
        columns=rows,
        frame=Frame(text("axis.query"), text("axis.key"), text("axis.weight")),
        colours="sequential",
        domain=(0.0, 1.0),
        possible=big.weights > 0,
    )
    st.markdown(text(f"heads_blocks.{mode}.help"))
    st.vega_lite_chart(
        heatmap.table(Marks(-1, None)),
        heatmap.specification(),
        key="heads_big",
        alt=text("alt.heads_big"),
    )
    if len(kept) < len(words):
        st.caption(text("heads.blocks_cut", kept=len(kept)))
    difference = float(np.abs(big.output - expected).max())
    told = f"{difference:.2g}"
    if np.allclose(big.output, expected, rtol=0, atol=1e-12):
        st.success(text("heads.blocks_same", difference=told))
    else:
        st.warning(text("heads.blocks_other", difference=told))
