"""What leads to this view again: the address bar, a link to copy, and what the tab keeps."""

from dataclasses import replace
from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer
from streamlit.delta_generator import DeltaGenerator

from core.choices.exploration import DEFAULTS, Exploration
from core.choices.link import LONGEST_LINK
from core.choices.training import RUN
from pages import CONTENTS, Entry
from pages.shared.reader import address, notes
from pages.shared.reader.book import book
from pages.shared.text import Text, labels, plain
from pages.shared.views.scripted import scripted
from pages.shared.views.taking.whole import exploration_file

_KEY = "share"


def link(text: Text, entry: Entry, path: str, below: DeltaGenerator) -> None:
    """Write the address bar, and offer its link; if it is too long for all, also a file of all.

    Args:
        text: The reader's language.
        entry: The page that is open.
        path: Its own in the address.
        below: Where the reason for the file is said: among buttons it would push them apart.
    """
    found = address.here()
    whole = "part" not in found
    _component()(
        key=_KEY,
        data={
            "run": book()["runs"],  # so that the script is run again when nothing else is news
            "page": path,
            "others": [it.name for it in CONTENTS],
            "parameters": dict(found),
            "copy": text("share.copy"),
            "copied": text("share.copied" if whole else "share.copied_part"),
            "failed": text("share.failed"),
            "help": text("share.help"),
            "notes": notes.for_tab(),
        },
        width="content",
        on_held_change=_hear,
        on_missing_change=notes.send_again,
    )
    if not whole:
        kilobytes = f"{LONGEST_LINK // 1_000} kB"
        below.caption(text("share.too_long", limit=kilobytes))
        exploration_file(text, entry.name, f"{entry.name}.json")


def arrived(text: Text) -> None:
    """What of a link could not be used, if one was followed; its page has been drawn."""
    asked = book()["arrival"] or book()["said_again"]
    book()["said"] = asked
    if not asked:
        return
    # When it is said again, widgets that are newer than the link have moved other fields.
    moved = _moved(asked) if book()["arrival"] else []
    changed = [it for it in dict.fromkeys((*asked.unusable, *moved)) if it not in RUN]
    book()["said"] = replace(asked, unusable=tuple(changed))
    if changed:
        names = (_set_back(text, field) for field in changed)
        st.warning(text("share.unusable", names=text("sentence.comma").join(names)))
    if not asked.whole:
        st.warning(text("share.partly_file" if asked.page else "share.partly"))
    if not asked.known:
        st.warning(text("share.other_version"))


def _moved(asked: Exploration) -> list[str]:
    """Fields that point at what is not there, such as the 40th of six words."""
    session = book()
    return [
        name
        for name, value in asked.fields.items()
        if name in session["used"]
        and name not in session["own"]
        and value not in (DEFAULTS[name], session["fields"].get(name, value))
    ]


def _set_back(text: Text, field: str) -> str:
    """A field's name, with the value that is used now."""
    from pages.shared.reports.chosen import told_value  # most links need no more than the page

    name, session = _named(text, field), book()
    if field not in session["used"] or field not in session["fields"]:
        return name
    value = plain(told_value(text, field, session["fields"][field]))
    return text("share.set_back", name=name, value=value)


def _named(text: Text, field: str) -> str:
    if field == "edits":
        return text("share.edits")
    if field == "language":
        return text("frame.language")
    label = labels().get(f"{field}.label", {}).get(text.language, "")
    return label if label and "{" not in label else field


def _hear() -> None:
    notes.hear(getattr(st.session_state.get(_KEY), "held", None))


@cache
def _component() -> ComponentRenderer:
    html = '<button type="button"></button>'
    return scripted(__file__, html, shared=("buttons.css", "notes.js", "leaving.js"))
