"""The opened query of a long file: whom it looks at most, and the arithmetic of the opened pair."""

import numpy as np
import streamlit as st

from core.layer import Rules
from core.measures import entropy
from pages.shared import tables
from pages.shared.figures import formulas
from pages.shared.figures.heatmap import numbered
from pages.shared.reader.session import showing
from pages.shared.tables import Matrix
from pages.shared.text import Text, plain
from pages.shared.views.arithmetic import written
from pages.shared.views.folded import folded
from pages.shared.views.opened import Pointed
from pages.shared.views.upload.long import LongView, cells
from pages.shared.views.word_strip import word_strip

_STRONGEST = 24  # tokens in the strip


def opened_row(text: Text, view: LongView) -> None:
    """The tokens that the opened query gives most to, shaded, in the order of the text."""
    pointed, weights = view.pointed, view.row.weights
    seen = np.flatnonzero(np.isfinite(view.row.bias))
    with st.container(horizontal=True):
        _place(text, pointed, 0)
        _place(text, pointed, 1)
    strongest = np.sort(seen[np.argsort(-weights[seen], kind="stable")[:_STRONGEST]]).tolist()
    st.markdown(
        text(
            "upload_long.strongest",
            asks=_named(pointed.asking, pointed.query),
            count=len(strongest),
            keys=f"{len(seen):,}",
            share=f"{weights[strongest].sum():.1%}",
        )
    )
    names = tuple(_with_place(pointed.answering, place, " ") for place in strongest)
    shown = Pointed(
        asking=names,
        answering=names,
        query=strongest.index(pointed.key) if pointed.key in strongest else -1,
        key=0,
        fields=(pointed.fields[1], pointed.fields[1]),
        places=tuple(strongest),
    )
    word_strip(text, shown, weights[strongest], name="upload_long_strip")
    st.caption(
        text(
            "upload.row",
            sum=f"{weights.sum():.3f}",
            bits=f"{entropy(weights):.2f}",
            most=f"{np.log2(len(seen)):.2f}",
        )
    )


def arithmetic_of_row(text: Text, view: LongView, *, unfolded: bool) -> None:
    """From q·k to the weight of the opened pair, and to the output if there are values."""
    with folded(text, "upload_arithmetic_open", unfolded=unfolded):
        pointed = view.pointed
        st.markdown(
            text(
                "arithmetic.intro",
                head=view.number,
                q=pointed.query + 1,
                k=pointed.key + 1,
                asks=_named(pointed.asking, pointed.query),
                answers=_named(pointed.answering, pointed.key),
            )
        )
        written(text, _formulas(view))
        if np.isneginf(view.row.bias[pointed.key]):
            st.info(text("arithmetic.masked"))
        if view.head.v is None:
            st.caption(text("upload_long.no_values"))


def row_numbers(text: Text, view: LongView) -> None:
    """The cells around the opened pair as a table, and the whole row to take away."""
    pointed = view.pointed
    queries, keys, weights = cells(view)
    tables.read_only(
        Matrix(
            weights,
            [pointed.asking[place] for place in queries],
            [f"{place + 1}:{pointed.answering[place]}" for place in keys],
            queries.start,
            digits=6,
        )
    )
    st.caption(text("upload_long.row_file", keys=f"{len(pointed.answering):,}"))
    row = np.stack([view.row.scores + view.row.bias, view.row.weights], axis=1)
    names = [text("axis.score"), text("axis.weight")]
    tables.download(text, "row", Matrix(row, numbered(pointed.answering), names))


def _formulas(view: LongView) -> dict[str, str]:
    head, row, pair = view.head, view.row, (view.pointed.query, view.pointed.key)
    q, k = head.q[pair[0]], head.k[pair[1]]
    below = formulas.divisor(len(q), scaled=Rules().scaled, temperature=Rules().temperature)
    bias = float(row.bias[pair[1]]) if row.bias.any() else None
    symbol = "s" if bias is None else "s'"
    biased, weight = (row.scores + row.bias).astype(float), float(row.weights[pair[1]])
    found = {
        "dot": formulas.product(q, k, pair),
        "score": formulas.scaling(float(q @ k), below, float(row.scores[pair[1]]), bias, pair),
        "softmax": formulas.share(biased, weight, symbol, pair),
    }
    if head.v is not None:
        found["sum"] = formulas.collected(row.weights, head.v, row.weights @ head.v, pair)
    return found


def _place(text: Text, pointed: Pointed, which: int) -> None:
    """A token by its place, counted from 1: there are too many for a list of their names."""
    words, at, name = (
        (pointed.asking, pointed.query, "query"),
        (pointed.answering, pointed.key, "key"),
    )[which]
    key = f"upload_long_{name}"
    showing(key, at + 1)

    def choose() -> None:
        place = st.session_state.get(key)
        if isinstance(place, int) and 0 < place <= len(words):  # else it was forged
            pointed.point(**{name: place - 1})

    st.number_input(
        text(f"upload_long.{name}"),
        1,
        len(words),
        key=key,
        on_change=choose,
        width=240,
    )


def _named(words: tuple[str, ...], place: int) -> str:
    """A token with its place: in a long text most tokens stand more than once."""
    return plain(_with_place(words, place, " #"))


def _with_place(words: tuple[str, ...], place: int, between: str) -> str:
    """A token and its place; for tokens that are called by their places, these alone."""
    word, number = words[place], str(place + 1)
    return word if word == number else f"{word}{between}{number}"
