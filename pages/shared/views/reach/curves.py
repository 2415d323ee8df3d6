"""Strength and shortest path over distance, and reach over layers."""

import numpy as np
import streamlit as st

from core.ideas.reach import MOST_LAYERS, Averaged, seen_by_layers
from core.receptive_field import convolution_field
from pages.shared.figures.bands import Axes, Band, bands_specification, bands_table
from pages.shared.shares import two_digits
from pages.shared.text import Text, plain_word
from pages.shared.views.reach.stacks import NAMES, Reaching


def by_distance(text: Text, it: Reaching) -> None:
    """The chosen output's row of each map, by distance; nothing is drawn out of reach."""
    bands = strengths(text, it)
    asks = plain_word(it.tokens, it.pointed.query)
    st.markdown(text("reach.strength", asks=asks))
    _draw(text, "strength", bands, (text("reach.distance"), text("axis.share")), it)
    st.markdown(_far(text, it))


def paths(text: Text, it: Reaching) -> None:
    """Steps between the chosen output and every input it can see."""
    st.markdown(text("reach.paths", asks=plain_word(it.tokens, it.pointed.query)))
    _draw(text, "paths", steps(text, it), (text("reach.distance"), text("reach.steps")), it)


def by_layers(text: Text, it: Reaching) -> None:
    """How many inputs the chosen output sees with every further layer."""
    _draw(text, "layers", seen(text, it), (text("reach.layers_axis"), text("reach.seen")), it)


def strengths(text: Text, it: Reaching) -> dict[str, Band]:
    """What the chosen output feels, by distance, of each architecture."""
    return {text(f"reach.line.{name}"): _strength(it, it.seen[name]) for name in NAMES}


def steps(text: Text, it: Reaching) -> dict[str, Band]:
    """The shortest path to the chosen output, by distance, of each architecture."""
    bands = {}
    for name in NAMES:
        path = it.seen[name].field.path[it.pointed.query].astype(float)
        bands[text(f"reach.line.{name}")] = Band(_distance(it), np.where(path, path, np.nan))
    return bands


def seen(text: Text, it: Reaching) -> dict[str, Band]:
    """Inputs in reach of the chosen output, by layers, of each architecture."""
    layers, output = np.arange(1, MOST_LAYERS + 1), it.pointed.query
    choice, dilations = it.choice, it.dilations
    cycle = [dilations[layer % len(dilations)] for layer in range(MOST_LAYERS)]
    whole = convolution_field(it.n, choice.reach_kernel, cycle, choice.reach_backward)
    path = whole.path[output]
    windows = np.array([((path > 0) & (path <= depth)).sum() for depth in layers])
    recurrent = np.full(MOST_LAYERS, it.seen["recurrent"].field.reach[output].sum())
    bands = {
        text("reach.line.attention"): seen_by_layers(choice.stack, it.n, output),
        text("reach.line.recurrent"): recurrent,
        text("reach.line.convolutional"): windows,
    }
    return {name: Band(layers, counts.astype(float)) for name, counts in bands.items()}


def _strength(it: Reaching, found: Averaged) -> Band:
    at = it.pointed.query
    inside = found.field.reach[at]
    maps = found.mean, found.low, found.high
    mean, low, high = (np.where(inside, one[at], np.nan) for one in maps)
    return Band(_distance(it), mean, low, high)


def _distance(it: Reaching) -> np.ndarray:
    return np.arange(it.n) - it.pointed.query


def _far(text: Text, it: Reaching) -> str:
    """Who feels the farthest input most, and how much of it."""
    output = it.pointed.query
    far = 0 if output >= it.n - 1 - output else it.n - 1
    shares = {name: float(it.seen[name].mean[output, far]) for name in NAMES}
    told = {name: two_digits(text, share) for name, share in shares.items()}
    blind = [name for name in NAMES if not it.seen[name].field.reach[output, far]]
    told |= dict.fromkeys(blind, text("reach.nothing"))
    return text("reach.far", far=plain_word(it.tokens, far), **told)


def _draw(
    text: Text, name: str, bands: dict[str, Band], titles: tuple[str, str], it: Reaching
) -> None:
    powers = it.choice.reach_log and name == "strength"
    st.vega_lite_chart(
        bands_table(bands),
        bands_specification(Axes(*titles, tuple(bands), powers)),
        key=f"reach_{name}",
        alt=text(f"alt.reach_{name}"),
    )
