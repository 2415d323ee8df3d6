"""The heads that do something most, each with its number; choosing a row opens it."""

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import tables
from pages.shared.reader.session import change, session
from pages.shared.text import Text
from pages.shared.views.atlas.atlas import describe
from pages.shared.views.atlas.heads import Heads
from pages.shared.views.clicked import listed
from pages.shared.views.folded import folded

_LISTED = 12  # heads in the table


def finder(text: Text, heads: Heads) -> None:
    """A folded block with the table."""
    with folded(text, heads.field("finder_open"), unfolded=heads.chosen("finder_open")) as block:
        if block.open:
            _table(text, heads)


def _table(text: Text, heads: Heads) -> None:
    st.caption(describe(text, heads))
    layer, head = np.unravel_index(heads.sorted[:_LISTED], heads.shape)
    name = text(f"atlas_order.{heads.order}")
    found = {"layer": layer.tolist(), "head": head.tolist(), "value": heads.values[layer, head]}
    page, key = heads.page, f"{heads.page}_finder.{session().clicks}"
    tables.room_above()
    st.dataframe(
        pd.DataFrame(found),
        hide_index=True,
        column_config={
            "layer": text("word.layer"),
            "head": text("word.head"),
            "value": st.column_config.NumberColumn(name, format="%.3f"),
        },
        key=key,
        on_select=lambda: _open(page, key, found["layer"], found["head"]),
        selection_mode="single-row",
    )
    headers = (text("word.layer"), text("word.head"), name)
    matrix = tables.listed(dict(zip(headers, map(list, found.values()), strict=True)))
    tables.download(text, "heads_found", matrix)


def _open(page: str, key: str, layers: list[int], heads: list[int]) -> None:
    row = listed(key)
    if row is not None and row in range(len(layers)):
        change(**{f"{page}_layer": layers[row], f"{page}_head": heads[row]})
