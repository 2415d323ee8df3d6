"""The text that the real model reads, and what is to be said about it."""

from typing import get_args

import streamlit as st

from core.models.pieces import SPACE
from core.models.run import Attention
from core.reader.examples import EXAMPLES
from core.reader.model import BILINGUAL, LONGEST_TEXT, MODEL_EXAMPLES, PACKAGED, Part
from pages.shared import controls
from pages.shared.reader.model import ModelScene, model_scene, show_example
from pages.shared.reader.session import change, showing
from pages.shared.text import Text, plain
from pages.shared.views.badge import badge
from pages.shared.views.in_line import in_line
from pages.shared.views.model.choice import (
    model_control,
    model_notices,
    suggestion,
)
from pages.shared.views.refused import ends, refused

_EXAMPLES = ("tired", "wide", "mouse")
_CHINESE_EXAMPLES = ("cat", "beijing")  # for models of others
_GOES_ON = "##"


def scene_or_end(text: Text) -> ModelScene:
    """Give what the page shows; it ends here, with the reason, if the model cannot be used."""
    with ends(text, "model", first=lambda: _field(text)):
        return model_scene(in_line())


def model_text(text: Text, scene: ModelScene) -> None:
    """The text, examples, the model that reads it, and how much it reads and knows."""
    _field(text)
    if scene.problem:
        refused(text, scene.problem, "model")
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        model_control(text, scene)
        _examples(text, scene)
    model_notices(text, scene)
    if scene.run.attention:
        _stacks(text, scene)
    _remarks(text, scene)


def _field(text: Text) -> None:
    """The text and its button: to press it takes what was typed, as Ctrl+Enter does."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_area(
            text("model_sentence.label"),
            key=showing("model_sentence"),
            max_chars=LONGEST_TEXT,
            height=68,
            label_visibility="collapsed",
        )
        st.button(text("model.read"), key="model_read", type="primary", help="Ctrl+Enter")


def _examples(text: Text, scene: ModelScene) -> None:
    st.caption(text("sentence.examples"), width="content")
    for name, short in _offered(text, scene).items():
        st.button(
            f"“{short}”",
            key=f"model_example.{name}",
            on_click=show_example,
            args=(name, scene.shown),
            type="tertiary",
            help=text(f"example.{name}"),
        )
    st.button(
        text("model.long"),
        key="model_example.long",
        on_click=change,
        kwargs={"model_sentence": _long(Text("en") if scene.shown == PACKAGED else text)},
        type="tertiary",
    )


def _long(text: Text) -> str:
    return text("model.long.text")


def _offered(text: Text, scene: ModelScene) -> dict[str, str]:
    """What the buttons of the examples say, those of the reader's language first."""
    english = {name: EXAMPLES[name].short for name in _EXAMPLES}
    if scene.shown == PACKAGED:
        return english
    if scene.shown == BILINGUAL:
        chinese = {name: it.sentence for name, it in MODEL_EXAMPLES.items()}
    else:
        chinese = {name: EXAMPLES[name].short for name in _CHINESE_EXAMPLES}
    return chinese | english if text.language == "zh" else english | chinese


def _stacks(text: Text, scene: ModelScene) -> None:
    """Which of a model's attentions is shown, and what its decoder reads."""
    controls.option(text, "model_attention", get_args(Attention))
    written = plain(scene.run.queries.sentence)
    st.caption(text(f"model.stacks.{scene.run.attention}", written=written))


def _remarks(text: Text, scene: ModelScene) -> None:
    pieces = scene.run.pieces
    if pieces.total > pieces.used:
        limit = len(pieces.tokens)
        st.warning(text("model.too_long", total=pieces.total, used=pieces.used, limit=limit))
        controls.option(text, "model_part", get_args(Part))
    if pieces.unknown:
        said = "model.unknown.packaged" if scene.shown == PACKAGED else "model.unknown.other"
        st.warning(text(said, unknown=pieces.unknown, used=pieces.used))
    suggestion(text, scene)
    badge(text, scene.run.trace.origin)


def say_pieces(text: Text, scene: ModelScene) -> None:
    """What the text was cut into, and how much of all weight goes to pieces that are no words."""
    said = _about_pieces(text, scene)
    if scene.special:
        shares = scene.features["special"]
        told = {"share": f"{shares.mean():.0%}", "n": int((shares > 0.5).sum())}
        said.append(text("atlas.special", added=_added(text, scene), heads=scene.n_heads, **told))
    st.caption(text.joined(*said))


def _added(text: Text, scene: ModelScene) -> str:
    return text("sentence.comma").join(plain(piece) for piece in scene.special)


def _about_pieces(text: Text, scene: ModelScene) -> list[str]:
    """How many there are, what the model added, and how to read their signs."""
    pieces = scene.run.pieces
    said = [text("model.pieces", used=pieces.used)]
    if scene.special:
        added = _added(text, scene)
        said.append(text("model.pieces.added", pieces=len(pieces.tokens), added=added))
    if scene.shown == PACKAGED or any(piece.startswith(_GOES_ON) for piece in pieces.tokens):
        said.append(text("model.pieces.goes_on", sign=plain(_GOES_ON)))
    elif any(piece.startswith(SPACE) for piece in pieces.tokens):
        said.append(text("model.pieces.space", sign=SPACE))
    return said
