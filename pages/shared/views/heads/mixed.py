"""From heads to one output: side by side, times W_O, and what is left when heads are off."""

import numpy as np
import streamlit as st

from pages.shared import names, tables
from pages.shared.figures.heatmap import Frame, Heatmap, Marks, balanced, level
from pages.shared.reader.session import showing
from pages.shared.tables import Matrix
from pages.shared.text import Text, plain_word
from pages.shared.views import maps
from pages.shared.views.folded import folded
from pages.shared.views.heads.beside import Several
from pages.shared.views.picker import picker
from pages.shared.views.step_maps import LEAST_OF_VECTORS

_ROWS = 24  # of a map whose cells have room for their numbers
_ROW_HEIGHT = 20  # pixels of a row in each part of a product that is drawn in parts
_MOST_ROWS = 64  # that are drawn
_WIDTHS = 240, 620  # pixels; words need room beside a single column, too
_OFF = 0.3  # opacity of what a head that is off would have added


def mixed(text: Text, several: Several) -> None:
    """The chosen word's way from its heads to its output, with every number."""
    picker(text, several.pointed, "query")
    _product(text, several)
    _sum(text, several)
    with folded(text, "heads_table_open", unfolded=several.choice.heads_table_open):
        _tables(text, several)


def switched(text: Text, several: Several) -> None:
    """Heads to switch off, and how far the outputs move."""
    off = several.choice.heads_off
    st.pills(
        text("heads_off.label"),
        range(several.n_heads),
        format_func=lambda head: names.head(text, several.scene.choice, head),
        selection_mode="multi",
        key=showing("heads_off"),
        wrap=True,
    )
    query, found = several.pointed.query, several.found
    alone = found.moved_alone  # (query, head)
    if off:
        kind = "none_left" if len(off) == several.n_heads else "one" if len(off) == 1 else "moved"
        st.markdown(
            text(
                f"heads.off_{kind}",
                asks=plain_word(several.pointed.asking, query),
                moved=f"{found.moved(off)[query]:.0%}",
                alone=" + ".join(f"{alone[query, head]:.0%}" for head in off),
                total=f"{alone[query, list(off)].sum():.0%}",
            )
        )
    else:
        st.markdown(text("heads.off_hint"))
    st.markdown(text("heads.moved_alone"))
    alt = text("alt.heads_moved")
    maps.draw("heads_moved", moved_map(text, several), several.pointed, alt, pairs=False)


def moved_map(text: Text, several: Several) -> Heatmap:
    """How far each word's output moves when one head is off."""
    alone, heads = several.found.moved_alone, several.names(text)
    frame = Frame(text("axis.word"), text("word.head"), text("heads.moved"))
    most = max(1.0, float(alone.max()))
    return Heatmap(alone, several.pointed.asking, heads, frame, "sequential", (0.0, most))


def sum_map(text: Text, several: Several) -> Heatmap:
    """One row a head; below them their sum, the output, and what is left of it."""
    found, query, off = several.found, several.pointed.query, several.choice.heads_off
    rows = [*several.names(text), text("heads.sum")]
    values = [*found.contributions[:, query], found.output[query]]
    on = [head not in off for head in range(several.n_heads)] + [True]
    if off:
        rows.append(text("heads.left"))
        values.append(found.without(off)[query])
        on.append(True)
    together = np.stack(values)
    return Heatmap(
        values=together,
        rows=rows,
        columns=names.features(text, several.scene.choice),
        frame=Frame(text("word.head"), "", text("heads.added")),
        colours="diverging",
        domain=balanced(together, LEAST_OF_VECTORS),
        possible=np.broadcast_to(np.array(on)[:, None], together.shape),
        ghosts=_OFF,
    )


def _product(text: Text, several: Several) -> None:
    """The concatenation as a column beside W_O: same rows, so that they can be multiplied."""
    found, query = several.found, several.pointed.query
    n_heads, _, d_v = found.found.shape
    together = max(1, _ROWS // d_v)
    shown = min(n_heads, max(1, _MOST_ROWS // d_v))
    d_model = found.w_o.shape[-1]
    sizes = {"n_heads": n_heads, "d_v": d_v, "width": n_heads * d_v, "d_model": d_model}
    st.markdown(text("heads.product", **sizes))
    domains = balanced(found.found[:, query]), balanced(found.w_o)
    asks = several.pointed.asking[query]
    features = names.features(text, several.scene.choice)
    row_height = _ROW_HEIGHT if together < shown else None
    for first in range(0, shown, together):
        part = slice(first, min(first + together, shown))
        values = found.found[part, query].reshape(-1, 1), found.w_o[part].reshape(-1, len(features))
        columns = [asks], features
        slots = _slots(text, several)[first * d_v : part.stop * d_v]
        heatmaps = [
            Heatmap(
                values[side], slots, columns[side], Frame(text("heads.slot"), "", text(name)),
                "diverging", domains[side], row_height=row_height,
            )
            for side, name in enumerate(("axis.carried", "matrix.w_o"))
        ]  # fmt: skip
        row = st.container(horizontal=True, gap="medium")
        for side, heatmap in enumerate(level(heatmaps)):
            with row.container(width=_WIDTHS[side]):
                _draw(heatmap, f"heads_{'w_o' if side else 'found'}_{first}", _alt(text, side))
    if shown < n_heads:
        st.caption(text("heads.too_large", shown=shown, n_heads=n_heads))


def _alt(text: Text, side: int) -> str:
    return text("alt.heads_w_o" if side else "alt.heads_found")


def _sum(text: Text, several: Several) -> None:
    """The contributions and their sum, which is the output."""
    found, query, heatmap = several.found, several.pointed.query, sum_map(text, several)
    st.markdown(text("heads.contributions", asks=plain_word(several.pointed.asking, query)))
    _draw(heatmap, "heads_sum", text("alt.heads_sum"), len(heatmap.rows) - 1)
    added_up = "heads.adds_up" if found.rounding else "heads.adds_up_exactly"
    st.caption(text(added_up, rounding=f"{found.rounding:.1g}"))


def _tables(text: Text, several: Several) -> None:
    """The same numbers of all heads, to read and to take away."""
    found, query = several.found, several.pointed.query
    slots, features = _slots(text, several), names.features(text, several.scene.choice)
    matrices = {
        "concatenated": Matrix(found.concatenated, several.pointed.asking, slots),
        "w_o": Matrix(found.w_o.reshape(len(slots), -1), slots, features),
        "contributions": Matrix(found.contributions[:, query], several.names(text), features),
    }
    for name, matrix in matrices.items():
        st.markdown(text(f"heads.table.{name}", asks=plain_word(several.pointed.asking, query)))
        tables.read_only(matrix)
        tables.download(text, f"heads_{name}", matrix)


def _slots(text: Text, several: Several) -> list[str]:
    """The places of the concatenation: head by head, and what a value carries there."""
    contents = names.contents(text, several.scene.choice)
    return [
        text("heads.place", head=head + 1, content=content)
        for head in range(several.n_heads)
        for content in contents
    ]


def _draw(heatmap: Heatmap, name: str, alt: str, row: int = -1) -> None:
    st.vega_lite_chart(heatmap.table(Marks(row, None)), heatmap.specification(), key=name, alt=alt)
