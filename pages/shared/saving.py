"""A button that saves a file, made when it is pressed."""

from collections.abc import Callable

import streamlit as st


def save_button(
    label: str,
    name: str,
    mime: str,
    data: Callable[[], bytes | str],
    *,
    quiet: bool = False,
) -> None:
    """Offer a file.

    Args:
        label: In the reader's language.
        name: The file's; no other button of the page saves one of this name.
        mime: Its kind.
        data: Makes its content.
        quiet: Whether it is drawn as mere words.
    """
    st.download_button(
        label,
        data=data,
        file_name=name,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        type="tertiary" if quiet else "secondary",
        key=f"save.{name}",
    )
