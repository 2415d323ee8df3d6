"""From vectors to outputs: queries, keys and values, then scores, weights and outputs."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.layer import Rules
from core.trace import AttentionTrace, LayerTrace
from pages.shared import names
from pages.shared.figures.heatmap import Frame, Heatmap, balanced
from pages.shared.state import Scene
from pages.shared.text import Text, plain_word
from pages.shared.views import maps

_HIDDEN_SCORES = 0.25  # opacity of scores that the mask takes away


def projections(text: Text, scene: Scene, trace: AttentionTrace) -> None:
    """Q, K and V of the shown head: what each word looks for, offers and carries."""
    layer, head = trace.layers[0], scene.choice.head
    channels = names.channels(text, scene.choice)
    contents = names.contents(text, scene.choice)
    heatmaps = {
        name: Heatmap(
            values=values,
            rows=trace.key_tokens,
            columns=columns,
            frame=Frame(text("axis.word"), "", text(f"matrix.{name}")),
            colours="diverging",
            domain=balanced(values),
        )
        for name, values, columns in (
            ("q", layer.q[head], channels),
            ("k", layer.k[head], channels),
            ("v", layer.v[head], contents),
        )
    }
    _draw(text, scene, heatmaps, {name: text(f"projections.{name}") for name in heatmaps})


def steps(text: Text, scene: Scene, trace: AttentionTrace, rules: Rules) -> None:
    """Three maps of the shown head, and the opened cell's way through them in words."""
    layer, head = trace.layers[0], scene.choice.head
    heatmaps = {
        "scores": _pairs(text, trace, head, "score"),
        "weights": _pairs(text, trace, head, "weight"),
        "output": Heatmap(
            values=layer.output[head],
            rows=trace.query_tokens,
            columns=names.contents(text, scene.choice),
            frame=Frame(text("axis.query"), text("axis.carried"), text("axis.output")),
            colours="diverging",
            domain=balanced(layer.output[head]),
        ),
    }
    titles = {
        "scores": text("steps.scores", formula=_score_formula(rules)),
        "weights": text("steps.weights" if layer.may_look[head].all() else "steps.weights_masked"),
        "output": text("steps.output"),
    }
    _draw(text, scene, heatmaps, titles)
    st.markdown(_opened_cell(text, scene, layer))
    blind = np.flatnonzero(~layer.may_look[head].any(axis=-1))
    if len(blind):
        st.info(text("steps.blind", rows=", ".join(str(row + 1) for row in blind)))


def _pairs(text: Text, trace: AttentionTrace, head: int, kind: str) -> Heatmap:
    """The map of scores, as softmax sees them, or of weights; one cell a pair of words."""
    layer = trace.layers[0]
    may_look = layer.may_look[head]
    if kind == "weight":
        values, domain = layer.weights[head], (0.0, 1.0)
    else:
        values = np.where(may_look, layer.biased_scores[head], layer.scores[head])
        domain = balanced(values)
    return Heatmap(
        values=values,
        rows=trace.query_tokens,
        columns=trace.key_tokens,
        frame=Frame(text("axis.query"), text("axis.key"), text(f"axis.{kind}")),
        colours="sequential" if kind == "weight" else "diverging",
        domain=domain,
        possible=may_look,
        ghosts=0.0 if kind == "weight" else _HIDDEN_SCORES,
    )


def _draw(
    text: Text, scene: Scene, heatmaps: Mapping[str, Heatmap], titles: Mapping[str, str]
) -> None:
    places = maps.side_by_side(len(heatmaps), len(scene.tokens.kept))
    for place, (name, heatmap) in zip(places, heatmaps.items(), strict=True):
        with place:
            st.markdown(titles[name])
            pairs = name in ("scores", "weights")
            maps.draw(name, heatmap, scene, text(f"alt.{name}"), keys=pairs)


def _score_formula(rules: Rules) -> str:
    below = [r"\sqrt{d_k}"] if rules.scaled else []
    below += [f"{rules.temperature:g}"] if rules.temperature != 1 else []
    added = " + b" if rules.positions == "alibi" else ""
    return " / ".join([r"q \cdot k", *below]) + added


def _opened_cell(text: Text, scene: Scene, layer: LayerTrace) -> str:
    choice, words = scene.choice, scene.tokens.kept
    at = choice.head, choice.query, choice.key
    allowed = layer.may_look[at]
    return text(
        "steps.opened" if allowed else "steps.opened_masked",
        asks=plain_word(words, choice.query),
        answers=plain_word(words, choice.key),
        product=f"{layer.q[at[:2]] @ layer.k[choice.head, choice.key]:.2f}",
        score=f"{layer.biased_scores[at]:.2f}",
        weight=f"{layer.weights[at]:.2f}",
    )
