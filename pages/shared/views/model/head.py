"""One head of a real model, or an aggregate of heads: highlighted text and map."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.arrays import Array, IntArray
from core.layer import Rules
from core.models.words import hidden, merged, words_of
from core.reader.model import HEAD_FIELDS
from core.trace import LayerTrace
from pages.shared.figures.heatmap import Frame, Heatmap
from pages.shared.reader.head import exact_sizes
from pages.shared.reader.model import ModelScene
from pages.shared.reader.session import showing
from pages.shared.text import Text, plain, plain_word
from pages.shared.views import maps
from pages.shared.views.arithmetic import arithmetic
from pages.shared.views.atlas.control import control_and_habit
from pages.shared.views.atlas.heads import Heads, aggregated
from pages.shared.views.highlight import in_words
from pages.shared.views.links import open_state
from pages.shared.views.opened import Opened, Pointed
from pages.shared.views.picker import picker
from pages.shared.views.steps import steps
from pages.shared.views.word_strip import word_strip

FIELDS = ("model_query", "model_key")

_ROOM = 240  # pixels that the rows of the map share, so that it ends on the screen
_LOWEST = 11  # pixels of a row


@dataclass(frozen=True)
class Shown:
    """A map as the reader wants it: of pieces or words, with or without special ones.

    Attributes:
        pointed: The words, and the pair that is pointed at.
        weights: ``(..., query, key)``.
    """

    pointed: Pointed
    weights: Array


def all_heads(scene: ModelScene) -> Heads:
    """Every head's map in the form that the reader has chosen, and what each head does."""
    maps = [shown(scene, layer.weights) for layer in scene.run.trace.layers]
    return Heads(
        page="model",
        choice=scene.choice,
        pointed=maps[0].pointed,
        weights=[it.weights for it in maps],
        features=scene.features,
        orders=scene.orders,
        special=scene.special,
        off=scene.switches,
    )


def view_controls(text: Text, scene: ModelScene) -> None:
    """What of the model's attention is shown."""
    if scene.run.crossing:
        if not scene.choice.model_steps_open:  # else the pickers of the arithmetic are there
            picker(text, _across(scene), "query", width=320)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if scene.special:
            added = text("sentence.comma").join(plain(piece) for piece in scene.special)
            more = text("model_special.help", added=added)
            st.toggle(text("model_special.label"), key=showing("model_special"), help=more)
        if scene.special and not scene.choice.model_special:
            st.toggle(text("model_renormalise.label"), key=showing("model_renormalise"))
        st.toggle(
            text("model_words.label"), key=showing("model_words"), help=text("model_words.help")
        )
    if scene.causal:
        st.caption(text("model.causal"))


def open_in_explore(text: Text, scene: ModelScene) -> None:
    """The head in tables small enough to edit; all of it, where its pieces are few enough."""
    if not scene.built_in:
        return
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
    """Maps of pieces, ``(..., query, key)``, put into the form that the reader has chosen."""
    choice, pieces = scene.choice, scene.run.pieces
    if scene.run.crossing:
        return Shown(_across(scene), weights)
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
        focus={"model_cells": "answers"},
    )
    renormalise = choice.model_renormalise and bool(hide.any())
    return Shown(pointed, hidden(weights, hide.tolist(), renormalise))


def _across(scene: ModelScene) -> Pointed:
    """The pieces of both texts, as the model has them."""
    return Pointed(
        asking=scene.run.queries.tokens,
        answering=scene.run.pieces.tokens,
        query=scene.choice.model_query,
        key=scene.choice.model_key,
        fields=FIELDS,
        focus={"model_cells": "answers"},
    )


def attention_map(scene: ModelScene) -> Array:
    """The chosen head's weights, or the aggregate: ``(query, key)``."""
    choice = scene.choice
    weights = [layer.weights for layer in scene.run.trace.layers[: choice.model_layer + 1]]
    return aggregated(choice.model_aggregate, weights, choice.model_head)


def model_head(text: Text, scene: ModelScene, heads: Heads) -> None:
    """The text shaded by the chosen word's weights, what it says, and the map."""
    whole = attention_map(scene)
    view = shown(scene, whole)
    pointed, weights = view.pointed, view.weights
    if scene.run.crossing:
        st.markdown(text("upload.asks", asks=plain_word(pointed.asking, pointed.query)))
        word_strip(text, pointed.looked_at, weights[pointed.query], name="model_keys")
    else:
        _shaded(text, scene, view, whole)
    control_and_habit(text, heads, pointed, weights)
    _say_odd(text, scene)
    maps.draw("model_map", weights_map(text, view), pointed, text("alt.weights"))


def _shaded(text: Text, scene: ModelScene, view: Shown, whole: Array) -> None:
    """The words, shaded by the weights of the one that asks, and what that says."""
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


def _say_odd(text: Text, scene: ModelScene) -> None:
    """What the opened head's layer has besides: keys that heads share, and a learned sink."""
    choice, said = scene.choice, []
    layer, head = scene.run.trace.layers[choice.model_layer], choice.model_head
    if choice.model_aggregate != "head":
        return
    if layer.shared > 1:
        first = head - head % layer.shared
        said.append(text("model.shared", first=first, last=first + layer.shared - 1))
    if layer.sinks is not None:
        sunk = layer.sunk[head]
        row, mean = f"{sunk[choice.model_query]:.1%}", f"{sunk.mean():.1%}"
        said.append(text("model.sink", row=row, mean=mean))
    if said:
        st.caption(text.joined(*said))


def weights_map(text: Text, view: Shown) -> Heatmap:
    """The map, ready to be drawn."""
    return Heatmap(
        values=view.weights,
        rows=view.pointed.asking,
        columns=view.pointed.answering,
        frame=Frame(text("axis.query"), text("axis.key"), text("axis.weight")),
        colours="sequential",
        domain=(0.0, 1.0),
        row_height=max(_LOWEST, _ROOM // len(view.weights)),
    )


def model_steps(text: Text, scene: ModelScene) -> None:
    """The head's scores, weights, outputs and arithmetic, on the model's own word pieces."""
    choice = scene.choice
    opened = Opened(
        asking=scene.run.queries.tokens,
        answering=scene.run.pieces.tokens,
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
    rules = _rules(opened.layer)
    steps(text, opened, contents, rules)
    arithmetic(text, opened, rules)


def _rules(layer: LayerTrace) -> Rules:
    """How the layer scales its scores: some models divide by more than √d_k, or by nothing."""
    usual = Rules().scale(layer.q.shape[-1])
    if layer.scale == 1:
        return Rules(scaled=False)
    return Rules(temperature=round(usual / (layer.scale or usual), 6))


def _place(piece: int, groups: tuple[tuple[int, ...], ...], left: IntArray) -> int:
    """Where a piece's word stands among the shown ones; the first one if it is hidden."""
    group = next(i for i, places in enumerate(groups) if piece in places)
    return next((place for place, i in enumerate(left) if i == group), 0)
