"""Controls used by more than one page. Their keys are the names of `Choice`'s fields."""

from collections.abc import Collection
from typing import get_args

import streamlit as st

from core.choices.edited import MASK, Address
from core.choices.explore import LIMITS, LONGEST_SENTENCE, SENTENCE_SOURCES, Choice, SourceKind
from core.embeddings import known
from core.masks import MaskKind
from core.positions import Positions
from core.tokens import LIMIT, Unit, occurrences
from pages.shared import names, tables
from pages.shared.editing import edited
from pages.shared.examples import EXAMPLES, named, ordered
from pages.shared.reader import edits, state
from pages.shared.reader.state import Scene
from pages.shared.tables import Matrix
from pages.shared.text import Text, plain
from pages.shared.views.told import told

_HEADS_BY_NAME = 3  # more of them have room for their numbers only


def sentence(text: Text, scene: Scene) -> None:
    """The sentence, examples to begin with, and what is to be said about it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            text("sentence.label"),
            key="sentence",
            placeholder=text("sentence.hint"),
            max_chars=LONGEST_SENTENCE,
            width=640,
        )
        option(text, "unit", get_args(Unit), more=text("unit.help"))
    if scene.problem:
        st.error(told(text, scene.problem))
    if scene.tokens.total > LIMIT:
        st.warning(text("error.too_many_tokens", count=scene.tokens.total, limit=LIMIT))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(text("sentence.examples"), width="content")
        for name, example in ordered(text.language).items():
            st.button(
                f"“{example.short}”",
                key=f"example.{name}",
                on_click=state.show_example,
                args=(name,),
                type="tertiary",
                help=text(f"example.{name}"),
            )
    _remarks(text, scene)


def unknown_words(scene: Scene) -> list[str]:
    """The different words that the feature table does not know, if it is used."""
    return unknown_among(scene.tokens.kept) if scene.choice.source == "handset" else []


def unknown_among(words: Collection[str]) -> list[str]:
    """The different words that the feature table does not know."""
    return list(dict.fromkeys(word for word in words if not known(word)))


def remark(text: Text, scene: Scene) -> None:
    """What numbers set by hand do not show: at other sizes, or of the two famous sentences."""
    choice = scene.choice
    if choice.source != "handset":
        return
    change = [getattr(choice, size) - getattr(Choice, size) for size in ("d_model", "d_k", "d_v")]
    if min(change) < 0:
        st.caption(text("sizes.fewer"))
    elif max(change) > 0:
        st.caption(text("sizes.more"))
    elif named(choice.sentence) in ("tired", "wide"):
        st.caption(text("highlight.same_it"))


def layer(
    text: Text,
    scene: Scene,
    sources: tuple[SourceKind, ...] = SENTENCE_SOURCES,
    *,
    one_head: bool = True,
) -> None:
    """Where the numbers come from, of what the page can show, and how the layer computes.

    Args:
        text: The reader's language.
        scene: What the page is about.
        sources: Those that the page can show.
        one_head: Whether the page shows one head, to be chosen.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        option(text, "source", sources)
        if scene.choice.source == "seeded":
            st.button(
                text("seed.next"),
                key="another_source_seed",
                on_click=state.another_seed,
                icon=":material/casino:",
            )
        if one_head:
            _head(text, scene)
        _choices(text, "positions", get_args(Positions))
        _choices(text, "mask", get_args(MaskKind))
        _mask_details(text, scene)
        st.toggle(text("scaled.label"), key="scaled", help=text("scaled.help"))
    if scene.choice.positions == "rope" and not scene.choice.rope_fits:
        st.warning(text("error.rope_needs_even", d_k=scene.choice.d_k))
    if scene.choice.mask == "drawn":
        _drawn_mask(text, scene)


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


def number(text: Text, name: str, width: int) -> None:
    """A whole number of the choice, to be typed."""
    low, high = LIMITS[name]
    st.number_input(text(f"{name}.label"), int(low), int(high), key=name, width=width)


def option(text: Text, name: str, options: tuple[str, ...], more: str | None = None) -> None:
    """One of few words of the choice, all in sight; ``more`` is said about it to who asks."""
    st.segmented_control(
        text(f"{name}.label"),
        options,
        format_func=lambda word: text(f"{name}.{word}"),
        key=name,
        required=True,
        wrap=True,
        width="content",
        help=more,
    )


def unusable(text: Text, scene: Scene) -> None:
    """Which values were not usable and replaced."""
    for name in scene.unusable:
        st.warning(text("error.unusable", name=text(f"{name}.label")))


def _choices(text: Text, name: str, options: tuple[str, ...]) -> None:
    st.selectbox(
        text(f"{name}.label"),
        options,
        format_func=lambda word: text(f"{name}.{word}"),
        key=name,
        width=150,
        help=text(f"{name}.help"),
    )


def _remarks(text: Text, scene: Scene) -> None:
    """What an example means, and which words the feature table does not know."""
    example = named(scene.choice.sentence)
    if example and text(f"example.{example}") != EXAMPLES[example].sentence:
        st.caption(text(f"example.{example}"))
    say_unknown(text, unknown_words(scene))


def say_unknown(text: Text, unknown: Collection[str]) -> None:
    """Which words the feature table does not know."""
    if unknown:
        words = text("sentence.comma").join(plain(word) for word in unknown)
        st.caption(text("sentence.unknown", words=words))


def _head(text: Text, scene: Scene) -> None:
    heads = range(scene.choice.n_heads)
    few = len(heads) <= _HEADS_BY_NAME
    st.segmented_control(
        text("head.label"),
        heads,
        format_func=lambda head: names.head(text, scene.choice, head) if few else str(head + 1),
        key="head",
        required=True,
        wrap=True,
        width="content",
    )


def _mask_details(text: Text, scene: Scene) -> None:
    match scene.choice.mask:
        case "window":
            number(text, "window", width=150)
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


def _drawn_mask(text: Text, scene: Scene) -> None:
    words = scene.tokens.kept
    may_look = scene.source.rules.mask.matrix(len(words))
    who = occurrences(words)
    addresses = [[Address("mask", *query, *key) for key in who] for query in who]
    with st.expander(text("drawn.label"), expanded=True, key="drawn_open", icon=":material/draw:"):
        st.caption(text("drawn.help"))
        edited(text, "mask", MASK, addresses, Matrix(may_look, words, words))
        tables.download(text, "mask", Matrix(may_look, words, words))
        st.button(
            text("drawn.clear"),
            on_click=edits.reset,
            args=(MASK,),
            disabled=not scene.choice.blocked,
            icon=":material/restart_alt:",
        )
