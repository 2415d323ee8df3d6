"""What leads to this view again: the address bar, and a link to copy."""

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer
from streamlit.navigation.page import StreamlitPage

from pages import CONTENTS
from pages.shared import address
from pages.shared.book import book
from pages.shared.text import Text, labels
from pages.shared.views.scripted import scripted


def link(text: Text, page: StreamlitPage) -> None:
    """Write the address bar, and offer its link."""
    _component()(
        key="share",
        data={
            "run": book()["runs"],  # so that the script is run again when nothing else is news
            "page": page.url_path,
            "others": [entry.name for entry in CONTENTS],
            "parameters": dict(address.here()),
            "copy": text("share.copy"),
            "copied": text("share.copied"),
            "failed": text("share.failed"),
            "help": text("share.help"),
        },
        width="content",
    )


def arrived(text: Text) -> None:
    """What of a link could not be used, if one was followed."""
    asked = book()["arrival"]
    if not asked:
        return
    if asked.unusable:
        names = (_named(text, field) for field in asked.unusable)
        st.warning(text("share.unusable", names=text("sentence.comma").join(names)))
    if not asked.whole:
        st.warning(text("share.partly"))
    if not asked.known:
        st.warning(text("share.other_version"))


def _named(text: Text, field: str) -> str:
    if field == "edits":
        return text("share.edits")
    label = labels().get(f"{field}.label", {}).get(text.language, "")
    return label if label and "{" not in label else field


@cache
def _component() -> ComponentRenderer:
    return scripted(__file__, '<button type="button"></button>')
