"""The text that the real model reads, and what is to be said about it."""

from typing import get_args

import streamlit as st

from core.choice_model import LONGEST_TEXT, Part
from core.errors import InputError
from core.sources.pretrained import LIMIT
from pages.shared import controls, model_state, state
from pages.shared.examples import EXAMPLES
from pages.shared.model_state import ModelScene
from pages.shared.text import Text

_EXAMPLES = ("tired", "wide", "mouse")


def scene_or_stop(text: Text) -> ModelScene:
    """What the page shows; the page ends here, with the reason, if the model cannot be used."""
    try:
        return model_state.model_scene()
    except InputError as problem:
        st.error(text(f"error.{problem.code}", **problem.values))
        st.stop()


def model_text(text: Text, scene: ModelScene) -> None:
    """The text, examples, and how much of it the model reads and knows."""
    st.text_area(
        text("model_sentence.label"), key="model_sentence", max_chars=LONGEST_TEXT, height=80
    )
    if scene.problem:
        st.error(text(f"error.{scene.problem.code}", **scene.problem.values))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(text("sentence.examples"), width="content")
        for name in _EXAMPLES:
            st.button(
                EXAMPLES[name].short,
                key=f"model_example.{name}",
                on_click=model_state.show_example,
                args=(name,),
                type="tertiary",
                help=text(f"example.{name}"),
            )
        st.button(
            text("model.long"),
            key="model_example.long",
            on_click=state.change,
            kwargs={"model_sentence": text("model.long.text"), "model_query": 2, "model_key": 1},
            type="tertiary",
        )
    _remarks(text, scene)


def _remarks(text: Text, scene: ModelScene) -> None:
    pieces = scene.run.pieces
    if pieces.total > pieces.used:
        st.warning(text("error.too_many_pieces", total=pieces.total, used=pieces.used, limit=LIMIT))
        controls.option(text, "model_part", get_args(Part))
    if pieces.unknown:
        st.warning(text("error.unknown_pieces", unknown=pieces.unknown, used=pieces.used))
    st.caption(text("model.pieces", pieces=len(pieces.tokens), used=pieces.used))
