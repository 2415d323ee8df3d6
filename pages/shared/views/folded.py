"""A block to unfold that stays as it is in links: whether it is open is a field."""

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from pages.shared.reader.session import change, showing
from pages.shared.text import Text


def folded(text: Text, field: str, *, unfolded: bool) -> ExpanderContainer:
    """The block; what is in it need not be made before it is open.

    An expander forgets its state when its label changes, so each language has one of its own.

    Args:
        text: The reader's language.
        field: The name of the field.
        unfolded: What it holds.
    """
    key = showing(f"{field}.{text.language}", unfolded)
    return st.expander(
        text(f"{field}.label"),
        key=key,
        on_change=lambda: change(**{field: st.session_state.get(key, unfolded)}),
    )
