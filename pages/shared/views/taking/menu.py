"""What a reader takes away, and brings back: the whole exploration as a file."""

from html import escape
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import urlencode, urlsplit

import streamlit as st

from core.errors import InputError
from core.reader.file import LARGEST_FILE, take_file
from core.reader.link import address
from pages.shared.reader.session import reader, session, showing
from pages.shared.reports.taken import Taken
from pages.shared.saving import save_button, unread, was_read, was_removed
from pages.shared.text import Text
from pages.shared.views.taking.drawings import drawings
from pages.shared.views.taking.files import report_file, trace_files
from pages.shared.views.taking.whole import exploration_file
from pages.shared.views.told import told

_RESTORE = "restore"


def restore() -> None:
    """Let every page show what the file says that was given last; one that is none is named."""
    tab = session()
    if was_removed(_RESTORE):
        tab.refused.pop(_RESTORE, None)
    file = unread(_RESTORE)
    if file is None:
        return
    try:
        tab.reader, tab.notice = take_file(tab.reader, file.getvalue())
    except InputError as problem:
        tab.refused[_RESTORE] = problem
    else:
        tab.refused.pop(_RESTORE, None)
        tab.go_to = tab.reader.page
        tab.renew()
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
    with shut:
        drawings(text, page)
        _results(text, page)
        _exploration(text, page)
        st.markdown(text("take.embed"))
        st.code(_snippet(), language="html", wrap_lines=True)
        if page == "explore":
            st.markdown(text("take.card"))
            st.code(_address(embed="true", view="stage"), language=None, wrap_lines=True)
        st.toggle(text("take.private"), key=showing("private"))
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
    if taken.alive:
        save_button(text("take.alive"), f"{page}-alive.html", "text/html", taken.alive)
        st.caption(text("take.alive.help"))
    if taken.trace:
        trace_files(text, page, taken.trace, taken.layer, taken.beside)


def _exploration(text: Text, page: str) -> None:
    """Everything that was chosen, as a file; and back."""
    st.markdown(text("take.file"))
    exploration_file(text)
    st.file_uploader(
        text("take.restore"),
        type="json",
        key=_RESTORE,
        max_upload_size=LARGEST_FILE // 10**6,
    )
    if problem := session().refused.get(_RESTORE):
        st.error(told(text, problem))


def _snippet() -> str:
    """A frame for somebody else's page."""
    source = escape(_address(embed="true"))
    return f'<iframe src="{source}" width="100%" height="900" loading="lazy"></iframe>'


def _address(**more: str) -> str:
    """Where this view can be opened again; what stands in an address is encoded."""
    base = urlsplit(st.context.url or "")
    query = urlencode({**address(reader()), **more})
    return base._replace(query=query, fragment="").geturl()
