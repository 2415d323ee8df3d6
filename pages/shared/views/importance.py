"""Does a big weight mean important? Four measures for each word that the chosen one looks at."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from core.arrays import Array
from core.importance import (
    gradient_times_input,
    kendall_tau,
    leave_one_out,
    transformed_contribution,
)
from pages.shared.figures.heatmap import numbered
from pages.shared.model_state import ModelScene
from pages.shared.tables import Matrix, download
from pages.shared.text import Text, plain_word

SINK = 0.5
"""Weight from which on a special piece or a punctuation mark is called a sink."""


def importance(text: Text, scene: ModelScene) -> None:
    """The measures beside each other, how far their rankings agree, and who is a sink."""
    tokens, measures = scene.run.pieces.tokens, _measures(scene)
    st.markdown(text("importance.intro", asks=plain_word(tokens, scene.choice.model_query)))
    table = pd.DataFrame(dict(measures), index=pd.Index(numbered(tokens)))
    st.dataframe(
        table,
        column_config={
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
    download(text, "importance", Matrix(table.to_numpy(), tokens, names))
    st.markdown(_agreement(text, measures))
    sink = _sink(scene, measures["weight"])
    if sink is not None:
        share = f"{measures['weight'][sink]:.0%}"
        st.info(text("importance.sink", word=plain_word(tokens, sink), share=share))


def _measures(scene: ModelScene) -> Mapping[str, Array]:
    """By name, one number for each key: ``(key,)``."""
    choice = scene.choice
    layer, mixer = scene.run.trace.layers[choice.model_layer], scene.run.mixers[choice.model_layer]
    head, query = choice.model_head, choice.model_query
    return {
        "weight": layer.weights[head, query],
        "contribution": transformed_contribution(layer, mixer, query)[head],
        "left_out": leave_one_out(layer, mixer, query)[head],
        "gradient": gradient_times_input(layer, mixer, query)[head],
    }


def _agreement(text: Text, measures: Mapping[str, Array]) -> str:
    taus = {
        name: kendall_tau(measures["weight"], values)
        for name, values in measures.items()
        if name != "weight"
    }
    return text("importance.agreement", **{name: f"{tau:.2f}" for name, tau in taus.items()})


def _sink(scene: ModelScene, weights: Array) -> int | None:
    """The place of a special piece or a mark that takes most of the weight, if there is one."""
    most = int(np.argmax(weights))
    pieces = scene.run.pieces
    empty = pieces.special[most] or not any(c.isalnum() for c in pieces.tokens[most])
    return most if empty and weights[most] >= SINK else None
