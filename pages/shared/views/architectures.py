"""The same sentence through attention, an RNN and a CNN: one measured quantity, one scale."""

from typing import get_args

import streamlit as st

from core.architectures import Measured
from core.choice import Comparison
from core.layer import Parameters
from core.rnn import Direction, RecurrentKind
from pages.shared import cache, controls
from pages.shared.cache import ARCHITECTURES
from pages.shared.figures.heatmap import Frame, Heatmap
from pages.shared.state import Scene
from pages.shared.text import Text, plain
from pages.shared.views import maps


def architectures(text: Text, scene: Scene, parameters: Parameters) -> None:
    """Three influence maps, what they mean for the chosen word, and their controls."""
    choice, words = scene.choice, scene.tokens.kept
    seen = {name: cache.measured(name, choice, parameters) for name in ARCHITECTURES}
    absolute = choice.comparison == "strength"
    values = {
        name: m.influence.strength if absolute else m.influence.share for name, m in seen.items()
    }
    most = max(float(v.max()) for v in values.values()) or 1.0
    frame = Frame(text("axis.output_of"), text("axis.feels"), text(f"axis.{choice.comparison}"))
    places = maps.side_by_side(len(seen), len(words))
    for place, (name, measured) in zip(places, seen.items(), strict=True):
        with place:
            st.markdown(text(f"architectures.{name}"))
            heatmap = Heatmap(
                values[name],
                words,
                words,
                frame,
                "sequential",
                (0.0, most if absolute else 1.0),
                measured.field.reach,
            )
            maps.draw(name, heatmap, scene, text(f"architectures.{name}.alt"))
            st.markdown(_in_words(text, scene, name, measured))
            _controls(text, scene, name)


def _in_words(text: Text, scene: Scene, name: str, measured: Measured) -> str:
    """What the chosen word can see of the sentence, and how far the opened word is away."""
    words, query, key = scene.tokens.kept, scene.choice.query, scene.choice.key
    steps = int(measured.field.path[query, key])
    reached = text(f"path.{name}" if steps else "path.none", steps=steps)
    return text(
        "architectures.summary",
        asks=plain(words[query]),
        key=plain(words[key]),
        seen=int(measured.field.reach[query].sum()),
        n=len(words),
        path=reached,
        share=f"{measured.influence.share[query, key]:.0%}",
        sequential=measured.field.sequential,
    )


def _controls(text: Text, scene: Scene, name: str) -> None:
    match name:
        case "recurrent":
            with st.container(horizontal=True):
                controls.option(text, "rnn_kind", get_args(RecurrentKind))
                controls.option(text, "rnn_direction", get_args(Direction))
            if scene.choice.rnn_kind == "rnn":
                controls.slider(text, "rnn_gain", step=0.1)
            controls.slider(text, "rnn_hidden")
        case "convolutional":
            controls.slider(text, "cnn_kernel")
            controls.slider(text, "cnn_layers")
            controls.slider(text, "cnn_growth")
            st.toggle(text("cnn_causal.label"), key="cnn_causal", help=text("cnn_causal.help"))
        case _:
            controls.option(text, "comparison", get_args(Comparison))
