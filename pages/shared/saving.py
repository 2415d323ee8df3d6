"""Files: a button that saves one, made when it is pressed; and the one that a reader gave.

No callback reads a file: if the reader acts meanwhile, Streamlit ends the callback and never calls
it again. Runs read it, and what one of them leaves is taken up by the next.
"""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile


def file_in(key: str) -> UploadedFile | None:
    """The file in a place for files; nothing if another server has it, or it was never sent."""
    found = st.session_state.get(key)
    return found if isinstance(found, UploadedFile) else None


def unread(key: str) -> UploadedFile | None:
    """The file that was put into a place and that no run has read to the end; see `was_read`.

    It is remembered when the place is no longer in sight. To be called first in a run.
    """
    last, left, _ = _noted(key)
    file = file_in(key)
    if file and file.file_id != last:
        last, left = file.file_id, file
    st.session_state[_note(key)] = last, left, file is not None
    return left


def was_read(key: str) -> None:
    """Note that there is nothing more to do with the file; to be called last."""
    last, _, there = _noted(key)
    st.session_state[_note(key)] = last, None, there


def was_removed(key: str) -> bool:
    """Whether the reader has taken the file out of its place; to be asked before `unread`."""
    _, _, there = _noted(key)
    return there and not st.session_state.get(key, "out of sight")


def _noted(key: str) -> tuple[str, UploadedFile | None, bool]:
    """The last file's name at the server, itself until it was read, and whether it was there."""
    return st.session_state.get(_note(key), ("", None, False))


def _note(key: str) -> str:
    return f"{key}_note"


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
