"""A heatmap on a page: a click on a cell chooses its words everywhere."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.book import book
from pages.shared.figures.heatmap import CLICK, Heatmap, Marks
from pages.shared.views.opened import Opened

_LABELS = 90  # pixels for the words beside a map
_CELL = 10  # pixels that a cell needs at least
_STACKED = 22  # words from which on each map gets a row of its own


def side_by_side(n_maps: int, n_words: int) -> list[DeltaGenerator]:
    """Places for maps: side by side as far as the window allows, one below the other otherwise."""
    if n_words > _STACKED:
        return [st.container() for _ in range(n_maps)]
    grid = st.grid(n_maps, min_column_width=max(220, _LABELS + _CELL * n_words))
    return [grid.cell() for _ in range(n_maps)]


def draw(name: str, heatmap: Heatmap, it: Opened, alt: str, *, pairs: bool = True) -> None:
    """Draw a map whose rows are words that ask.

    Args:
        name: The map's, on its page.
        heatmap: What to draw.
        it: Whose words are marked, and chosen by a click.
        alt: What a screen reader says of the map.
        pairs: Whether columns are words too, so that a click chooses the key as well.
    """
    st.vega_lite_chart(
        heatmap.table(Marks(it.query, it.key if pairs else None, book()["turn"])),
        heatmap.specification(),
        key=name,
        on_select=lambda: _choose(name, it, pairs=pairs),
        selection_mode=[CLICK],
        alt=alt,
    )


def _choose(name: str, it: Opened, *, pairs: bool) -> None:
    cells = st.session_state[name].selection[CLICK]
    if cells:
        it.point(cells[0]["row"], cells[0]["column"] if pairs else None)
