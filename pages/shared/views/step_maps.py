"""Maps of one head, step by step; alone, or before and after training beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from core.trace import Origin
from pages.shared.figures.heatmap import Frame, Heatmap, balanced, level
from pages.shared.text import Text
from pages.shared.views import maps
from pages.shared.views.badge import badge
from pages.shared.views.opened import Opened

PAIRS = ("scores", "weights")
"""Those whose columns are words."""

LEAST = {"scores": 1.0}
"""The end of the colours at least: scores that differ by less hardly move the weights."""

LEAST_OF_VECTORS = 0.5
"""The same for queries, keys, values and outputs."""

_NOTHING = 0.1  # part of the end of the colours below which all of a map is called almost nothing
_HIDDEN_SCORES = 0.25  # opacity of scores that the mask takes away

Columns = Mapping[str, Sequence[str]]


def step_map(text: Text, opened: Opened, name: str, columns: Columns) -> Heatmap:
    """One map of the head.

    Args:
        text: The reader's language.
        opened: The head.
        name: ``q``, ``k``, ``v``, ``scores`` as softmax sees them, ``weights`` or ``output``.
        columns: Map to the names of its dimensions, if its columns are no words.
    """
    if name in PAIRS:
        return _pairs(text, opened, name)
    values = getattr(opened.layer, name)[opened.head]
    frame = Frame(text(f"axis.{opened.kind}"), "", text(f"matrix.{name}"))
    if name == "output":
        frame = Frame(text("axis.query"), text("axis.carried"), text("axis.output"))
    return Heatmap(
        values=values,
        rows=opened.answering if name in ("k", "v") else opened.asking,
        columns=columns[name],
        frame=frame,
        colours="diverging",
        domain=balanced(values, LEAST_OF_VECTORS),
    )


def on_one_scale(heatmaps: Sequence[Heatmap]) -> list[Heatmap]:
    """Maps of the same step whose colours mean the same numbers."""
    if any(it.colours == "sequential" for it in heatmaps):  # weights: from 0 to 1 anyway
        return [*heatmaps]
    least = max(it.domain[1] for it in heatmaps)
    domain = balanced(np.stack([it.values for it in heatmaps]), least)
    return [replace(it, domain=domain) for it in heatmaps]


def side_by_side(text: Text, opened: Opened, titles: Mapping[str, str], columns: Columns) -> None:
    """Maps of one head beside each other, each under its title."""
    maps.say_which_words(text, opened)
    one = text(f"axis.{opened.kind}")
    places = maps.side_by_side(len(titles), len(opened.asking))
    heatmaps = level([step_map(text, opened, name, columns) for name in titles])
    for place, heatmap, (name, title) in zip(places, heatmaps, titles.items(), strict=True):
        with place:
            st.markdown(title)
            maps.draw(name, heatmap, opened, text(f"alt.{name}", one=one), pairs=name in PAIRS)
            _say_nothing(text, heatmap)


def _say_nothing(text: Text, heatmap: Heatmap) -> None:
    """That a map's numbers are almost nothing, where they are."""
    most = float(np.abs(heatmap.values).max(initial=0))
    if heatmap.colours == "diverging" and most < _NOTHING * heatmap.domain[1]:
        st.caption(text("maps.nothing", most=f"{most:.2g}"))


def before_after(
    text: Text,
    pair: tuple[Opened, Opened],
    names: Sequence[str],
    columns: Columns,
    origins: tuple[Origin, Origin] | None = None,
) -> None:
    """Maps of a head before and after training, on one scale of colours.

    Args:
        text: The reader's language.
        pair: The head, before and after.
        names: Of the maps.
        columns: As in :func:`step_map`.
        origins: To be said below the first maps: where both come from.
    """
    for name in names:
        both = on_one_scale([step_map(text, it, name, columns) for it in pair])
        grid, kind = st.grid(2, min_column_width=320), text(f"training.inside.{name}")
        for place, when in enumerate(("before", "after")):
            heatmap = both[place]
            with grid.cell():
                st.markdown(text(f"training.inside.{when}", name=kind))
                alt = text(f"alt.training_inside_{when}", name=kind)
                maps.draw(f"{name}_{when}", heatmap, pair[place], alt, pairs=name in PAIRS)
                if origins and name == names[0]:
                    badge(text, origins[place])


def _pairs(text: Text, opened: Opened, name: str) -> Heatmap:
    """Scores, as softmax sees them, or weights; one cell a pair of words."""
    layer, may_look = opened.layer, opened.layer.may_look[opened.head]
    if name == "weights":
        values, domain = layer.weights[opened.head], (0.0, 1.0)
    else:
        values = np.where(may_look, layer.biased_scores[opened.head], layer.scores[opened.head])
        domain = balanced(values, LEAST[name])
    return Heatmap(
        values=values,
        rows=opened.asking,
        columns=opened.answering,
        frame=Frame(text("axis.query"), text("axis.key"), text(f"axis.{name.rstrip('s')}")),
        colours="sequential" if name == "weights" else "diverging",
        domain=domain,
        possible=may_look,
        ghosts=0.0 if name == "weights" else _HIDDEN_SCORES,
    )
