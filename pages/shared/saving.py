"""Files: a button that saves one, made when it is pressed; and the one that a reader gave."""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile


def file_in(key: str) -> UploadedFile | None:
    """The file in a place for files; nothing if another server has it, or it was never sent."""
    found = st.session_state.get(key)
    return found if isinstance(found, UploadedFile) else None


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
