"""The ten lines of PyTorch, to read, copy and download."""

from collections.abc import Callable

import streamlit as st

from core.layer import Parameters, Rules
from core.snippet import snippet
from core.taken.notebook import notebook
from pages.shared.text import Text


def code(text: Text, parameters: Parameters, rules: Rules) -> None:
    """The lines first; the program with its data, ready to run, folded away."""
    program = snippet(parameters, rules)
    _, _, lines = program.rpartition("\n\n")
    st.code(lines, language="python", wrap_lines=True)
    with st.expander(text("code.whole")):
        st.code(program, language="python", height=360)
    with st.container(horizontal=True, gap="small"):
        _button(text("code.download"), program, "attention.py", "text/x-python")
        _button(
            text("code.download_notebook"),
            lambda: notebook(text("code.notebook"), program),
            "attention.ipynb",
            "application/x-ipynb+json",
        )


def _button(label: str, data: str | Callable[[], bytes], name: str, mime: str) -> None:
    st.download_button(
        label,
        data=data,
        file_name=name,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        key=f"code.{name}",
    )
