"""The stage on a page: what it is given, and what a reader does there."""

import base64
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from streamlit.components.v2.types import ComponentRenderer

from core.layer import Parameters, Rules, score_bias
from core.reader.apart import LONGEST_INSERTED, next_words
from core.reader.explore import SENTENCE_SOURCES
from pages.shared import controls, names
from pages.shared.reader.session import reader, session
from pages.shared.stage.explored import Explored
from pages.shared.stage.sent import KEY, listeners
from pages.shared.stage.still import still
from pages.shared.text import Text, labels, plain
from pages.shared.views.badge import badge, told_origin
from pages.shared.views.scripted import scripted
from pages.shared.views.told import told

SCRIPTS = (
    "../views/colours.js",
    *("engine.js", "drawing.js", "marks.js", "board.js", "attention.js", "neighbours.js"),
    *("foot.js", "clock.js", "former.js", "pointing.js", "shaking.js", "apart.js"),
    *("predicting.js", "pulling.js", "why.js", "export.js", "tools.js", "stage.js"),
)
_NAMED = 3  # changed numbers that are told one by one
HTML = """\
<div class="stage"><p class="said" aria-live="polite"></p>
<div class="board"><svg aria-hidden="true"></svg><div class="words" role="group"></div></div>
<p class="changed" role="status"></p><div class="tools" role="toolbar"></div>
<div class="panel"></div><table></table></div>"""


def stage(text: Text, it: Explored) -> None:
    """Draw one sentence as three architectures read it, and say where the numbers come from."""
    if not session().written:  # at a first visit, scripts come after the page
        still(text, it)
    _scripts()(key="stage_scripts")
    _component()(key=KEY, data=data(text, it), **listeners(it))
    if problem := session().refused.get(KEY):
        st.error(told(text, problem))
    badge(text, it.trace.origin)
    said = [text("stage.influence_means")]
    if not it.lesson:
        said.append(text("stage.recall_origin", memory=it.stage.memory))
    st.caption(text.joined(*_changes(text, it), *said))


def data(text: Text, it: Explored) -> dict[str, Any]:
    """What the browser draws. Untrained neighbours show their influence with everything only."""
    shown, choice = it.opened, it.scene.choice
    standings = controls.standings(it.scene)
    free = (
        choice.source in SENTENCE_SOURCES
    )  # else the words are a task's symbols, a model's pieces
    feels = {
        name: packed(found.influence.share)
        for name, found in it.seen.items()
        if name == "attention" or it.chapter == "everything"
    }
    return {
        "language": text.language,
        "words": it.words,
        "standings": [standings.get(word, "set") for word in it.words],
        "query": shown.query,
        "key": shown.key,
        "scores": packed(shown.layer.biased_scores[shown.head]),
        "weights": packed(shown.layer.weights[shown.head]),
        "v": packed(shown.layer.v[shown.head]),
        "layer": packed_head(it.parameters, it.rules, shown.head),
        "share": feels,
        "path": {name: packed(found.field.path) for name, found in it.seen.items()},
        "waits": {name: found.field.sequential for name, found in it.seen.items()},
        "recalled": {} if it.lesson else {name: r.named for name, r in it.recalled.items()},
        "recurrent": {"direction": choice.rnn_direction},
        "convolutional": {
            "kernel": choice.cnn_kernel,
            "dilations": choice.convolution.dilations,
            "causal": choice.cnn_causal,
        },
        "names": _names(text, it),
        "source": f"Attention Lab · {told_origin(text, it.trace.origin)}",
        "past": bool(reader().past.get(it.scene.shelf)),
        "undone": bool(reader().undone.get(it.scene.shelf)),
        "free": free,
        "ready": next_words(choice) if free else None,
        "longest": LONGEST_INSERTED,
        "labels": _labels(text, it),
    }


