"""The numbers of a reader's own file, to read and to take away."""

import streamlit as st

from pages.shared import controls, tables
from pages.shared.figures.heatmap import numbered
from pages.shared.reader.session import settle
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.upload.maps import Shown

_WIDEST = 128  # columns of a table that a browser draws at once


def upload_numbers(text: Text, view: Shown, name: str) -> None:
    """A matrix of the shown head, the one of this name if it is there; or the mean of the heads."""
    found = matrices(view)
    chosen = name if name in found else "weights"
    settle(upload_shown=chosen)
    controls.pills(text, "upload_shown", tuple(found), "matrix")
    matrix = found[chosen]
    if max(matrix.values.shape) <= _WIDEST:
        tables.read_only(matrix)
    else:
        rows, columns = matrix.values.shape
        st.caption(text("upload.too_wide", rows=rows, columns=columns))
    again = view.again
    tables.download_made(text, chosen, lambda: matrices(again())[chosen])


def matrices(view: Shown) -> dict[str, Matrix]:
    """Every matrix of the shown head, by name; the weights alone if there are no steps."""
    asking, answering = view.pointed.asking, numbered(view.pointed.answering)
    found = {"weights": Matrix(view.weights, asking, answering)}
    if view.steps is None:
        return found | _beside(view)
    layer, head = view.steps.layer, view.steps.head
    d_k, d_v = layer.q.shape[-1], layer.v.shape[-1]
    channels, carried = [f"k{i + 1}" for i in range(d_k)], [f"v{i + 1}" for i in range(d_v)]
    return found | {
        "scores": Matrix(layer.biased_scores[head], asking, answering),
        "output": Matrix(layer.output[head], asking, carried),
        "q": Matrix(layer.q[head], asking, channels),
        "k": Matrix(layer.k[head], answering, channels),
        "v": Matrix(layer.v[head], answering, carried),
        **_beside(view),
    }


def _beside(view: Shown) -> dict[str, Matrix]:
    """What the file has besides; rows that are tokens bear their names."""
    tokens = view.pointed.asking
    found = {}
    for name, values in view.beside.items():
        n, width = values.shape
        rows = tokens if n == len(tokens) and name[0] in "xi" else [str(it + 1) for it in range(n)]
        alike = name.startswith("influence") and width == len(tokens)
        columns = numbered(tokens) if alike else [str(it + 1) for it in range(width)]
        found[name] = Matrix(values, rows, columns)
    return found
