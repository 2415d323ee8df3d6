"""Four ways to compare a query with a key, on the same pair of sentences."""

from dataclasses import replace
from typing import get_args

import streamlit as st

from core.ideas.crossing import Scoring, cost, general_gap
from pages.shared.text import Text
from pages.shared.views import maps
from pages.shared.views.cross.crossing import Crossing
from pages.shared.views.cross.maps import weights_map

_FORMULAS = {
    "dot": r"h_i \cdot h_j",
    "scaled": r"(q_i \cdot k_j) / \sqrt{d_k}",
    "general": r"h_i\, W_a\, h_j^\top",
    "additive": r"v_a \cdot \tanh(W_1 h_i + W_2 h_j)",
}


def scorings(text: Text, crossing: Crossing) -> None:
    """Show formula, map and cost of each."""
    st.subheader(text("cross.scoring_title"), anchor=False)
    st.markdown(text("cross.scoring_lead"))
    n_query, n_key = (
        len(crossing.words(crossing.choice.asks)),
        len(crossing.words(crossing.choice.answers)),
    )
    names, sizes = get_args(Scoring), crossing.choice.source.sizes
    for place, name in zip(maps.side_by_side(len(names), max(n_query, n_key)), names, strict=True):
        choice = replace(crossing.choice, cross_scoring=name)
        scored = crossing._replace(choice=choice)
        opened, price = scored.opened(scored.trace()), cost(name, n_query, n_key, sizes)
        with place:
            st.markdown(f"**{text(f'cross_scoring.{name}')}**  \n${_FORMULAS[name]}$")
            alt = text("alt.cross_by", name=text(f"cross_scoring.{name}"))
            maps.draw(f"cross_by_{name}", weights_map(text, choice, opened), opened, alt)
            st.caption(text("cross.cost", **price._asdict()))
    st.caption(text("cross.cost_sizes", d_model=sizes.d_model, d_k=sizes.d_k, d_a=sizes.d_model))
    gap = general_gap(
        crossing.choice.source,
        crossing.words(crossing.choice.asks),
        crossing.words(crossing.choice.answers),
    )
    st.markdown(text("cross.general_is_scaled", gap=f"{gap:.1g}"))
