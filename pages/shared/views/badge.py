"""Where the numbers come from: said beside every picture that shows them."""

import streamlit as st

from core.trace import Origin
from pages.shared.text import Text, plain


def badge(text: Text, origin: Origin) -> None:
    """The origin in a few words, and what it means for reading the picture."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.badge(
            in_markdown(text, origin),
            color="orange" if origin.kind == "seeded" else "blue",
            icon=":material/info:",
        )
        if origin.edited:
            st.badge(text("origin.edited"), color="violet", icon=":material/edit:")
        st.caption(text(f"origin.{origin.kind}.help"), width="content")


def in_markdown(text: Text, origin: Origin) -> str:
    """The origin in a few words; a file's name, or what the file says, stays words."""
    detail = origin.detail if origin.detail.isdecimal() else plain(origin.detail)
    return _told(text, origin, detail)


def told_origin(text: Text, origin: Origin) -> str:
    """The origin in a few words, for reports and charts: as it is, not as Markdown."""
    said = _told(text, origin, origin.detail)
    return f"{said} · {text('origin.edited')}" if origin.edited else said


def _told(text: Text, origin: Origin, detail: str) -> str:
    """Where the numbers come from; beside those that people set, how many words are guessed."""
    if origin.kind == "handset" and origin.detail:
        one = origin.detail == "1"
        return text(
            "origin.handset.guessed_one" if one else "origin.handset.guessed", detail=detail
        )
    return text(f"origin.{origin.kind}", detail=detail)
