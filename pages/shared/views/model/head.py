"""One head of a real model, or an aggregate of heads: highlighted text, map, lines."""

from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import streamlit as st

from core.arrays import Array, IntArray
from core.importance import Mixer
from core.layer import Rules
from core.measures import mean_over_heads, rollout
from core.models.words import hidden, merged, words_of
from core.reader.model import HEAD_FIELDS, MOST_LINES, THIS_HEAD, Aggregate
from pages.shared import controls
from pages.shared.figures import lines
from pages.shared.figures.heatmap import Frame, Heatmap
from pages.shared.figures.lines import Sides
from pages.shared.reader.head import exact_sizes
from pages.shared.reader.model import ModelScene
from pages.shared.reader.session import change, showing
from pages.shared.shares import rounded
from pages.shared.text import Text, plain, plain_word
from pages.shared.views import maps
from pages.shared.views.arithmetic import arithmetic
from pages.shared.views.highlight import in_words
from pages.shared.views.links import open_state
from pages.shared.views.opened import Opened, Pointed
from pages.shared.views.steps import steps
from pages.shared.views.word_strip import word_strip

FIELDS = ("model_query", "model_key")


@dataclass(frozen=True)
class Shown:
    """A map as the reader wants it: of pieces or words, with or without special ones.

    Attributes:
        pointed: The words, and the pair that is pointed at.
        weights: ``(query, key)``.
    """

    pointed: Pointed
    weights: Array


def view_controls(text: Text, scene: ModelScene) -> None:
    """What of the model's attention is shown."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        controls.option(text, "model_aggregate", get_args(Aggregate))
        if scene.special:
            added = text("sentence.comma").join(plain(piece) for piece in scene.special)
            more = text("model_special.help", added=added)
            st.toggle(text("model_special.label"), key=showing("model_special"), help=more)
        if scene.special and not scene.choice.model_special:
            st.toggle(text("model_renormalise.label"), key=showing("model_renormalise"))
        st.toggle(
            text("model_words.label"), key=showing("model_words"), help=text("model_words.help")
        )
    if scene.built_in:
        _open_in_explore(text, scene)
    _, heads = scene.shape
    st.caption(text(f"model_aggregate.{scene.choice.model_aggregate}.help", heads=heads))
    if scene.causal:
        st.caption(text("model.causal"))


def _open_in_explore(text: Text, scene: ModelScene) -> None:
    """The head in tables small enough to edit; all of it, where its pieces are few enough."""
    choice = scene.choice
    fields: dict[str, Any] = {name: getattr(choice, name) for name in HEAD_FIELDS}
    fields |= {
        "source": "basis",
        "chapter": "everything",
        "sentence": choice.model_sentence,
        "n_heads": 1,
    }
    fields |= {"model_name": scene.shown, **exact_sizes(len(scene.run.pieces.tokens))}
    open_state(text, "model.explore", "explore", icon=":material/tune:", **fields)


def shown(scene: ModelScene, weights: Array) -> Shown:
    """A map of pieces put into the form that the reader has chosen."""
    choice, pieces = scene.choice, scene.run.pieces
    if choice.model_words:
        words = words_of(pieces)
        tokens, special, groups = words.tokens, words.special, words.groups
        weights = merged(weights, groups)
    else:
        tokens, special = pieces.tokens, pieces.special
        groups = tuple((place,) for place in range(len(tokens)))
    hide = np.array(special) & (not choice.model_special)
    if hide.all():
        hide[:] = False
    left = np.flatnonzero(~hide)
    names = tuple(tokens[i] for i in left)
    pointed = Pointed(
        asking=names,
        answering=names,
        query=_place(choice.model_query, groups, left),
        key=_place(choice.model_key, groups, left),
        fields=FIELDS,
        places=tuple(groups[i][0] for i in left),
    )
    renormalise = choice.model_renormalise and bool(hide.any())
    return Shown(pointed, hidden(weights, hide.tolist(), renormalise))


def attention_map(scene: ModelScene) -> Array:
    """The chosen head's weights, or the aggregate: ``(query, key)``."""
    choice, layers = scene.choice, scene.run.trace.layers
    match choice.model_aggregate:
        case "mean":
            return mean_over_heads(layers[choice.model_layer].weights)
        case "rollout":
            upto = layers[: choice.model_layer + 1]
            return rollout(np.stack([layer.weights for layer in upto]))[-1]
        case _:
            return layers[choice.model_layer].weights[choice.model_head]


