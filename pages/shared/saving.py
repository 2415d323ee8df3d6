"""Files: a button that saves one, made when it is pressed; and the one that a reader gave.

No callback reads a file: if the reader acts meanwhile, Streamlit ends the callback and never calls
it again. Runs read it, and what one of them leaves is taken up by the next.
"""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.shared.reader.session import Given, session


def given(key: str) -> UploadedFile | None:
    """Give the file that lies in a place, if this server has it: one that died had it alone."""
    file = st.session_state.get(key)
    return file if isinstance(file, UploadedFile) else None


def unread(key: str) -> UploadedFile | None:
    """Give the file that was put into a place and that no run has read to the end, if any.

    It is remembered when the place is no longer in sight.
    """
    last, file = session().files.get(key, Given()), given(key)
    if file and file.file_id != last.file_id:
        last = Given(file.file_id, file)
    session().files[key] = last._replace(there=file is not None)
    return last.unread


def was_read(key: str) -> None:
    """Note that there is nothing more to do with the file."""
    session().files[key] = session().files.get(key, Given())._replace(unread=None)


def was_removed(key: str) -> bool:
    """Tell whether the reader has taken the file out of its place since it was last looked for."""
    there = session().files.get(key, Given()).there
    return there and not st.session_state.get(key, "out of sight")


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
