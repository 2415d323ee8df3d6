"""The arithmetic of the opened cell, with its real numbers."""

import streamlit as st

from core.layer import Rules
from core.trace import LayerTrace
from pages.shared import state
from pages.shared.figures import formulas
from pages.shared.state import Scene
from pages.shared.text import Text, plain_word


def arithmetic(text: Text, scene: Scene, layer: LayerTrace, rules: Rules) -> None:
    """Four lines from q and k to the output; formulas wrap where the page is narrow."""
    words, choice = scene.tokens.kept, scene.choice
    head, query, key = choice.head, choice.query, choice.key
    _pickers(text, scene)
    st.markdown(
        text(
            "arithmetic.intro",
            head=head + 1,
            q=query + 1,
            k=key + 1,
            asks=plain_word(words, query),
            answers=plain_word(words, key),
        )
    )
    below = formulas.divisor(choice.d_k, scaled=rules.scaled, temperature=rules.temperature)
    lines = {
        "dot": formulas.dot_product(layer, head, query, key),
        "score": formulas.score(layer, below, head, query, key),
        "softmax": formulas.softmax(layer, head, query, key),
        "sum": formulas.weighted_sum(layer, head, query),
    }
    for name, formula in lines.items():
        st.markdown(f"{text(f'arithmetic.{name}')}  \n${formula}$")
    if not layer.may_look[head, query, key]:
        st.info(text("arithmetic.masked"))


def _pickers(text: Text, scene: Scene) -> None:
    """The cell by its words, for those who cannot or will not click."""
    words = scene.tokens.kept
    with st.container(horizontal=True):
        for name in ("query", "key"):
            st.selectbox(
                text(f"{name}.label"),
                range(len(words)),
                format_func=lambda position: f"{position + 1} {words[position]}",
                key=name,
                on_change=state.count_turn,
                width=240,
            )
