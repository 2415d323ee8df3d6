"""What a file leaves open: which reading was taken, why, and a switch to another one."""

import streamlit as st

from core.files.meaning import Meaning
from core.files.stacked import WHOLE
from core.sources.uploaded import Upload
from pages.shared.text import Text, plain

_BUTTONS = 4  # answers from which on they are chosen from a list


def meanings(text: Text, upload: Upload) -> None:
    """A switch for each question that the file leaves open, with the reason for what was taken."""
    for meaning in upload.meanings:
        _switch(text, meaning)
        reason = text(f"upload.why.{meaning.why}")
        first = _told(text, meaning, meaning.first)
        label = "upload.taken" if meaning.taken == meaning.first else "upload.taken_else"
        st.caption(text(label, first=first, why=reason))


def _switch(text: Text, meaning: Meaning) -> None:
    key = f"upload_{meaning.name}"
    answers = ["" if it == meaning.first else it for it in meaning.offered]

    def told(answer: str) -> str:
        return _told(text, meaning, answer or meaning.first)

    label = text(f"{key}.label")
    if len(answers) > _BUTTONS:
        st.selectbox(label, answers, format_func=told, key=key, width=320)
    else:
        st.segmented_control(label, answers, format_func=told, key=key, required=True, wrap=True)


def _told(text: Text, meaning: Meaning, answer: str) -> str:
    if meaning.name == "attention":
        known = answer in ("encoder", "decoder", "cross")
        return text(f"upload_attention.{answer}") if known else plain(answer or "…")
    if meaning.name == "text" or (meaning.name == "step" and answer != WHOLE):
        return str(int(answer) + 1)
    name = "mask" if meaning.name == "padding" else meaning.name
    return text(f"upload_{name}.{answer}")
