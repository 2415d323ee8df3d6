"""Where the numbers come from: said beside every picture that shows them."""

import streamlit as st

from core.trace import Origin
from pages.shared.text import Text


def badge(text: Text, origin: Origin) -> None:
    """The origin in a few words, and what it means for reading the picture."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.badge(
            _named(text, origin),
            color="orange" if origin.kind == "seeded" else "blue",
            icon=":material/info:",
        )
        if origin.edited:
            st.badge(text("origin.edited"), color="violet", icon=":material/edit:")
        st.caption(text(f"origin.{origin.kind}.help"), width="content")


def told_origin(text: Text, origin: Origin) -> str:
    """The origin in a few words, where there is no room for a badge."""
    said = _named(text, origin)
    return f"{said} · {text('origin.edited')}" if origin.edited else said


def _named(text: Text, origin: Origin) -> str:
    return text(f"origin.{origin.kind}", detail=origin.detail)
