"""Links to a page in a certain state."""

import streamlit as st

from core.choices.edited import Shelves
from core.choices.link import to_parameters
from pages.shared.reader.book import book
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
    """A link that opens a page with these choices; everything else as in the beginning.

    Args:
        text: The reader's language.
        label: The key of what the link says.
        page: Its name.
        shelves: Edited cells.
        icon: Before the label.
        fields: Names of the page's choices to plain values.
    """
    query = to_parameters(fields, shelves, text.language)
    again = {"n": str(book()["runs"])}  # else a link that is followed twice does nothing
    st.page_link(f"pages/{page}.py", label=text(label), icon=icon, query_params=query | again)