def _changes(text: Text, it: Explored) -> list[str]:
    """Say how many numbers of the shown head were changed, and the last ones by name."""
    named, told = _names(text, it), []
    for matrix, (head, row, column), value in it.scene.choice.edits:
        rows, columns = named["rows"].get(matrix, ()), named["columns"].get(matrix, ())
        here = head == (0 if matrix == "x" else it.opened.head)
        if here and row < len(rows) and column < len(columns):
            cell = f"{plain(rows[row])}, {columns[column]}"
            told.append(f"{named['tables'][matrix]}[{cell}] = {value:.4g}")
    label = "stage.edited" if len(told) > 1 else "stage.edited_one"
    numbers = text("sentence.comma").join(told[-_NAMED:])
    return [text(label, n=len(told), numbers=numbers)] if told else []


def _names(text: Text, it: Explored) -> dict[str, Any]:
    """What rows and columns of the matrices are called."""
    choice = it.scene.choice
    features, channels = names.features(text, choice), names.channels(text, choice)
    contents = names.contents(text, choice)
    tables = ("x", "w_q", "w_k", "w_v")
    columns = (features, channels, channels, contents)
    return {
        "tables": text.options("matrix", tables),
        "rows": dict.fromkeys(tables, features) | {"x": it.words},
        "columns": dict(zip(tables, columns, strict=True)),
        "channels": channels,
    }


def packed(array: NDArray[Any]) -> dict[str, Any]:
    """Give a matrix to the browser as float32, exactly."""
    numbers = np.ascontiguousarray(array, dtype="<f4")
    return {"shape": numbers.shape, "base64": base64.b64encode(numbers.tobytes()).decode()}


def packed_head(parameters: Parameters, rules: Rules, head: int) -> dict[str, Any]:
    """Give the browser all that one head of a layer computes with."""
    n, d_model = parameters.x.shape
    d_k = parameters.w_q.shape[-1]
    encoding = rules.encoding
    cos, sin = _turns(rules, n, d_k)
    return {
        "x": packed(parameters.x),
        "w_q": packed(parameters.w_q[head]),
        "w_k": packed(parameters.w_k[head]),
        "w_v": packed(parameters.w_v[head]),
        "added": packed(encoding.adds(n, d_model).numpy()) if encoding.adds else None,
        "cos": cos,
        "sin": sin,
        "bias": packed(score_bias(parameters, rules, n)[head].numpy()),
        "scale": rules.scale(d_k),
    }


def _turns(rules: Rules, n: int, d_k: int) -> tuple[Any, Any]:
    """By which cosines and sines an encoding turns each pair of numbers of a query or a key."""
    if not rules.encoding.turns:
        return None, None
    units = torch.tensor([1.0, 0.0]).repeat(n, d_k // 2)
    turned = rules.encoding.turns(units, None, rules.base).numpy()
    return packed(turned[:, 0::2]), packed(turned[:, 1::2])


def _labels(text: Text, it: Explored) -> dict[str, str]:
    """The stage's own words: labels whose placeholders the browser fills.

    Where shares of influence are shown, the recurrent layer is not the one that was trained to
    recall, and has another memory.
    """
    own = {
        name.removeprefix("stage."): label[text.language]
        for name, label in labels().items()
        if name.startswith("stage.")
    }
    recurrent = text(f"stage.recurrent.{it.scene.choice.rnn_kind}")
    how = text("stage.recurrent.how", memory=it.stage.memory)
    if it.chapter == "everything":
        how = text("stage.recurrent.chain")
    own |= dict.fromkeys(("recurrent", "recurrent.short", "table.recurrent"), recurrent)
    own["recurrent.how"] = how
    if it.lesson:
        own["share.head"] = text("stage.share.learned", asks="{asks}")
    return own


@cache
def _component() -> ComponentRenderer:
    return scripted(__file__, HTML, shared=("stage.css",))


@cache
def _scripts() -> ComponentRenderer:
    """All that draws: 40 kB, which Streamlit sends once, since this part never changes."""
    return scripted(str(Path(__file__).with_name("scripts.js")), "<i></i>", shared=SCRIPTS)
