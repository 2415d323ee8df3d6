"""One layer cut into more and more heads: the same work, counted."""

import pandas as pd
import streamlit as st

from core.choices.heads import WIDTHS
from core.ideas.heads_cost import costs
from pages.shared.text import Text
from pages.shared.views.heads.beside import Several


def cost(text: Text, it: Several) -> None:
    """A table, one row a number of heads."""
    st.select_slider(text("heads_width.label"), WIDTHS, key="heads_width")
    n, d = len(it.scene.tokens.kept), it.choice.heads_width
    rows = costs(n, d)
    columns = {
        text("n_heads.label"): [str(row.n_heads) for row in rows],
        text("heads.cost_size"): [f"{row.size}" for row in rows],
        text("heads.cost_formula"): [f"{row.formula:,}" for row in rows],
        text("heads.cost_counted"): [f"{row.counted:,}" for row in rows],
        text("heads.cost_weights"): [f"{row.weights:,}" for row in rows],
    }
    st.table(pd.DataFrame(columns).set_index(text("n_heads.label")))
    same = len({row.counted for row in rows}) == 1
    st.markdown(text("heads.cost_same" if same else "heads.cost_other", n=n, d=d))
    st.caption(text("heads.cost_here", d_k=it.scene.choice.d_k, n_heads=it.n_heads))
