"""A heatmap on a page: a click on a cell chooses its words everywhere."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import state
from pages.shared.book import book
from pages.shared.figures.heatmap import CLICK, Heatmap, Marks
from pages.shared.state import Scene

_LABELS = 90  # pixels for the words beside a map
_CELL = 10  # pixels that a cell needs at least
_STACKED = 22  # words from which on each map gets a row of its own


def side_by_side(n_maps: int, n_words: int) -> list[DeltaGenerator]:
    """Places for maps: side by side as far as the window allows, one below the other otherwise."""
    if n_words > _STACKED:
        return [st.container() for _ in range(n_maps)]
    grid = st.grid(n_maps, min_column_width=max(220, _LABELS + _CELL * n_words))
    return [grid.cell() for _ in range(n_maps)]


def draw(key: str, heatmap: Heatmap, scene: Scene, alt: str, *, keys: bool = True) -> None:
    """Draw a map whose rows are words that ask.

    Args:
        key: The map's name on its page.
        heatmap: What to draw.
        scene: Whose query (and key) is marked.
        alt: What a screen reader says of the map.
        keys: Whether columns are words too, so that a click chooses the key as well.
    """
    marks = Marks(scene.choice.query, scene.choice.key if keys else None, book()["turn"])
    st.vega_lite_chart(
        heatmap.table(marks),
        heatmap.specification(),
        key=key,
        on_select=lambda: _choose(key, keys=keys),
        selection_mode=[CLICK],
        alt=alt,
    )


def _choose(key: str, *, keys: bool) -> None:
    cells = st.session_state[key].selection[CLICK]
    if cells:
        chosen = {"query": cells[0]["row"]}
        state.change(**(chosen | {"key": cells[0]["column"]} if keys else chosen))
