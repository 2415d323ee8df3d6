"""The atlas at the left, the opened head at the right; one below the other in a narrow window."""

from typing import get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.reader.model import Aggregate
from pages.shared.reader.session import showing
from pages.shared.text import Text
from pages.shared.views.atlas.atlas import atlas
from pages.shared.views.atlas.heads import Heads

_NARROWEST = 470  # pixels of each of the two


def atlas_and_head(text: Text, heads: Heads) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The atlas, and the heading of the opened head; gives the places below each."""
    grid = st.grid(2, min_column_width=_NARROWEST, gap="medium")
    left, right = grid.cell(), grid.cell()
    with left:
        atlas(text, heads)
    with right:
        _heading(text, heads)
    return left, right


def _heading(text: Text, heads: Heads) -> None:
    """Which head is opened; beside it, whether it is shown or what becomes of several."""
    layer, head = heads.at
    _, n_heads = heads.shape
    options = tuple(it for it in get_args(Aggregate) if heads.square or it != "rollout")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        title = text("head.title", layer=layer, head=head)
        st.subheader(title, anchor=False, width="content")
        st.segmented_control(
            text(f"{heads.page}_aggregate.label"),
            options,
            format_func=text.options("aggregate", options).__getitem__,
            key=showing(heads.field("aggregate")),
            required=True,
            label_visibility="collapsed",
            help=text("aggregate.help", heads=n_heads),
        )
