"""What a page computes as lines of PyTorch, to read, copy and download."""

import streamlit as st

from core.taken.notebook import notebook
from pages.shared.saving import save_button
from pages.shared.text import Text


def code(text: Text, program: str, lead: str, name: str = "attention", **values: object) -> None:
    """The lines first; the program with its data, ready to run, folded away.

    Args:
        text: The reader's language.
        program: As `core.taken.snippet` gives it.
        lead: The label of what is said before.
        name: Of the files.
        values: To be filled in where the lead names them.
    """
    st.subheader(text("code.title"), anchor=False)
    st.markdown(text(lead, **values))
    _, _, lines = program.rpartition("\n\n")
    st.code(lines, language="python", wrap_lines=True)
    with st.expander(text("code.whole"), key="code_open", on_change="rerun") as whole:
        if whole.open:
            st.code(program, language="python", height=360)
    with st.container(horizontal=True, gap="small"):
        save_button(
            text("code.download", name=name), f"{name}.py", "text/x-python", lambda: program
        )
        save_button(
            text("code.download_notebook"),
            f"{name}.ipynb",
            "application/x-ipynb+json",
            lambda: notebook(text("code.notebook"), program),
        )
