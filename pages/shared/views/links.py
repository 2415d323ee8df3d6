"""Links to a page in a certain state."""

import streamlit as st

from core.reader.cells import Shelves
from core.reader.link import parameters
from pages.shared.reader.session import session
from pages.shared.text import Text


def open_state(
    text: Text,
    label: str,
    page: str,
    *,
    shelves: Shelves | None = None,
    icon: str | None = None,
    **fields: object,
) -> None:
    """Draw a link that opens a page with these choices; everything else as in the beginning.

    Args:
        text: The reader's language.
        label: The key of what the link says.
        page: Its name.
        shelves: Edited cells.
        icon: Before the label.
        fields: Names of the page's choices to plain values.
    """
    query = parameters(fields, shelves, text.language)
    again = {"n": str(session().runs)}  # else a link that is followed twice does nothing
    st.page_link(f"pages/{page}.py", label=text(label), icon=icon, query_params=query | again)
