"""One layer cut into more and more heads: the same work, counted."""

import pandas as pd
import streamlit as st

from core.ideas.heads_cost import HeadCost, costs
from core.reader.explore import HEADS_WIDTHS
from pages.shared import tables
from pages.shared.reader.session import showing
from pages.shared.text import Text
from pages.shared.views.heads.beside import Several


def cost(text: Text, several: Several) -> None:
    """A table, one row a number of heads."""
    st.select_slider(text("heads_width.label"), HEADS_WIDTHS, key=showing("heads_width"))
    n, d = len(several.scene.tokens.kept), several.choice.heads_width
    rows = costs(n, d)
    heads = [str(row.n_heads) for row in rows]
    columns = {
        text(f"heads.cost_{name}"): [getattr(row, name) for row in rows]
        for name in HeadCost._fields[1:]
    }
    shown = {name: [f"{count:,}" for count in column] for name, column in columns.items()}
    st.table(pd.DataFrame(shown, index=pd.Index(heads, name=text("n_heads.label"))))
    tables.download(text, "heads_cost", tables.listed(columns, heads))
    same = len({row.counted for row in rows}) == 1
    st.markdown(text("heads.cost_same" if same else "heads.cost_other", n=n, d=d))
    st.caption(text("heads.cost_here", d_k=several.scene.choice.d_k, n_heads=several.n_heads))
