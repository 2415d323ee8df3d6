"""Every matrix as a table: the parameters to edit, the results to read, all to take away."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from core.layer import MATRICES, Parameters
from core.measures import contribution
from core.trace import Array, AttentionTrace
from pages.shared import edits, names, tables
from pages.shared.edits import BadCell
from pages.shared.figures.heatmap import numbered
from pages.shared.state import Scene
from pages.shared.text import Text, plain

RESULTS = ("q", "k", "v", "scores", "weights", "contribution", "output", "mixed")


class Matrix(NamedTuple):
    """A matrix with the names of its rows and columns."""

    values: Array
    rows: Sequence[str]
    columns: Sequence[str]


def numbers(text: Text, scene: Scene, parameters: Parameters, trace: AttentionTrace) -> None:
    """One parameter to edit beside one result to read."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(text("numbers.editable"))
        name = _pick(text, "parameter", MATRICES)
        matrix = editable_matrices(text, scene, parameters)[name]
        tables.editable(name, *matrix)
        _complaints(text, name, matrix)
        _buttons(text, scene, name, matrix)
    with right:
        st.markdown(text("numbers.results"))
        name = _pick(text, "result", RESULTS)
        matrix = result_matrices(text, scene, trace)[name]
        tables.read_only(*matrix)
        tables.download(text, name, *matrix)


def editable_matrices(text: Text, scene: Scene, parameters: Parameters) -> dict[str, Matrix]:
    """The parameters of the shown head, by name; W_O is shared by all heads."""
    choice, head = scene.choice, scene.choice.head
    features = names.features(text, choice)
    channels, contents = names.channels(text, choice), names.contents(text, choice)
    mixing = parameters.w_o.reshape(-1, choice.d_model)
    return {
        "x": Matrix(parameters.x, scene.tokens.kept, features),
        "w_q": Matrix(parameters.w_q[head], features, channels),
        "w_k": Matrix(parameters.w_k[head], features, channels),
        "w_v": Matrix(parameters.w_v[head], features, contents),
        "w_o": Matrix(mixing, names.stacked_contents(text, choice), features),
    }


def result_matrices(text: Text, scene: Scene, trace: AttentionTrace) -> dict[str, Matrix]:
    """What the shown head computes, by name; ``mixed`` is the whole layer's output."""
    choice, head, layer = scene.choice, scene.choice.head, trace.layers[0]
    asks, answers = trace.query_tokens, trace.key_tokens
    channels, contents = names.channels(text, choice), names.contents(text, choice)
    words = numbered(answers)
    return {
        "q": Matrix(layer.q[head], asks, channels),
        "k": Matrix(layer.k[head], answers, channels),
        "v": Matrix(layer.v[head], answers, contents),
        "scores": Matrix(layer.scores[head], asks, words),
        "weights": Matrix(layer.weights[head], asks, words),
        "contribution": Matrix(contribution(layer.weights, layer.v)[head], asks, words),
        "output": Matrix(layer.output[head], asks, contents),
        "mixed": Matrix(layer.mixed, asks, names.features(text, choice)),
    }


def _pick(text: Text, kind: str, options: tuple[str, ...]) -> str:
    return st.pills(
        text(f"numbers.{kind}"),
        options,
        format_func=lambda name: text(f"matrix.{name}"),
        key=f"shown_{kind}",
        label_visibility="collapsed",
        default=options[0],
        required=True,
        wrap=True,
        persist_state="session",
    )


def _complaints(text: Text, name: str, matrix: Matrix) -> None:
    for cell in edits.bad_cells():
        if cell.matrix != name or not _inside(cell, matrix):
            continue
        row, column = numbered(matrix.rows)[cell.row], matrix.columns[cell.column]
        value = f"{matrix.values[cell.row, cell.column]:g}"
        st.error(text("error.cell", row=plain(row), column=plain(column), value=value))


def _inside(cell: BadCell, matrix: Matrix) -> bool:
    n_rows, n_columns = matrix.values.shape
    return 0 <= cell.row < n_rows and 0 <= cell.column < n_columns


def _buttons(text: Text, scene: Scene, name: str, matrix: Matrix) -> None:
    with st.container(horizontal=True):
        icon = ":material/undo:"
        st.button(text("edits.undo"), on_click=edits.undo, disabled=not edits.can_undo(), icon=icon)
        st.button(
            text("edits.reset"),
            on_click=edits.reset,
            disabled=not scene.choice.edits,
            icon=":material/restart_alt:",
        )
        tables.download(text, name, *matrix)
