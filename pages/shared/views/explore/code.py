"""The ten lines of PyTorch, to read, copy and download."""

import streamlit as st

from core.layer import Parameters, Rules
from core.snippet import snippet
from core.taken.notebook import notebook
from pages.shared.saving import save_button
from pages.shared.text import Text


def code(text: Text, parameters: Parameters, rules: Rules) -> None:
    """The lines first; the program with its data, ready to run, folded away."""
    program = snippet(parameters, rules)
    _, _, lines = program.rpartition("\n\n")
    st.code(lines, language="python", wrap_lines=True)
    with st.expander(text("code.whole"), key="code_open", on_change="rerun") as whole:
        if whole.open:
            st.code(program, language="python", height=360)
    with st.container(horizontal=True, gap="small"):
        save_button(text("code.download"), "attention.py", "text/x-python", lambda: program)
        save_button(
            text("code.download_notebook"),
            "attention.ipynb",
            "application/x-ipynb+json",
            lambda: notebook(text("code.notebook"), program),
        )
