"""The ten lines of PyTorch, to read, copy and download."""

import streamlit as st

from core.layer import Parameters, Rules
from core.snippet import snippet
from pages.shared.text import Text


def code(text: Text, parameters: Parameters, rules: Rules) -> None:
    """The program that prints this page's numbers."""
    program = snippet(parameters, rules)
    st.code(program, language="python", height=430)
    st.download_button(
        text("code.download"),
        data=program,
        file_name="attention.py",
        mime="text/x-python",
        icon=":material/download:",
        on_click="ignore",
    )
