"""Every matrix as a table: the parameters to edit, the results to read, all to take away."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from core.architectures import Measured
from core.layer import Parameters
from core.measures import contribution
from core.models.guessing import standing
from core.reader.cells import Address
from core.reader.explore import NumbersChoice
from core.reader.scene import Scene
from core.tokens import occurrences
from core.trace import AttentionTrace
from pages.shared import controls, names, tables
from pages.shared.editing import edited, going_back
from pages.shared.figures.heatmap import numbered
from pages.shared.reader.session import settle
from pages.shared.tables import Matrix
from pages.shared.text import Text, plain
from pages.shared.views.folded import folded


class Editable(NamedTuple):
    """A matrix to edit.

    Attributes:
        table: Its name on the shelf of edits.
        matrix: Its numbers.
        rows: What each row is called there.
    """

    table: str
    matrix: Matrix
    rows: Sequence[tuple[str, int]]

    @property
    def addresses(self) -> list[list[Address]]:
        """What each cell is called on the shelf of edits."""
        columns = range(self.matrix.values.shape[1])
        return [[Address(self.table, *row, "", column) for column in columns] for row in self.rows]


def parameter_tables(text: Text, scene: Scene, parameters: Parameters, chosen: str) -> None:
    """One parameter to edit, the chosen one if it is there, with undo and reset."""
    every = editables(text, scene, parameters)
    name = _pick(text, "shown_parameter", chosen, tuple(every))
    found = every[name]
    edited(text, name, scene.shelf, found.addresses, found.matrix)
    st.caption(text("editor.hint"))
    with st.container(horizontal=True):
        going_back(text, scene.shelf, {edit.matrix for edit in scene.choice.edits}, name)
        tables.download(text, name, found.matrix)


def guessed_word(text: Text, scene: Scene, parameters: Parameters, place: int) -> None:
    """Draw the features of the word that asks, if nobody had set them, to be set right."""
    word, choice = scene.tokens.kept[place], scene.choice
    if choice.source != "handset" or not choice.guessed or standing(word) != "guessed":
        return
    x = editables(text, scene, parameters)["x"]
    values = x.matrix.values[place : place + 1]
    st.markdown(text("guessed.word", word=plain(word)))
    row = Matrix(values, [word], x.matrix.columns, first=place)
    edited(text, "word", scene.shelf, x.addresses[place : place + 1], row)


def result_tables(
    text: Text,
    scene: Scene,
    trace: AttentionTrace,
    seen: Mapping[str, Measured],
    chosen: NumbersChoice,
) -> None:
    """One result to read, the chosen one, once they are asked for."""
    with folded(text, "results_open", unfolded=chosen.results_open) as block:
        if block.open:
            found = results(text, scene, trace) | _influences(scene, seen)
            name = _pick(text, "shown_result", chosen.shown_result, tuple(found))
            tables.read_only(found[name])
            tables.download(text, name, found[name])


def editables(text: Text, scene: Scene, parameters: Parameters) -> dict[str, Editable]:
    """The parameters of the shown head, by name; W_O has the rows of all heads."""
    choice, head, words = scene.choice, scene.choice.head, scene.tokens.kept
    features = names.features(text, choice)
    channels, contents = names.channels(text, choice), names.contents(text, choice)
    mixing = parameters.w_o.reshape(-1, choice.d_model)
    stacked = [(str(h), row) for h in range(choice.n_heads) for row in range(choice.d_v)]
    here = [(str(head), row) for row in range(choice.d_model)]
    distances = {}
    if parameters.b_distance.size:
        values = parameters.b_distance[head]
        rows = Matrix(values, ["b"], [str(back) for back in range(values.shape[1])])
        distances = {"b_distance": Editable("b_distance", rows, [(str(head), 0)])}
    return {
        "x": Editable("x", Matrix(parameters.x, words, features), occurrences(words)),
        "w_q": Editable("w_q", Matrix(parameters.w_q[head], features, channels), here),
        "w_k": Editable("w_k", Matrix(parameters.w_k[head], features, channels), here),
        "w_v": Editable("w_v", Matrix(parameters.w_v[head], features, contents), here),
        "w_o": Editable(
            "w_o", Matrix(mixing, names.stacked_contents(text, choice), features), stacked
        ),
        **distances,
    }


def results(text: Text, scene: Scene, trace: AttentionTrace) -> dict[str, Matrix]:
    """What the shown head computes, by name; ``mixed`` is the whole layer's output."""
    choice, head, layer = scene.choice, scene.choice.head, trace.layers[0]
    asks, answers = trace.query_tokens, trace.key_tokens
    channels, contents = names.channels(text, choice), names.contents(text, choice)
    words = numbered(answers)
    return {
        "q": Matrix(layer.q[head], asks, channels),
        "k": Matrix(layer.k[head], answers, channels),
        "v": Matrix(layer.v[head], answers, contents),
        "scores": Matrix(layer.biased_scores[head], asks, words),
        "weights": Matrix(layer.weights[head], asks, words),
        "contribution": Matrix(contribution(layer.weights, layer.v)[head], asks, words),
        "output": Matrix(layer.output[head], asks, contents),
        "mixed": Matrix(layer.mixed, asks, names.features(text, choice)),
    }


def _influences(scene: Scene, seen: Mapping[str, Measured]) -> dict[str, Matrix]:
    words = scene.tokens.kept
    return {
        f"influence_{name}": Matrix(it.influence.strength, words, numbered(words))
        for name, it in seen.items()
    }


def _pick(text: Text, field: str, chosen: str, options: tuple[str, ...]) -> str:
    name = chosen if chosen in options else options[0]
    settle(**{field: name})
    controls.pills(text, field, options, "matrix")
    return name
