"""The theme's colours, for pictures that are drawn on the server."""

from collections.abc import Sequence

import streamlit as st


def sequential() -> Sequence[str]:
    """The scale of weights in the reader's theme, from 0 to 1, as ``#rrggbb``."""
    kind = "dark" if st.context.theme.type == "dark" else "light"
    return st.get_option(f"theme.{kind}.chartSequentialColors")
