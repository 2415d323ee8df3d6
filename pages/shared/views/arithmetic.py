"""The arithmetic of the opened cell, with its real numbers."""

from collections.abc import Mapping

import streamlit as st

from core.layer import Rules
from pages.shared.figures import formulas
from pages.shared.text import Text, plain_word
from pages.shared.views.opened import Opened
from pages.shared.views.picker import picker


def arithmetic(text: Text, opened: Opened, rules: Rules) -> None:
    """Four lines from q and k to the output; formulas wrap where the page is narrow."""
    head, query, key = opened.head, opened.query, opened.key
    with st.container(horizontal=True):
        picker(text, opened, "query")
        picker(text, opened, "key")
    st.markdown(
        text(
            "arithmetic.intro",
            head=head + opened.first_head,
            q=query + 1,
            k=key + 1,
            asks=plain_word(opened.asking, query),
            answers=plain_word(opened.answering, key),
        )
    )
    d_k = opened.layer.q.shape[-1]
    below = formulas.divisor(d_k, scaled=rules.scaled, temperature=rules.temperature)
    lines = {
        "dot": formulas.dot_product(opened.layer, head, query, key),
        "score": formulas.score(opened.layer, below, head, query, key),
        "softmax": formulas.softmax(opened.layer, head, query, key),
        "sum": formulas.weighted_sum(opened.layer, head, query, key),
    }
    written(text, lines)
    if not opened.layer.may_look[head, query, key]:
        st.info(text("arithmetic.masked"))
    if opened.layer.sinks is not None:
        st.caption(text("arithmetic.sink", sunk=f"{opened.layer.sunk[head, query]:.1%}"))
    if opened.layer.cap is not None:
        st.caption(text("arithmetic.cap", cap=f"{opened.layer.cap:g}"))


def written(text: Text, lines: Mapping[str, str]) -> None:
    """Formulas, each after what it does; braces are explained where there are any."""
    with st.container(key="arithmetic"):  # frame.css lets long formulas be moved
        for name, formula in lines.items():
            st.markdown(f"{text(f'arithmetic.{name}')}  \n${formula}$")
    if any(formulas.BRACE in formula for formula in lines.values()):
        st.caption(text("arithmetic.rest"))
