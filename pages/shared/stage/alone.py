"""The stage as one file that works by itself: no server, no network."""

import json
from dataclasses import replace
from html import escape
from pathlib import Path
from string import Template

import streamlit as st

from pages.shared import names
from pages.shared.stage import picture
from pages.shared.stage.explored import Explored
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.scripted import code_of

_PAGE = Path(__file__).with_name("alone.html")
_OFFLINE = {"alone": True, "ready": None, "past": False, "undone": False}
"""What needs a server is left out."""

_THEME = (
    *("primaryColor", "backgroundColor", "secondaryBackgroundColor", "textColor", "borderColor"),
    *("chartSequentialColors", "chartDivergingColors"),
)


def alone(text: Text, it: Explored) -> str:
    """Write the picture as HTML: its clock, its heads and its matrices stay alive.

    Args:
        text: The reader's language.
        it: What is shown; each head is put into the file.
    """
    css, _ = code_of(picture.__file__, ("stage.css",))
    _, js = code_of(__file__, picture.SCRIPTS)
    heads = [_of_head(it, head) for head in range(it.scene.choice.n_heads)]
    data = {
        "heads": [
            {
                **picture.data(text, head),
                "ready": None,
                "past": False,
                "undone": False,
                "alone": True,
            }
            for head in heads
        ],
        "names": [names.head(text, it.scene.choice, head) for head in range(len(heads))],
        "head": it.opened.head,
        "label": text("head.label"),
        "numbers": text("stage.alone.numbers"),
    }
    page = Template(_PAGE.read_text(encoding="utf-8"))
    return page.substitute(
        language=text.language,
        title=escape(" ".join(it.words)),
        light=_theme("light"),
        dark=_theme("dark"),
        css=css,
        code=js,
        html=picture.HTML,
        data=json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
        origin=escape(f"{told_origin(text, it.trace.origin)} · {_caveat(text, it)}"),
    )


def _of_head(it: Explored, head: int) -> Explored:
    """The same with another head in sight."""
    choice = replace(it.scene.choice, head=head)
    return replace(it, scene=it.scene._replace(choice=choice))


def _caveat(text: Text, it: Explored) -> str:
    kind = it.trace.origin.kind
    return text.joined(text(f"origin.{kind}.help"), text("report.caveat_importance"))


def _theme(kind: str) -> str:
    """A theme's colours as the properties that styles of components read."""
    properties = []
    for name in _THEME:
        value = st.get_option(f"theme.{kind}.{name}")
        dashed = "".join(f"-{it.lower()}" if it.isupper() else it for it in name)
        properties.append(f"--st-{dashed}: {value if isinstance(value, str) else ','.join(value)};")
    return " ".join(properties)
