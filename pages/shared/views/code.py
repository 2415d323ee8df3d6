"""The ten lines of PyTorch, to read, copy and download."""

import streamlit as st

from core.layer import Parameters, Rules
from core.snippet import snippet
from pages.shared.text import Text


def code(text: Text, parameters: Parameters, rules: Rules) -> None:
    """The lines first; the program with its data, ready to run, folded away."""
    program = snippet(parameters, rules)
    _, _, lines = program.rpartition("\n\n")
    st.code(lines, language="python", wrap_lines=True)
    with st.expander(text("code.whole")):
        st.code(program, language="python", height=360)
    st.download_button(
        text("code.download"),
        data=program,
        file_name="attention.py",
        mime="text/x-python",
        icon=":material/download:",
        on_click="ignore",
    )