def model_head(text: Text, scene: ModelScene) -> None:
    """The text shaded by the chosen word's weights, the map, and the two-column picture."""
    whole = attention_map(scene)
    view = shown(scene, whole)
    pointed, weights = view.pointed, view.weights
    if scene.special and not scene.choice.model_special:
        own = np.array(scene.run.pieces.special)
        removed = whole[~own][:, own].sum(axis=-1).mean() if not own.all() else 1.0
        added = text("sentence.comma").join(plain(piece) for piece in scene.special)
        st.caption(text("model.removed", added=added, share=f"{removed:.0%}"))
    word_strip(text, pointed, weights[pointed.query], name="model_strip")
    may_look = scene.run.trace.layers[scene.choice.model_layer].may_look.any(axis=0)
    allowed = shown(scene, may_look.astype(float)).weights > 0
    query = pointed.query
    st.markdown(in_words(text, pointed.asking, query, weights[query], allowed[query]))
    st.markdown(control(text, view))
    places = maps.side_by_side(2, len(pointed.asking))
    with places[0]:
        st.markdown(text("model.map"))
        maps.draw("model_map", weights_map(text, view), pointed, text("alt.weights"))
    with places[1]:
        _lines(text, scene, pointed)


def control(text: Text, view: Shown) -> str:
    """What of the row's largest weight is the row's own: other rows may look there as much."""
    asking, query = view.pointed.asking, view.pointed.query
    key = int(view.weights[query].argmax())
    weight, mean = float(view.weights[query, key]), float(view.weights[:, key].mean())
    return text(
        "model.control" if weight > mean else "model.control_less",
        asks=plain_word(asking, query),
        found=plain_word(view.pointed.answering, key),
        weight=rounded(text, weight),
        mean=rounded(text, mean),
        own=rounded(text, weight - mean),
    )


def weights_map(text: Text, view: Shown) -> Heatmap:
    """The map, ready to be drawn."""
    return Heatmap(
        values=view.weights,
        rows=view.pointed.asking,
        columns=view.pointed.answering,
        frame=Frame(text("axis.query"), text("axis.key"), text("axis.weight")),
        colours="sequential",
        domain=(0.0, 1.0),
    )


def model_steps(text: Text, scene: ModelScene) -> None:
    """The head's scores, weights, outputs and arithmetic, on the model's own word pieces."""
    choice, tokens = scene.choice, scene.run.pieces.tokens
    opened = Opened(
        asking=tokens,
        answering=tokens,
        query=choice.model_query,
        key=choice.model_key,
        fields=FIELDS,
        layer=scene.run.trace.layers[choice.model_layer],
        head=choice.model_head,
        first_head=0,
    )
    contents = [f"v{i + 1}" for i in range(opened.layer.v.shape[-1])]
    d_k = opened.layer.q.shape[-1]
    st.markdown(text("head.steps.lead", d_k=d_k))
    rules = _rules(scene.run.mixers[choice.model_layer], d_k)
    steps(text, opened, contents, rules)
    arithmetic(text, opened, rules)


def _lines(text: Text, scene: ModelScene, pointed: Pointed) -> None:
    at = scene.choice.model_layer
    layer = scene.run.trace.layers[at]
    heads = _lined(text, scene)
    if not heads:
        return
    weights = np.stack([shown(scene, layer.weights[head]).weights for head in heads])
    names = [f"{at}·{head}" for head in heads]
    first = max(0, min(pointed.query - maps.LARGE // 2, len(pointed.asking) - maps.LARGE))
    part = slice(first, first + maps.LARGE)
    data = lines.table(weights[:, part, part], pointed.asking[part], names, pointed.query - first)
    sides = Sides(text("axis.query"), text("axis.key"), text("head.label"), text("axis.weight"))
    st.vega_lite_chart(
        data,
        lines.specification(len(pointed.asking[part]), sides),
        key="model_lines_picture",
        alt=text("alt.lines"),
    )


def _lined(text: Text, scene: ModelScene) -> list[int]:
    """Heads of the layer to choose; a box of its own for each that is shown, as it is named."""
    choice, (_, n_heads) = scene.choice, scene.shape
    at, here = choice.model_layer, choice.model_head  # callbacks are kept: they never name a scene
    named = (here if head == THIS_HEAD else head for head in choice.model_lines)
    heads = list(dict.fromkeys(named))
    key = showing(f"model_lines.{n_heads}.{at}.{here}", heads)

    def choose() -> None:
        chosen = [head for head in st.session_state.get(key, heads) if head in range(n_heads)]
        change(model_lines=[THIS_HEAD if head == here else head for head in chosen])

    st.multiselect(
        text("model_lines.label"),
        range(n_heads),
        key=key,
        on_change=choose,
        format_func=lambda head: f"{at}·{head}",
        max_selections=MOST_LINES,
    )
    return heads


def _rules(mixer: Mixer, d_k: int) -> Rules:
    """How the layer scales its scores: some models divide by more than √d_k."""
    usual = Rules().scale(d_k)
    return Rules(temperature=round(usual / (mixer.scale or usual), 6))


def _place(piece: int, groups: tuple[tuple[int, ...], ...], left: IntArray) -> int:
    """Where a piece's word stands among the shown ones; the first one if it is hidden."""
    group = next(i for i, places in enumerate(groups) if piece in places)
    return next((place for place, i in enumerate(left) if i == group), 0)
