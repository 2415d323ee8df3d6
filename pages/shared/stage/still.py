"""The picture before the browser has the scripts that draw it: it stands still, and soon goes."""

from html import escape

import streamlit as st

from pages.shared.shares import rounded
from pages.shared.stage.explored import Explored
from pages.shared.text import Text

_ROWS = ((8, 36), (12, 29), (10**6, 24))
"""Up to so many words: pixels a row, as in board.js."""


def still(text: Text, it: Explored) -> None:
    """Draw words as rows, beside them weights, what is recalled, and what is reached.

    It is written with boxes, since Streamlit takes SVG out of ``st.html``; its style stands in
    frame.css, which the page has before any part that has a script.
    """
    query, layer = it.opened.query, it.opened.layer
    weights, may_look = (part[it.opened.head, query] for part in (layer.weights, layer.may_look))
    reach = it.seen["convolutional"].field.reach[query]
    recalled = {} if it.lesson or it.chapter == "everything" else it.recalled
    marks = {
        name: ["✓" if found == i else "✗" for i, found in enumerate(recall.named)]
        for name, recall in recalled.items()
    }
    deeper = len(it.scene.choice.convolution.dilations)
    kind = f"recurrent.{it.scene.choice.rnn_kind}"
    titles = [text(f"stage.{name}") for name in ("attention", kind, "convolutional")]
    cells = ["<b></b>", *(f"<b>{escape(title)}</b>" for title in titles)]
    for i, (word, weight) in enumerate(zip(it.words, weights.tolist(), strict=True)):
        told = escape(rounded(text, weight)) if may_look[i] else "✕"
        mark, far = (marks[name][i] if marks else "" for name in ("recurrent", "convolutional"))
        dots = ("<i></i>" if reach[i] else "<s></s>") + deeper * (
            "<i></i>" if i == query else "<s></s>"
        )
        cells += [
            f"<span><bdi>{escape(word)}</bdi></span>",
            f'<span><u style="width: {weight:.1%}"></u>{told}</span>',
            f"<span><q></q><em>{mark}</em></span>",
            f"<span>{dots}<em>{far}</em></span>",
        ]
    height = next(pixels for most, pixels in _ROWS if len(it.words) <= most)
    with st.container(key="still"):
        st.html(f'<div aria-hidden="true" style="--row: {height}px">{"".join(cells)}</div>')
