"""The chapters of Explore: each brings its controls, its maps and its invitation."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.recall.readers import STATES
from pages.shared import controls, names
from pages.shared.stage.explored import Explored
from pages.shared.text import Text
from pages.shared.views.arithmetic import arithmetic
from pages.shared.views.explore.architectures import architectures
from pages.shared.views.explore.numbers import guessed_word, parameter_tables
from pages.shared.views.steps import projections, steps

_SLIDERS = {
    "weights": ("temperature",),
    "sizes": ("d_model", "d_k", "d_v"),
    "heads": ("n_heads",),
}
"""Chapter to the numbers that it lets one move."""


def choose(text: Text, it: Explored) -> None:
    """Choose a chapter; each goes on from the one before."""
    controls.pills(text, "chapter", it.chapters, "explore_chapter", it.chapter)


@contextmanager
def beside(text: Text, it: Explored) -> Iterator[None]:
    """The place of the picture; where numbers are the chapter, they stand beside it."""
    if it.chapter in _SLIDERS or it.chapter in ("masks", "positions"):
        _controls(text, it)  # in sight together with what they change
    if it.chapter != "vectors":
        yield
        return
    picture, tables = st.columns([14, 9], gap="small")
    with picture:
        yield
    with tables:
        parameter_tables(text, it.scene, it.parameters, it.numbers.shown_parameter)


def draw(text: Text, it: Explored) -> None:
    """Invite to the chapter, and draw its controls and maps."""
    st.markdown(text(f"explore_chapter.{it.chapter}.try"))
    if it.chapter in ("words", "vectors"):
        _controls(text, it)
    contents = names.contents(text, it.scene.choice)
    match it.chapter:
        case "words":
            guessed_word(text, it.scene, it.parameters, it.opened.query)
        case "vectors":
            projections(text, it.opened, names.channels(text, it.scene.choice), contents)
        case "weights":
            steps(text, it.opened, contents, it.rules)
            arithmetic(text, it.opened, it.rules)
        case "all":
            steps(text, it.opened, contents, it.rules)
            architectures(text, it.scene, it.opened, it.seen)


def _controls(text: Text, it: Explored) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        match it.chapter:
            case "words":
                controls.unit(text)
                controls.amount(text, "memory", STATES)
                controls.slider(text, "cnn_layers")
            case "vectors" | "heads":
                controls.head(text, it.scene)
            case "weights":
                controls.scaled(text)
            case "masks":
                controls.mask(text, it.scene)
            case "positions":
                controls.positions(text)
    if sliders := _SLIDERS.get(it.chapter):
        controls.sizes(text, sliders)
    controls.warnings(text, it.scene)
