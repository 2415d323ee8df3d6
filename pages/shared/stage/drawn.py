"""The stage on a page: what it is given, and what a reader does there."""

import base64
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.components.v2.types import ComponentRenderer

from core.architectures import Measured
from core.layer import Parameters, Rules, score_bias
from core.reader.explore import Choice
from pages.shared.text import Text, labels
from pages.shared.views.opened import Opened
from pages.shared.views.scripted import scripted

_CODE = (
    *("engine.js", "drawing.js", "board.js", "clock.js", "pointing.js", "shaking.js", "tools.js"),
    "stage.js",
)
_HTML = """\
<div class="stage"><p class="said" aria-live="polite"></p>
<div class="board"><svg aria-hidden="true"></svg><div class="words" role="group"></div></div>
<div class="tools" role="toolbar"></div><table></table></div>"""


def stage(
    text: Text,
    opened: Opened,
    layer: tuple[Parameters, Rules],
    seen: Mapping[str, Measured],
    choice: Choice,
    *,
    unknown: Sequence[int] = (),
    recalled: Mapping[str, Sequence[int]] | None = None,
    measured: bool = False,
) -> None:
    """Draw one sentence as three architectures read it.

    Args:
        text: The reader's language.
        opened: The head, the word that asks and the one that is traced.
        layer: What the head computes with.
        seen: What each architecture can feel, and feels, by its name.
        choice: How the neighbours of attention are built.
        unknown: Places of words that no table knows.
        recalled: For each architecture, which place it names for each place; -1 out of reach.
        measured: Whether the neighbours' measured influence is shown; their numbers are random.
    """
    shares = {name: measured or name == "attention" for name in seen}
    data = {
        "language": text.language,
        "words": opened.asking,
        "unknown": list(unknown),
        "query": opened.query,
        "key": opened.key,
        "scores": packed(opened.layer.biased_scores[opened.head]),
        "weights": packed(opened.layer.weights[opened.head]),
        "v": None,
        "layer": packed_head(*layer, opened.head),
        "share": {n: packed(it.influence.share) if shares[n] else None for n, it in seen.items()},
        "reach": {name: packed(it.field.reach) for name, it in seen.items()},
        "path": {name: packed(it.field.path) for name, it in seen.items()},
        "waits": {name: it.field.sequential for name, it in seen.items()},
        "recurrent": {"direction": choice.rnn_direction},
        "convolutional": {
            "kernel": choice.cnn_kernel,
            "dilations": choice.convolution.dilations,
            "causal": choice.cnn_causal,
        },
        "recalled": {name: (recalled or {}).get(name) for name in seen},
        "labels": _labels(text, choice),
    }
    data["v"] = packed(opened.layer.v[opened.head])
    words = opened.words

    def point() -> None:
        pair = getattr(st.session_state.get("stage"), "pointed", None)
        if isinstance(pair, list | tuple) and [type(it) for it in pair] == [int, int]:
            words.point(*pair)

    _component()(key="stage", data=data, on_pointed_change=point)


def packed(array: NDArray[Any]) -> dict[str, Any]:
    """Give a matrix to the browser as float32, exactly."""
    numbers = np.ascontiguousarray(array, dtype="<f4")
    return {"shape": numbers.shape, "base64": base64.b64encode(numbers.tobytes()).decode()}


def packed_head(parameters: Parameters, rules: Rules, head: int) -> dict[str, Any]:
    """Give the browser all that one head of a layer computes with."""
    n, d_model = parameters.x.shape
    d_k = parameters.w_q.shape[-1]
    encoding = rules.encoding
    added = encoding.adds(n, d_model).numpy() if encoding.adds else None
    cos, sin = _turns(rules, n, d_k)
    return {
        "x": packed(parameters.x),
        "w_q": packed(parameters.w_q[head]),
        "w_k": packed(parameters.w_k[head]),
        "w_v": packed(parameters.w_v[head]),
        "added": None if added is None else packed(added),
        "cos": cos,
        "sin": sin,
        "bias": packed(score_bias(parameters, rules, n)[head].numpy()),
        "scale": rules.scale(d_k),
    }


def _turns(rules: Rules, n: int, d_k: int) -> tuple[Any, Any]:
    """By which cosines and sines an encoding turns each pair of numbers of a query or a key."""
    import torch

    if not rules.encoding.turns:
        return None, None
    units = torch.tensor([1.0, 0.0]).repeat(n, d_k // 2)
    turned = rules.encoding.turns(units, None, rules.base).numpy()
    return packed(turned[:, 0::2]), packed(turned[:, 1::2])


def _labels(text: Text, choice: Choice) -> dict[str, str]:
    """The stage's own words: labels whose placeholders the browser fills."""
    own = {
        name.removeprefix("stage."): label[text.language]
        for name, label in labels().items()
        if name.startswith("stage.")
    }
    own["recurrent"] = text(f"rnn_kind.{choice.rnn_kind}")
    own["recurrent.short"] = own["recurrent"]
    return own


@cache
def _component() -> ComponentRenderer:
    code = ("../views/colours.js", *_CODE, "stage.css", "drawn.js")
    return scripted(__file__, _HTML, shared=code[:-1])
