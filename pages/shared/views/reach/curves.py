"""Strength and shortest path over distance, and reach over layers."""

import numpy as np
import streamlit as st

from core.ideas.reach import MOST_LAYERS, Averaged, seen_by_layers
from core.receptive_field import convolution_field
from pages.shared.figures.bands import Axes, Band, bands_specification, bands_table
from pages.shared.shares import two_digits
from pages.shared.text import Text, plain_word
from pages.shared.views.reach.stacks import NAMES, Reaching


def by_distance(text: Text, reaching: Reaching) -> None:
    """The chosen output's row of each map, by distance; nothing is drawn out of reach."""
    bands = strengths(text, reaching)
    asks = plain_word(reaching.tokens, reaching.pointed.query)
    st.markdown(text("reach.strength", asks=asks))
    _draw(text, "strength", bands, (text("reach.distance"), text("axis.share")), reaching)
    st.markdown(_far(text, reaching))


def paths(text: Text, reaching: Reaching) -> None:
    """Steps between the chosen output and every input it can see."""
    st.markdown(text("reach.paths", asks=plain_word(reaching.tokens, reaching.pointed.query)))
    _draw(
        text,
        "paths",
        steps(text, reaching),
        (text("reach.distance"), text("reach.steps")),
        reaching,
    )


def by_layers(text: Text, reaching: Reaching) -> None:
    """How many inputs the chosen output sees with every further layer."""
    _draw(
        text,
        "layers",
        seen(text, reaching),
        (text("reach.layers_axis"), text("reach.seen")),
        reaching,
    )


def strengths(text: Text, reaching: Reaching) -> dict[str, Band]:
    """What the chosen output feels, by distance, of each architecture."""
    return {text(f"reach.line.{name}"): _strength(reaching, reaching.seen[name]) for name in NAMES}


def steps(text: Text, reaching: Reaching) -> dict[str, Band]:
    """The shortest path to the chosen output, by distance, of each architecture."""
    bands = {}
    for name in NAMES:
        path = reaching.seen[name].field.path[reaching.pointed.query].astype(float)
        bands[text(f"reach.line.{name}")] = Band(_distance(reaching), np.where(path, path, np.nan))
    return bands


def seen(text: Text, reaching: Reaching) -> dict[str, Band]:
    """Inputs in reach of the chosen output, by layers, of each architecture."""
    layers, output = np.arange(1, MOST_LAYERS + 1), reaching.pointed.query
    choice, dilations = reaching.choice, reaching.choice.dilations
    cycle = [dilations[layer % len(dilations)] for layer in range(MOST_LAYERS)]
    whole = convolution_field(reaching.n, choice.reach_kernel, cycle, choice.reach_backward)
    path = whole.path[output]
    windows = np.array([((path > 0) & (path <= depth)).sum() for depth in layers])
    recurrent = np.full(MOST_LAYERS, reaching.seen["recurrent"].field.reach[output].sum())
    bands = {
        text("reach.line.attention"): seen_by_layers(choice.stack, reaching.n, output),
        text("reach.line.recurrent"): recurrent,
        text("reach.line.convolutional"): windows,
    }
    return {name: Band(layers, counts.astype(float)) for name, counts in bands.items()}


def _strength(reaching: Reaching, found: Averaged) -> Band:
    at = reaching.pointed.query
    inside = found.field.reach[at]
    maps = found.mean, found.low, found.high
    mean, low, high = (np.where(inside, one[at], np.nan) for one in maps)
    return Band(_distance(reaching), mean, low, high)


def _distance(reaching: Reaching) -> np.ndarray:
    return np.arange(reaching.n) - reaching.pointed.query


def _far(text: Text, reaching: Reaching) -> str:
    """Who feels the farthest input most, and how much of it."""
    output = reaching.pointed.query
    far = 0 if output >= reaching.n - 1 - output else reaching.n - 1
    shares = {name: float(reaching.seen[name].mean[output, far]) for name in NAMES}
    told = {name: two_digits(text, share) for name, share in shares.items()}
    blind = [name for name in NAMES if not reaching.seen[name].field.reach[output, far]]
    told |= dict.fromkeys(blind, text("reach.nothing"))
    return text("reach.far", far=plain_word(reaching.tokens, far), **told)


def _draw(
    text: Text, name: str, bands: dict[str, Band], titles: tuple[str, str], reaching: Reaching
) -> None:
    powers = reaching.choice.reach_log and name == "strength"
    st.vega_lite_chart(
        bands_table(bands),
        bands_specification(Axes(*titles, tuple(bands), powers)),
        key=f"reach_{name}",
        alt=text(f"alt.reach_{name}"),
    )
