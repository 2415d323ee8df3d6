"""Controls used by more than one page. Their keys are the names of `Choice`'s fields."""

from typing import get_args

import streamlit as st

from core.choice import LIMITS, SourceKind
from core.embeddings import known
from core.masks import MaskKind
from core.positions import Positions
from core.tokens import LIMIT, Unit
from pages.shared import names, state, tables
from pages.shared.state import EXAMPLES, Scene
from pages.shared.text import Text, plain


def sentence(text: Text, scene: Scene) -> None:
    """The sentence, examples to begin with, and what is to be said about it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            text("sentence.label"), key="sentence", placeholder=text("sentence.hint"), width=640
        )
        _segments(text, "unit", get_args(Unit))
    if scene.problem:
        st.error(text(f"error.{scene.problem.code}", **scene.problem.values))
    if scene.tokens.total > LIMIT:
        st.warning(text("error.too_many_tokens", count=scene.tokens.total, limit=LIMIT))
    unknown = dict.fromkeys(word for word in scene.tokens.kept if not known(word))
    if unknown and scene.choice.source == "handset":
        st.caption(text("sentence.unknown", words=plain(", ".join(unknown))))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(text("sentence.examples"), width="content")
        for name in EXAMPLES:
            st.button(
                text(f"example.{name}"),
                key=f"example.{name}",
                on_click=state.show_example,
                args=(name,),
                type="tertiary",
            )


def layer(text: Text, scene: Scene) -> None:
    """Where the numbers come from, and how the layer computes with them."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _segments(text, "source", get_args(SourceKind))
        if scene.choice.source == "seeded":
            _number(text, "seed", width=120)
            st.button(text("seed.next"), on_click=state.another_seed, icon=":material/casino:")
        st.segmented_control(
            text("head.label"),
            range(scene.choice.n_heads),
            format_func=lambda head: names.head(text, scene.choice, head),
            key="head",
            required=True,
            width="content",
        )
        _choices(text, "positions", get_args(Positions))
        _choices(text, "mask", get_args(MaskKind))
        _mask_details(text, scene)
        st.toggle(text("scaled.label"), key="scaled", help=text("scaled.help"))
    if scene.choice.positions == "rope" and not scene.choice.rope_fits:
        st.warning(text("error.rope_needs_even", d_k=scene.choice.d_k))


def sizes(text: Text) -> None:
    """How large queries, keys and values are."""
    with st.grid(5, min_column_width=150, gap=("small", "medium")):
        for name in ("d_model", "d_k", "d_v", "n_heads"):
            slider(text, name)
        slider(text, "temperature", step=0.1)


def slider(text: Text, name: str, step: float = 1) -> None:
    """A number of the choice, within its limits."""
    low, high = LIMITS[name]
    kind = type(step)
    st.slider(
        text(f"{name}.label"), kind(low), kind(high), step=step, key=name, help=text(f"{name}.help")
    )


def unusable(text: Text, scene: Scene) -> None:
    """Which values were not usable and replaced."""
    for name in scene.unusable:
        st.warning(text("error.unusable", name=text(f"{name}.label")))


def option(text: Text, name: str, options: tuple[str, ...]) -> None:
    """One of few words of the choice, all in sight."""
    _segments(text, name, options)


def _segments(text: Text, name: str, options: tuple[str, ...]) -> None:
    st.segmented_control(
        text(f"{name}.label"),
        options,
        format_func=lambda option: text(f"{name}.{option}"),
        key=name,
        required=True,
        width="content",
    )


def _choices(text: Text, name: str, options: tuple[str, ...]) -> None:
    st.selectbox(
        text(f"{name}.label"),
        options,
        format_func=lambda option: text(f"{name}.{option}"),
        key=name,
        width=150,
        help=text(f"{name}.help"),
    )


def _number(text: Text, name: str, width: int) -> None:
    low, high = LIMITS[name]
    st.number_input(text(f"{name}.label"), int(low), int(high), key=name, width=width)


def _mask_details(text: Text, scene: Scene) -> None:
    match scene.choice.mask:
        case "window":
            _number(text, "window", width=150)
        case "padding":
            words = scene.tokens.kept
            st.multiselect(
                text("padded.label"),
                range(len(words)),
                format_func=lambda position: f"{position + 1} {words[position]}",
                key="padded",
                placeholder=text("padded.hint"),
                width=260,
            )
        case "drawn":
            with st.popover(text("drawn.label"), icon=":material/draw:"):
                _drawn_mask(text, scene)


def _drawn_mask(text: Text, scene: Scene) -> None:
    words = scene.tokens.kept
    may_look = scene.choice.layer_source.rules.mask.matrix(len(words))
    st.caption(text("drawn.help"))
    tables.tickable("mask", may_look, words)
