"""Related concepts: a button for each that shows it on the page, and all of them compared."""

from collections.abc import Mapping

import streamlit as st

from core.reader.ideas import CrossChoice
from pages.shared.reader.session import change
from pages.shared.text import Text

_QUESTIONS = ("queries", "keys", "mask", "use")

STATES: Mapping[str, Mapping[str, object]] = {
    "attention": {"cross_sources": "b_asks_a", "cross_scoring": "additive"},
    "self": {"cross_sources": "self_a"},
    "cross": {"cross_sources": "b_asks_a"},
    "many": {"cross_sources": "b_asks_a", "cross_several": True},
    "masked": {"cross_sources": "self_b", "cross_causal": True},
}
"""What the page is set to for each concept; what is not named takes its default."""

_PLAIN = {
    name: getattr(CrossChoice(), f"cross_{name}") for name in ("scoring", "causal", "several")
}


def concept_buttons(text: Text) -> None:
    """A button a concept, near the maps that it changes."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(text("concept.show"), width="content")
        for name in STATES:
            _button(text, name, quiet=True)


def _button(text: Text, name: str, *, quiet: bool) -> None:
    """Set the page to a concept; the sentences stay."""
    st.button(
        text(f"concept.{name}"),
        key=f"concept.{name}" if quiet else f"concept.table.{name}",
        on_click=change,
        kwargs={f"cross_{field}": value for field, value in _PLAIN.items()} | dict(STATES[name]),
        type="tertiary" if quiet else "secondary",
    )


def concepts(text: Text) -> None:
    """Draw a table that folds on narrow screens: a row a concept, which its name opens above."""
    st.subheader(text("cross.concepts_title"), anchor=False)
    st.markdown(text("cross.concepts_lead"))
    for name in STATES:
        with st.container(border=True):
            grid = st.grid(len(_QUESTIONS) + 1, min_column_width=130)
            with grid.cell():
                _button(text, name, quiet=False)
            for question in _QUESTIONS:
                asked, answered = text(f"concept.{question}"), text(f"concept.{name}.{question}")
                grid.cell().markdown(f":small[:gray[{asked}]]  \n{answered}")
