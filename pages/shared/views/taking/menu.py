"""What a reader takes away, and brings back: the whole exploration as a file."""

from html import escape
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import urlencode, urlsplit

import streamlit as st

from core.choices.exploration_file import LARGEST_FILE, from_file
from core.errors import InputError
from pages.shared.reader import address
from pages.shared.reader.book import book
from pages.shared.reports.taken import Taken
from pages.shared.saving import unread, was_read, was_removed
from pages.shared.text import Text
from pages.shared.views.taking.drawings import drawings
from pages.shared.views.taking.files import report_file, trace_files
from pages.shared.views.taking.whole import exploration_file
from pages.shared.views.told import told

_RESTORE = "restore"


def hear() -> None:
    """Take what the reader has done in the menu since the last run; to be called first in a run.

    No callback does, since it may be ended before it has done anything.
    """
    if "private" in st.session_state:  # else the switch is out of sight
        book()["private"] = bool(st.session_state["private"])
    _restore()


def _restore() -> None:
    """Let every page show what the file says that was given last.

    Each run begins with it anew until one has drawn its page to the end: one that is ended before
    leaves nothing half restored.
    """
    session = book()
    if was_removed(_RESTORE):
        session["refused_file"] = None
    file = unread(_RESTORE)
    if file is None:
        return
    try:
        found = from_file(file.getvalue())
    except InputError as problem:
        session["refused_file"] = problem
        return
    session["refused_file"] = None
    address.take_all(found)
    session["go_to"] = found.page


def was_restored() -> None:
    """The page has shown what the file says; to be called last in a run."""
    was_read(_RESTORE)


def take_away(text: Text, page: str) -> None:
    """Everything that can leave the page, and a way back in; drawn when it is opened.

    Args:
        text: The reader's language.
        page: The name of the page that is open.
    """
    shut = st.popover(
        text("take.title"), icon=":material/ios_share:", key="take_away", on_change="rerun"
    )
    if not shut.open:
        return
    session = book()
    with shut:
        drawings(text, page)
        _results(text, page)
        _exploration(text, page)
        st.markdown(text("take.embed"))
        st.code(_snippet(), language="html", wrap_lines=True)
        st.toggle(text("take.private"), session["private"], key="private")
        st.caption(text("take.private.help"))


def _results(text: Text, page: str) -> None:
    """The page's report and its numbers, or why there are none."""
    st.markdown(text("take.report"))
    module = f"pages.shared.reports.{page}"
    if find_spec(module) is None:
        st.caption(text("take.report_elsewhere"))
        return
    try:
        taken: Taken | None = import_module(module).taken(text)  # needs most of what draws the page
    except InputError:  # the page has said why
        taken = None
    if taken is None:
        st.caption(text("take.report_later"))
        return
    report_file(text, page, taken, _address())
    if taken.trace:
        trace_files(text, page, taken.trace, taken.layer, taken.beside)


def _exploration(text: Text, page: str) -> None:
    """Everything that was chosen, as a file; and back."""
    session = book()
    st.markdown(text("take.file"))
    exploration_file(text, page)
    st.file_uploader(
        text("take.restore"),
        type="json",
        key=_RESTORE,
        max_upload_size=LARGEST_FILE // 10**6,
    )
    if session["refused_file"]:
        st.error(told(text, session["refused_file"]))


def _snippet() -> str:
    """A frame for somebody else's page."""
    source = escape(_address(embed="true"))
    return f'<iframe src="{source}" width="100%" height="900" loading="lazy"></iframe>'


def _address(**more: str) -> str:
    """Where this view can be opened again; what stands in an address is encoded."""
    base = urlsplit(st.context.url or "")
    query = urlencode({**address.here(), **more})
    return base._replace(query=query, fragment="").geturl()
