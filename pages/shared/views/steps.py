"""From vectors to outputs: queries, keys and values, then scores, weights and outputs."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from core.layer import Rules
from pages.shared.figures.heatmap import Frame, Heatmap, balanced
from pages.shared.text import Text, plain_word
from pages.shared.views import maps
from pages.shared.views.opened import Opened

_HIDDEN_SCORES = 0.25  # opacity of scores that the mask takes away


def projections(text: Text, it: Opened, channels: Sequence[str], contents: Sequence[str]) -> None:
    """Q, K and V of the head: what each word looks for, offers and carries.

    Args:
        text: The reader's language.
        it: The head.
        channels: Names of the dimensions of q and k.
        contents: Names of the dimensions of v.
    """
    heatmaps = {
        name: Heatmap(
            values=values[it.head],
            rows=it.asking if name == "q" else it.answering,
            columns=columns,
            frame=Frame(text("axis.word"), "", text(f"matrix.{name}")),
            colours="diverging",
            domain=balanced(values[it.head]),
        )
        for name, values, columns in (
            ("q", it.layer.q, channels),
            ("k", it.layer.k, channels),
            ("v", it.layer.v, contents),
        )
    }
    _draw(text, it, heatmaps, {name: text(f"projections.{name}") for name in heatmaps})


def steps(text: Text, it: Opened, contents: Sequence[str], rules: Rules) -> None:
    """Three maps of the head, and the opened cell's way through them in words.

    Args:
        text: The reader's language.
        it: The head, and the cell.
        contents: Names of the dimensions of v.
        rules: How scores are computed.
    """
    output, may_look = it.layer.output[it.head], it.layer.may_look[it.head]
    heatmaps = {
        "scores": _pairs(text, it, "score"),
        "weights": _pairs(text, it, "weight"),
        "output": Heatmap(
            values=output,
            rows=it.asking,
            columns=contents,
            frame=Frame(text("axis.query"), text("axis.carried"), text("axis.output")),
            colours="diverging",
            domain=balanced(output),
        ),
    }
    titles = {
        "scores": text("steps.scores", formula=_score_formula(rules)),
        "weights": text("steps.weights" if may_look.all() else "steps.weights_masked"),
        "output": text("steps.output"),
    }
    _draw(text, it, heatmaps, titles)
    st.markdown(_opened_cell(text, it))
    blind = np.flatnonzero(~may_look.any(axis=-1))
    if len(blind):
        rows = text("sentence.comma").join(str(row + 1) for row in blind)
        st.info(text("steps.blind", rows=rows))


def _pairs(text: Text, it: Opened, kind: str) -> Heatmap:
    """The map of scores, as softmax sees them, or of weights; one cell a pair of words."""
    layer, may_look = it.layer, it.layer.may_look[it.head]
    if kind == "weight":
        values, domain = layer.weights[it.head], (0.0, 1.0)
    else:
        values = np.where(may_look, layer.biased_scores[it.head], layer.scores[it.head])
        domain = balanced(values)
    return Heatmap(
        values=values,
        rows=it.asking,
        columns=it.answering,
        frame=Frame(text("axis.query"), text("axis.key"), text(f"axis.{kind}")),
        colours="sequential" if kind == "weight" else "diverging",
        domain=domain,
        possible=may_look,
        ghosts=0.0 if kind == "weight" else _HIDDEN_SCORES,
    )


def _draw(
    text: Text, it: Opened, heatmaps: Mapping[str, Heatmap], titles: Mapping[str, str]
) -> None:
    places = maps.side_by_side(len(heatmaps), len(it.asking))
    for place, (name, heatmap) in zip(places, heatmaps.items(), strict=True):
        with place:
            st.markdown(titles[name])
            pairs = name in ("scores", "weights")
            maps.draw(name, heatmap, it, text(f"alt.{name}"), pairs=pairs)


def _score_formula(rules: Rules) -> str:
    below = [r"\sqrt{d_k}"] if rules.scaled else []
    below += [f"{rules.temperature:g}"] if rules.temperature != 1 else []
    added = " + b" if rules.positions == "alibi" else ""
    return " / ".join([r"q \cdot k", *below]) + added


def _opened_cell(text: Text, it: Opened) -> str:
    at = it.head, it.query, it.key
    return text(
        "steps.opened" if it.layer.may_look[at] else "steps.opened_masked",
        asks=plain_word(it.asking, it.query),
        answers=plain_word(it.answering, it.key),
        product=f"{it.layer.q[it.head, it.query] @ it.layer.k[it.head, it.key]:.2f}",
        score=f"{it.layer.biased_scores[at]:.2f}",
        weight=f"{it.layer.weights[at]:.2f}",
    )
