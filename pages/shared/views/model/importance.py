"""Does a big weight mean important? Four measures for each word that the chosen one looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

import pandas as pd
import streamlit as st

from core.arrays import Array
from core.importance import (
    Mixer,
    gradient_times_input,
    kendall_tau,
    leave_one_out,
    silent_toy,
    transformed_contribution,
)
from core.measures import sink
from pages.shared.figures.heatmap import numbered
from pages.shared.reader.model import ModelScene
from pages.shared.reader.session import showing
from pages.shared.shares import rounded
from pages.shared.tables import Matrix, beside, download, room_above
from pages.shared.text import Text, plain_word
from pages.shared.views.opened import Opened


@dataclass(frozen=True, kw_only=True)
class Weighed(Opened):
    """A head's row, with what measures of importance need besides.

    Attributes:
        mixer: The layer's other parameters.
        special: Which of the words the model added.
    """

    mixer: Mixer
    special: tuple[bool, ...]


def model_importance(text: Text, scene: ModelScene) -> None:
    """The measures of the chosen head and piece, or of a toy that makes the point."""
    st.markdown(text("importance.lead"))
    st.toggle(text("model_toy.label"), key=showing("model_toy"))
    if scene.choice.model_toy:
        layer, mixer = silent_toy()
        words = tuple(text("importance.toy.words").split())
        toy = Weighed(
            asking=words[1:2],
            answering=words,
            query=0,
            key=0,
            layer=layer,
            head=0,
            mixer=mixer,
            special=(False,) * len(words),
        )
        st.caption(text("importance.toy.help"))
        _table(text, toy)
        return
    choice, pieces = scene.choice, scene.run.pieces
    if not scene.run.mixers:
        st.info(text("importance.no_w_o"))
        return
    row = Weighed(
        asking=scene.run.queries.tokens,
        answering=pieces.tokens,
        query=choice.model_query,
        key=choice.model_key,
        layer=scene.run.trace.layers[choice.model_layer],
        head=choice.model_head,
        mixer=scene.run.mixers[choice.model_layer],
        special=pieces.special,
    )
    _table(text, row)
    if not scene.run.crossing:
        _say_sink(text, row)


def _table(text: Text, row: Weighed) -> None:
    """The measures beside each other, and how far their rankings agree."""
    measures = _measures(row)
    st.markdown(text("importance.intro", asks=plain_word(row.asking, row.query)))
    seen = row.layer.may_look[row.head, row.query]
    pieces = [piece for piece, it in zip(numbered(row.answering), seen, strict=True) if it]
    words = [word for word, it in zip(row.answering, seen, strict=True) if it]
    table = pd.DataFrame(dict(measures), index=pd.Index(pieces))
    room_above()
    st.dataframe(
        table,
        column_config=beside(pieces)
        | {
            name: st.column_config.ProgressColumn(
                text(f"importance.{name}"),
                format="%.3f",
                min_value=0.0,
                max_value=float(values.max()) or 1.0,
                help=text(f"importance.{name}.help"),
            )
            for name, values in measures.items()
        },
    )
    names = [text(f"importance.{name}") for name in measures]
    download(text, "importance", Matrix(table.to_numpy(), words, names))
    st.markdown(_agreement(text, measures))


def _measures(row: Weighed) -> Mapping[str, Array]:
    """By name, one number for each key that the query may look at: ``(key,)``."""
    layer, mixer, head, query = row.layer, row.mixer, row.head, row.query
    measured = {
        "weight": layer.weights[head, query],
        "contribution": transformed_contribution(layer, mixer, query, head),
        "left_out": leave_one_out(layer, mixer, query, head),
        "gradient": gradient_times_input(layer, mixer, query, head),
    }
    seen = layer.may_look[head, query]
    return {name: values[seen] for name, values in measured.items()}


def _agreement(text: Text, measures: Mapping[str, Array]) -> str:
    taus = {
        name: kendall_tau(measures["weight"], values)
        for name, values in measures.items()
        if name != "weight"
    }
    told = {name: "–" if isnan(tau) else f"{tau:.2f}" for name, tau in taus.items()}
    return text("importance.agreement", **told)


def _say_sink(text: Text, row: Weighed) -> None:
    """That the chosen piece looks at a sink: one that is special, a mark, or the first."""
    weights, may_look = row.layer.weights[row.head], row.layer.may_look[row.head]
    found = sink(weights, may_look)
    if found is None or found.key != int(weights[row.query].argmax()):
        return
    wordless = _says_nothing(row, found.key)
    if wordless or found.key == 0:
        said = text(
            "importance.sink" if wordless else "importance.sink_first",
            word=plain_word(row.answering, found.key),
            asks=plain_word(row.asking, row.query),
            share=rounded(text, float(weights[row.query, found.key])),
            rows=found.rows,
            of=found.of,
        )
        st.info(text.joined(said, text("importance.sink_why")))


def _says_nothing(row: Weighed, place: int) -> bool:
    return row.special[place] or not any(c.isalnum() for c in row.answering[place])
