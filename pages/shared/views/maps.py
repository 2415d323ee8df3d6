"""A heatmap on a page: a click on a cell chooses its words everywhere."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.architectures import Measured
from pages.shared import theme
from pages.shared.figures import overview
from pages.shared.figures.heatmap import CLICK, Heatmap, Marks, balanced
from pages.shared.figures.overview import Overview
from pages.shared.reader.session import session
from pages.shared.text import Text
from pages.shared.views.clicked import clicked
from pages.shared.views.opened import Pointed

LARGE = 45
"""Words from which on a map is a picture, with its cells drawn around the opened one only."""

_AROUND = 11  # words to each side of the opened one
_NARROWEST = 250  # pixels of a map with all that is around it
_LABELS = 90  # pixels for the words beside a map
_CELL = 10  # pixels that a cell needs at least
_STACKED = 22  # words from which on each map gets a row of its own


def side_by_side(n_maps: int, n_words: int) -> list[DeltaGenerator]:
    """Places for maps: side by side as far as the window allows, one below the other otherwise."""
    if _STACKED < n_words <= LARGE:
        return [st.container() for _ in range(n_maps)]
    shown = n_words if n_words <= LARGE else 2 * _AROUND
    grid = st.grid(n_maps, min_column_width=max(_NARROWEST, _LABELS + _CELL * shown))
    return [grid.cell() for _ in range(n_maps)]


def last_share(seen: Iterable[Measured]) -> float:
    """The largest share in the last rows, where colours may end.

    The first tokens of a causal network have few to feel: their large shares would leave the
    others pale.
    """
    return balanced(np.stack([it.influence.share[-1] for it in seen]))[1]


def draw(name: str, heatmap: Heatmap, pointed: Pointed, alt: str, *, pairs: bool = True) -> None:
    """Draw a map whose rows are words that ask.

    A large one is drawn around the opened cell only; a large map of weights comes with a picture
    of the whole. A map that begins elsewhere than at the first words is drawn as it is.

    Args:
        name: The map's, on its page.
        heatmap: What to draw.
        pointed: Whose words are marked, and chosen by a click.
        alt: What a screen reader says of the map.
        pairs: Whether columns are words too, so that a click chooses the key as well.
    """
    pointed = pointed.words
    top, left = heatmap.first
    marks = Marks(pointed.query - top, pointed.key - left if pairs else None, session().clicks)
    if len(heatmap.rows) > LARGE or (pairs and len(heatmap.columns) > LARGE):
        if pairs and heatmap.colours == "sequential":
            _overview(f"{name}.whole", heatmap, pointed, marks, alt)
        top, left = _start(pointed.query, len(heatmap.rows)), 0
        if pairs:
            left = _start(pointed.key, len(heatmap.columns))
        heatmap = _window(heatmap, top, left, whole_rows=not pairs)
        marks = replace(
            marks, row=pointed.query - top, column=pointed.key - left if pairs else None
        )
    st.vega_lite_chart(
        heatmap.table(marks),
        heatmap.specification(),
        key=name,
        on_select=lambda: _choose(name, CLICK, pointed, (top, left if pairs else None)),
        selection_mode=[CLICK],
        alt=alt,
    )


def say_which_words(text: Text, pointed: Pointed) -> None:
    """That maps of so many words are drawn around the opened cell only."""
    n = len(pointed.asking)
    if n > LARGE:
        first = _start(pointed.query, n)
        st.caption(text("maps.part", first=first + 1, last=first + 2 * _AROUND, n=n))


def say_where_colours_end(text: Text, heatmaps: Iterable[Heatmap]) -> None:
    """That the strongest colour stands for more than one share, if cells lie beyond it."""
    beyond = [it.domain[1] for it in heatmaps if it.values.max() > it.domain[1]]
    if beyond:
        st.caption(text("maps.cut", most=f"{max(beyond):.0%}"))


def _overview(name: str, heatmap: Heatmap, pointed: Pointed, marks: Marks, alt: str) -> None:
    whole = Overview(
        heatmap.values
        if heatmap.possible is None
        else np.where(heatmap.possible, heatmap.values, np.nan),
        heatmap.rows,
        heatmap.columns,
        heatmap.frame,
        theme.sequential(),
    )
    with st.container(width=overview.SIDE):
        st.vega_lite_chart(
            whole.table(marks),
            whole.specification(),
            key=name,
            on_select=lambda: _choose(name, overview.CLICK, pointed, (0, 0)),
            selection_mode=[overview.CLICK],
            alt=alt,
        )


def _start(place: int, n: int) -> int:
    return max(0, min(place - _AROUND, n - 2 * _AROUND))


def _window(heatmap: Heatmap, top: int, left: int, *, whole_rows: bool) -> Heatmap:
    rows = slice(top, top + 2 * _AROUND)
    columns = slice(None) if whole_rows else slice(left, left + 2 * _AROUND)
    return replace(
        heatmap,
        values=heatmap.values[rows, columns],
        rows=heatmap.rows[rows],
        columns=heatmap.columns[columns],
        possible=None if heatmap.possible is None else heatmap.possible[rows, columns],
        first=(top, left),
        words_above=heatmap.depth,  # of all its words, so that it does not jump
    )


def _choose(name: str, click: str, pointed: Pointed, start: tuple[int, int | None]) -> None:
    place = clicked(name, "row", "column", click=click)
    top, left = start
    if place:
        pointed.point(place[0] + top, None if left is None else place[1] + left)
