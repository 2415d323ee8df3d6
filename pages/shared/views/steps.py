"""The three steps: scores, weights, outputs, side by side, each row the same word."""

import numpy as np
import streamlit as st

from core.trace import AttentionTrace
from pages.shared import names
from pages.shared.figures.heatmap import Frame, Heatmap, balanced
from pages.shared.state import Scene
from pages.shared.text import Text
from pages.shared.views import maps

_HIDDEN_SCORES = 0.25  # opacity of scores that the mask takes away


def steps(text: Text, scene: Scene, trace: AttentionTrace) -> None:
    """Three maps of the shown head."""
    layer, head = trace.layers[0], scene.choice.head
    words = trace.key_tokens
    outputs = names.contents(text, scene.choice)
    asks, answers = text("axis.asks"), text("axis.answers")
    scores = Heatmap(
        layer.scores[head],
        trace.query_tokens,
        words,
        Frame(asks, answers, text("axis.score")),
        "diverging",
        balanced(layer.scores[head]),
        layer.may_look[head],
        _HIDDEN_SCORES,
    )
    weights = Heatmap(
        layer.weights[head],
        trace.query_tokens,
        words,
        Frame(asks, answers, text("axis.weight")),
        "sequential",
        (0.0, 1.0),
        layer.may_look[head],
    )
    output = Heatmap(
        layer.output[head],
        trace.query_tokens,
        outputs,
        Frame(asks, text("axis.carried"), text("axis.output")),
        "diverging",
        balanced(layer.output[head]),
    )
    for cell, (name, heatmap) in zip(
        maps.side_by_side(3, len(words)),
        {"scores": scores, "weights": weights, "output": output}.items(),
        strict=True,
    ):
        with cell:
            st.markdown(text(f"steps.{name}"))
            maps.draw(name, heatmap, scene, text(f"steps.{name}.alt"), keys=name != "output")
    blind = ~layer.may_look[head].any(axis=-1)
    if blind.any():
        rows = ", ".join(str(row + 1) for row in np.flatnonzero(blind))
        st.info(text("steps.blind", rows=rows))
