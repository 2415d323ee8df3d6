"""What leads to this view again: the address bar, a link to copy, and what the tab keeps."""

from collections.abc import Mapping
from functools import cache
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer
from streamlit.delta_generator import DeltaGenerator

from core.errors import InputError
from core.reader.file import take_file, to_file
from core.reader.link import LONGEST_LINK
from pages import CONTENTS, Entry
from pages.shared.reader.session import reader, session
from pages.shared.text import Text, labels, plain
from pages.shared.views.scripted import scripted
from pages.shared.views.taking.whole import exploration_file

_KEY = "share"
MOST_QUERY = 4 * LONGEST_LINK
"""Characters of an address that is looked at."""


def link(
    text: Text, entry: Entry, path: str, parameters: Mapping[str, str], below: DeltaGenerator
) -> None:
    """Let the browser write the address bar, and offer its link; beside one too long, a file.

    What an address has no room for stays in the tab, which hands it back to a server that does not
    know the tab.

    Args:
        text: The reader's language.
        entry: The page that is open.
        path: Its own in the address.
        parameters: What follows it there.
        below: Where the reason for the file is said: among buttons it would push them apart.
    """
    tab = session()
    whole = "part" not in parameters
    kept = None if whole or tab.reader.private else to_file(tab.reader).decode()
    _component()(
        key=_KEY,
        data={
            "run": tab.runs,  # so that the script is run again when nothing else is news
            "page": path,
            "others": [it.name for it in CONTENTS],
            "parameters": parameters,
            "copy": text("share.copy"),
            "copied": text("share.copied" if whole else "share.copied_part"),
            "failed": text("share.failed"),
            "help": text("share.help"),
            "keep": kept,
            "lacks": bool(tab.notice and not tab.notice.whole),
        },
        width="content",
        on_kept_change=_take_back,
        on_back_change=_go_back,
    )
    if not whole:
        kilobytes = f"{LONGEST_LINK // 1_000} kB"
        below.caption(text("share.too_long", limit=kilobytes))
        exploration_file(text, f"{entry.name}.json")


def say_notice(text: Text) -> None:
    """Say what of a link or a file could not be used, if one was followed."""
    notice = session().notice
    if not notice:
        return
    if notice.unusable:
        names = text("sentence.comma").join(_set_back(text, name) for name in notice.unusable)
        st.warning(text("share.unusable", names=names))
    if not notice.whole:
        st.warning(text("share.partly_file" if notice.file else "share.partly"))
    if not notice.known:
        st.warning(text("share.other_version"))
    if notice.private:
        st.info(text("share.private"))


def _set_back(text: Text, name: str) -> str:
    """A field's name, with the value that is used now."""
    from pages.shared.reports.chosen import told_value  # most links need no more than the page

    said = _named(text, name)
    if name not in reader().page_fields:
        return said
    return text("share.set_back", name=said, value=plain(told_value(text, name, reader()[name])))


def _named(text: Text, field: str) -> str:
    if field == "edits":
        return text("share.edits")
    if field == "language":
        return text("frame.language")
    shared = f"atlas_{field.partition('_')[2]}"  # several pages have an atlas
    found = (labels().get(f"{name}.label", {}) for name in (field, shared))
    label = next((it[text.language] for it in found if it), "")
    return label if label and "{" not in label else field


def _take_back() -> None:
    """Take what the tab hands back: the whole of what its address has a part of."""
    tab, kept = session(), getattr(st.session_state.get(_KEY), "kept", None)
    if not isinstance(kept, str):
        return
    page = tab.reader.page
    try:
        tab.reader, _ = take_file(tab.reader, kept.encode(errors="replace"))
    except InputError:
        return  # not what we gave it
    tab.go_to = page if tab.reader.page != page else ""
    tab.notice = None
    tab.renew()


def _go_back() -> None:
    """Show what was seen at an address that the reader has gone back to."""
    query = getattr(st.session_state.get(_KEY), "back", None)
    if isinstance(query, str):
        session().go_back(dict(parse_qsl(query[:MOST_QUERY], keep_blank_values=True)))


@cache
def _component() -> ComponentRenderer:
    html = '<button type="button"></button>'
    return scripted(__file__, html, shared=("buttons.css", "kept.js", "leaving.js", "appearing.js"))
