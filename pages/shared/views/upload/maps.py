"""One head of a reader's own model: shaded tokens, maps, and the arithmetic if there is one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import streamlit as st

from core.arrays import Array
from core.files.doubts import rules_of
from core.layer import Rules
from core.measures import entropy
from core.reader.model import Pooling, UploadChoice
from core.sources.uploaded import Upload
from core.sources.uploaded_heads import UploadedHeads
from core.trace import LayerTrace
from pages.shared import controls
from pages.shared.figures.heatmap import Frame, Heatmap
from pages.shared.reader.session import settle, showing
from pages.shared.text import Text, plain_word
from pages.shared.views import maps
from pages.shared.views.arithmetic import arithmetic
from pages.shared.views.atlas.heads import Heads, aggregated, orders_of
from pages.shared.views.folded import folded
from pages.shared.views.highlight import in_words
from pages.shared.views.opened import Opened, Pointed
from pages.shared.views.picker import picker
from pages.shared.views.steps import steps
from pages.shared.views.word_strip import word_strip

_FIELDS = ("upload_query", "upload_key")
_BUTTONS = 12  # heads from which on their number is typed


_ROUNDING = 0.005
"""How far from 1 a row's sum may be, as with two-byte numbers, for its weights to be shares."""


@dataclass(frozen=True)
class Shown:
    """What of a file is shown.

    Attributes:
        pointed: The tokens, and the pair that is pointed at.
        weights: ``(query, key)``: of the head, or the mean of the layer's heads.
        steps: The head with its steps, if the file has them and one head is shown.
        rules: How its scores follow from q·k; ``None`` if they do not, or there are none.
        layer: The layer with every step, of that head alone, if the file has them.
        beside: The layer's input, its matrices, the influences, if the file has them.
        again: The same, for what outlives the run and must not hold it.
    """

    pointed: Pointed
    weights: Array
    steps: Opened | None
    rules: Rules | None
    layer: LayerTrace | None
    beside: Mapping[str, Array]
    again: "Callable[[], Shown]"


def shown(choice: UploadChoice, upload: Upload, read: Callable[[], Upload]) -> Shown:
    """What the reader has chosen of the file; ``read`` gives it once more."""
    index, head = choice.upload_layer, choice.upload_head
    layer = upload.layer(index, head)

    def again() -> Shown:
        return shown(choice, read(), read)

    pointed = _pointed(choice, upload)
    if choice.upload_aggregate != "head":
        upto = [upload.weights(it) for it in range(index + 1)]
        weights = aggregated(choice.upload_aggregate, upto, head)
        return Shown(pointed, weights, None, None, layer, {}, again)
    opened = Opened(**vars(pointed), layer=layer, head=0, first_head=head) if layer else None
    rules = rules_of(layer, 0) if layer else None
    beside = {name: it[head] if it.ndim == 3 else it for name, it in upload.beside.items()}
    weights = upload.head_weights(index, head)
    return Shown(pointed, weights, opened, rules, layer, beside, again)


def _pointed(choice: UploadChoice, upload: Upload) -> Pointed:
    return Pointed(
        asking=upload.query_tokens,
        answering=upload.key_tokens,
        query=choice.upload_query,
        key=choice.upload_key,
        fields=_FIELDS,
        focus={"upload_cells": "answers"},
    )


def all_heads(choice: UploadChoice, upload: Upload, found: UploadedHeads | None) -> Heads | None:
    """Every head of the file, if there are several, and not too many weights to compute."""
    if found is None or upload.n_layers * upload.n_heads == 1:
        return None
    orders = orders_of(found.features, ("following",) if found.causal else ())
    if choice.upload_order not in orders:
        choice = replace(choice, upload_order="pair")
        settle(upload_order="pair")
    return Heads(
        page="upload",
        choice=choice,
        pointed=_pointed(choice, upload),
        weights=[it.weights for it in found.layers],
        features=found.features,
        orders=orders,
    )


def head_controls(text: Text, upload: Upload) -> None:
    """Which layer, and which head, by their numbers; for long files, who sees whom."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _place(text, "upload_layer", upload.n_layers)
        _place(text, "upload_head", upload.n_heads)
        if upload.long:
            controls.option(text, "upload_pooling", get_args(Pooling))
            st.toggle(
                text("upload_causal.label"),
                key=showing("upload_causal"),
                help=text("upload_causal.help"),
            )


def shaded(text: Text, view: Shown) -> None:
    """The tokens that are looked at, shaded by the weights of the one that asks."""
    pointed, row = view.pointed, view.weights[view.pointed.query]
    if pointed.asking == pointed.answering:
        word_strip(text, pointed, row, name="upload_strip")
        if abs(row.sum() - 1) <= _ROUNDING:
            may_look = view.layer.may_look[0, pointed.query] if view.layer else None
            st.markdown(in_words(text, pointed.asking, pointed.query, row, may_look))
        else:
            st.markdown(_largest(text, pointed, row))
    else:
        if view.rules is None:  # else the pickers of the arithmetic are there
            picker(text, pointed, "query", width=320)
        st.markdown(text("upload.asks", asks=plain_word(pointed.asking, pointed.query)))
        word_strip(text, pointed.looked_at, row, name="upload_keys")
    st.caption(
        text(
            "upload.row",
            sum=f"{row.sum():.3f}",
            bits=f"{entropy(row):.2f}",
            most=f"{np.log2(len(row)):.2f}",
        )
    )


def _largest(text: Text, pointed: Pointed, row: Array) -> str:
    """The largest weight of a row that does not sum to 1: its weights are no shares."""
    top = int(row.argmax())
    return text(
        "highlight.raw",
        asks=plain_word(pointed.asking, pointed.query),
        found=plain_word(pointed.answering, top),
        weight=f"{row[top]:.2f}",
    )


def shown_map(text: Text, view: Shown) -> None:
    """The map of weights, unless it is drawn between scores and outputs."""
    if view.steps is None or view.rules is None:
        maps.draw("upload_map", weights_map(text, view), view.pointed, text("alt.weights"))


def shown_steps(text: Text, view: Shown, *, unfolded: bool) -> None:
    """Scores, weights and outputs, where the file has what they need."""
    if view.steps is None or view.rules is None:
        return
    d_v = view.steps.layer.v.shape[-1]
    steps(text, view.steps, [f"v{i + 1}" for i in range(d_v)], view.rules)
    with folded(text, "upload_arithmetic_open", unfolded=unfolded):
        arithmetic(text, view.steps, view.rules)


def weights_map(text: Text, view: Shown) -> Heatmap:
    """The shown weights."""
    return Heatmap(
        values=view.weights,
        rows=view.pointed.asking,
        columns=view.pointed.answering,
        frame=Frame(text("axis.query"), text("axis.key"), text("axis.weight")),
        colours="sequential",
        domain=(0.0, max(1.0, float(view.weights.max()))),
    )


def _place(text: Text, name: str, count: int) -> None:
    """A layer or a head by its number, from 0."""
    if count == 1:
        return
    label = text(f"{name}.label")
    if count > _BUTTONS:
        st.number_input(label, 0, count - 1, key=showing(name), width=150)
    else:
        st.segmented_control(
            label, range(count), key=showing(name), required=True, wrap=True, width="content"
        )
