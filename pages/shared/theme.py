"""The theme's colours, for pictures that need them as numbers."""

from collections.abc import Sequence

import streamlit as st

QUIET = ("#5a6472", "#a3adb9")
"""On light and on dark."""


def sequential() -> Sequence[str]:
    """The scale of weights in the reader's theme, from 0 to 1, as ``#rrggbb``."""
    return st.get_option(f"theme.{_kind()}.chartSequentialColors")


def categorical() -> Sequence[str]:
    """Colours that tell things apart; the first one, the accent, is the reader's own."""
    return st.get_option(f"theme.{_kind()}.chartCategoricalColors")


def background() -> str:
    """The page's own colour."""
    return st.get_option(f"theme.{_kind()}.backgroundColor")


def quiet() -> str:
    """For words in a picture that stand back, and can be read all the same."""
    return QUIET[st.context.theme.type == "dark"]


def _kind() -> str:
    return "dark" if st.context.theme.type == "dark" else "light"
