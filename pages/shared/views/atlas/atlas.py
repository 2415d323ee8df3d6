"""The atlas: a cell for each head, with its map, its answer to one word, or what it mostly does."""

from typing import get_args

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.reader.model import Cells, Click
from pages.shared import theme
from pages.shared.figures import atlas as figure
from pages.shared.figures.atlas import Answers, Drawn, Words
from pages.shared.reader.session import change, reader, session, showing
from pages.shared.text import Text, plain, plain_word
from pages.shared.views.atlas.heads import Heads
from pages.shared.views.clicked import clicked

_LABELS = 50  # pixels beside the cells
_THICKEST = 0.75  # veil over a map


def atlas(text: Text, heads: Heads) -> None:
    """The controls and the cells; a click opens a head, or switches it off."""
    _controls(text, heads)
    answers, cells = _answers(text, heads), heads.chosen("cells")
    n_layers, n_heads = heads.shape
    in_order = not heads.chosen("sorted")
    order = np.arange(n_layers * n_heads) if in_order else heads.sorted
    drawn = Drawn(
        order,
        strength=_strength(heads, answers),
        chosen=heads.at,
        off=frozenset(heads.chosen("off")) if heads.off else frozenset(),
        turn=session().clicks,
    )
    mosaic = figure.mosaic(heads.weights, order, theme.sequential()) if cells == "maps" else ""
    shape = (*heads.shape, *heads.weights[0].shape[1:])
    page, off = heads.page, heads.off  # callbacks are kept: they never hold the numbers
    with st.container(width=_LABELS + figure.SIDE * n_heads):
        st.vega_lite_chart(
            figure.table(answers, drawn, mosaic),
            figure.specification(
                shape,
                cells,
                _words(text, heads),
                theme.background(),
                in_order=in_order,
            ),
            key=f"{page}_atlas",
            on_select=lambda: _click(page, off=off),
            selection_mode=[figure.CLICK],
            alt=text("alt.atlas"),
        )
    st.caption(_reading(text, heads))


def _controls(text: Text, heads: Heads) -> None:
    """What cells show, in which order they stand, and what a click does; names are for the ear."""
    n_layers, n_heads = heads.shape
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        title = text("atlas.title", heads=n_layers * n_heads)
        st.subheader(title, anchor=False, width="content")
        _one_of(text, heads, "cells", get_args(Cells))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.selectbox(
            text("atlas_order.label"),
            heads.orders,
            format_func=text.options("atlas_order", heads.orders).__getitem__,
            key=showing(heads.field("order")),
            label_visibility="collapsed",
            width=205,
        )
        st.toggle(text("atlas_sorted.label"), key=showing(heads.field("sorted")))
        if heads.off:
            _one_of(text, heads, "click", get_args(Click))


def _one_of(text: Text, heads: Heads, name: str, options: tuple[str, ...]) -> None:
    st.segmented_control(
        text(f"atlas_{name}.label"),
        options,
        format_func=text.options(f"atlas_{name}", options).__getitem__,
        key=showing(heads.field(name)),
        required=True,
        width="content",
        label_visibility="collapsed",
    )


def _answers(text: Text, heads: Heads) -> Answers:
    """What each head does, and what the word that asks looks at most in it."""
    pointed = heads.pointed
    rows = np.stack([layer[:, pointed.query] for layer in heads.weights])  # (layer, head, key)
    means = np.stack([layer.mean(axis=1) for layer in heads.weights])
    found = rows.argmax(axis=-1)[..., None]
    names = {"": "", **{it: text(f"atlas_habit.{it}") for it in _habits(heads)}}
    return Answers(
        value=heads.values,
        habit=np.vectorize(names.__getitem__, otypes=[np.str_])(heads.habits),
        found=np.array(pointed.answering)[found[..., 0]],
        weight=np.take_along_axis(rows, found, -1)[..., 0],
        mean=np.take_along_axis(means, found, -1)[..., 0],
    )


def _habits(heads: Heads) -> tuple[str, ...]:
    return tuple(it for it in heads.orders if it not in ("pair", "sharp", "wide"))


def _strength(heads: Heads, answers: Answers) -> NDArray[np.floating]:
    """How strong each cell's colour is; or what lies over each small map."""
    match heads.chosen("cells"):
        case "answers":
            return answers.weight
        case "habits":
            return _shade(heads)
        case _:
            return _veil(heads)


def _shade(heads: Heads) -> NDArray[np.floating]:
    """How much each head does of what is sorted by, from 0 to 1; of bits, beside the most."""
    values = heads.values
    most = max(1.0, float(values.max()))
    return 1 - values / most if heads.order == "sharp" else values / most


def _veil(heads: Heads) -> NDArray[np.floating]:
    """How far heads stand back that do less than others of a behaviour that is chosen."""
    shade = _shade(heads)
    room = float(np.ptp(shade))
    if heads.order == "pair" or not room:
        return np.zeros(heads.shape)
    return _THICKEST * (shade.max() - shade) / room


def _words(text: Text, heads: Heads) -> Words:
    return Words(
        layer=text("word.layer"),
        head=text("word.head"),
        value=text(f"atlas_order.{heads.order}"),
        habit=text("atlas.habit"),
        found=text("atlas.found"),
        weight=text("axis.weight"),
        mean=text("atlas.mean"),
    )


def _reading(text: Text, heads: Heads) -> str:
    """How the cells are to be read."""
    pointed = heads.pointed
    return text(
        f"atlas.reading.{heads.chosen('cells')}",
        asks=plain_word(pointed.asking, pointed.query),
        order=text(f"atlas_order.{heads.order}"),
    )


def describe(text: Text, heads: Heads) -> str:
    """What the chosen order means."""
    pointed = heads.pointed
    return text(
        f"atlas_order.{heads.order}.help",
        asks=plain_word(pointed.asking, pointed.query),
        answers=plain_word(pointed.answering, pointed.key),
        added=text("sentence.comma").join(plain(piece) for piece in heads.special),
    )


def _click(page: str, *, off: bool) -> None:
    """Open the clicked head; or switch it off, or on again."""
    place = clicked(f"{page}_atlas", "layer", "head", click=figure.CLICK)
    if not place:
        return
    before = reader()[f"{page}_off"] if off else None
    if isinstance(before, tuple) and reader()[f"{page}_click"] == "off":
        change(**{f"{page}_off": tuple(sorted({*before} ^ {place}))})
    else:
        change(**{f"{page}_layer": place[0], f"{page}_head": place[1]})
