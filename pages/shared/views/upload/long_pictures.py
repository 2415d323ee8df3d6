"""A long file's map: a picture of the whole, the part that was clicked, and the cells around."""

import time
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import InputError
from core.long.pixels import blocks
from pages.shared import theme
from pages.shared.figures import overview
from pages.shared.figures.heatmap import Frame, Heatmap, Marks, balanced
from pages.shared.figures.overview import Overview
from pages.shared.figures.reduced import Reduced, strongest_shade
from pages.shared.reader.session import session
from pages.shared.server import cache
from pages.shared.text import Text
from pages.shared.views import maps
from pages.shared.views.clicked import clicked
from pages.shared.views.opened import Pointed
from pages.shared.views.refused import refused
from pages.shared.views.upload.long import CELLS, LongView, cells, note_block

_PATIENCE = 0.5  # seconds after which it is shown how far the picture is


def pictures(text: Text, view: LongView) -> None:
    """The whole in pixels, the opened block cell by cell, and the cells around the opened pair."""
    queries, keys = view.head.block(view.pointed.query, view.pointed.key)
    n_query, n_key = len(view.pointed.asking), len(view.pointed.answering)
    if max(n_query, n_key) > maps.LARGE:
        st.markdown(text("upload_long.intro", queries=f"{n_query:,}", keys=f"{n_key:,}"))
        grid = st.grid(2, min_column_width=300)
        with grid.cell():
            _whole(text, view)
        if max(len(queries), len(keys)) > CELLS:
            with grid.cell():
                _zoomed(text, view, queries, keys)
    _cells(text, view)


def _whole(text: Text, view: LongView) -> None:
    st.markdown(text("upload_long.whole"))
    place = st.empty()
    try:
        found = cache.long_picture(view.key, view.head, _progress(text, place))
    except InputError as problem:
        with place.container():
            refused(text, problem, "upload_long")
        return
    place.empty()
    pixels = found.maximum if view.pooling == "maximum" else found.mean
    figure = Reduced(
        pixels,
        found.pooled(view.pooling),
        blocks(len(view.head.q)),
        blocks(len(view.head.k)),
        Frame(text("axis.query"), text("axis.key"), text(f"upload_pooling.{view.pooling}")),
        theme.sequential(),
        strongest_shade(pixels),
    )
    pointed, kept_by = view.pointed, view.key
    _draw(
        text,
        "upload_long_whole",
        (figure, pointed),
        lambda row, column: note_block(pointed, kept_by, (row, column)),
    )


def _zoomed(text: Text, view: LongView, queries: range, keys: range) -> None:
    weights = cache.long_part(view.key, view.head, queries, keys)
    figure = Overview(
        weights,
        view.pointed.asking[queries.start : queries.stop],
        view.pointed.answering[keys.start : keys.stop],
        _frame(text),
        theme.sequential(),
        first=(queries.start, keys.start),
        most=strongest_shade(weights),
    )
    st.markdown(
        text(
            "upload_long.part",
            first_query=queries.start + 1,
            last_query=queries.stop,
            first_key=keys.start + 1,
            last_key=keys.stop,
        )
    )
    pointed = view.pointed
    _draw(
        text,
        "upload_long_part",
        (figure, pointed),
        lambda row, column: pointed.point(queries.start + row, keys.start + column),
    )


def cells_map(text: Text, view: LongView) -> Heatmap:
    """The single cells around the opened pair, ready to be drawn."""
    queries, keys, weights = cells(view)
    return Heatmap(
        values=weights,
        rows=view.pointed.asking[queries.start : queries.stop],
        columns=view.pointed.answering[keys.start : keys.stop],
        frame=_frame(text),
        colours="sequential",
        domain=(0.0, balanced(weights)[1]),
        possible=view.head.may_look(queries, keys),
        first=(queries.start, keys.start),
    )


def _cells(text: Text, view: LongView) -> None:
    st.markdown(text("upload_long.cells"))
    heatmap, alt = cells_map(text, view), text("alt.upload_long_cells")
    maps.draw("upload_long_cells", heatmap, view.pointed, alt)


def _draw(
    text: Text,
    name: str,
    shown: tuple[Reduced | Overview, Pointed],
    open_at: Callable[[int, int], None],
) -> None:
    """A picture, and what its strongest shade means; a click gives a row and a column."""
    figure, pointed = shown
    above, before = figure.first if isinstance(figure, Overview) else (0, 0)
    marks = Marks(pointed.query - above, pointed.key - before, session().clicks)

    def choose() -> None:
        place = clicked(name, "row", "column", click=overview.CLICK)
        if place:
            open_at(*place)

    st.vega_lite_chart(
        figure.table(marks),
        figure.specification(),
        key=name,
        on_select=choose,
        selection_mode=[overview.CLICK],
        alt=text(f"alt.{name}"),
    )
    st.caption(text("upload_long.shade", most=f"{figure.most:.2g}"))


def _progress(text: Text, place: DeltaGenerator) -> cache.Advancing:
    """Shows how far the picture is, if it takes a while; and ends if the reader has left."""
    begin = time.monotonic()

    def told(part: float | None) -> None:
        if time.monotonic() - begin > _PATIENCE:
            stage = "waiting" if part is None else "computing"
            place.progress(part or 0.0, text(f"upload_long.{stage}"))

    return told


def _frame(text: Text) -> Frame:
    return Frame(text("axis.query"), text("axis.key"), text("axis.weight"))
