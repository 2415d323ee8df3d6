"""The guide: the learning path as tasks on the stage, each ticked when the page sees it done."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import streamlit as st

from core import layer
from core.reader.examples import named
from core.reader.explore import Choice
from pages.shared.reader.session import change, session
from pages.shared.stage.explored import Explored
from pages.shared.text import Text


class Task(NamedTuple):
    """Something to do in a chapter.

    Attributes:
        name: Its label is ``guide.<name>``.
        fields: What is chosen when it begins: the chapter where it is done, and more.
        done: Whether what is shown says that it is done.
    """

    name: str
    fields: Mapping[str, object]
    done: Callable[[Explored], bool]


def _looks_elsewhere(it: Explored) -> bool:
    """Tell whether changed numbers let the asking word look most at another word than before."""
    shown, source = it.opened, it.scene.source
    before = layer.trace(it.words, source.untouched(it.words), it.rules, it.trace.origin)
    rows = (found.weights[shown.head, shown.query] for found in (before.layers[0], shown.layer))
    was, now = (int(row.argmax()) for row in rows)
    return was != now


def _out_of_sight(it: Explored) -> bool:
    """Tell whether words that were put in keep the CNN from reaching the traced word."""
    return (
        named(it.scene.choice.sentence) is None
        and not it.seen["convolutional"].field.reach[it.opened.query, it.opened.key]
    )


TASKS = (
    Task("ask", {"chapter": "words"}, lambda it: it.opened.query != Choice.query),
    Task("apart", {"chapter": "words"}, _out_of_sight),
    Task("number", {"chapter": "vectors", "shown_parameter": "w_q"}, _looks_elsewhere),
    Task("mask", {"chapter": "masks"}, lambda it: it.scene.choice.mask == "causal"),
    Task("head", {"chapter": "heads", "mask": "none"}, lambda it: it.opened.head > 0),
)


def guide(text: Text, it: Explored) -> None:
    """Say the task that the reader is at, whether it is done, and lead on; nothing without one."""
    at = it.stage.guide
    if not at:
        return
    task, ticks = TASKS[at - 1], session().ticks
    if task.done(it):
        ticks.add(task.name)
    done = task.name in ticks
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="guide"):
        count = text("guide.step", step=at, steps=len(TASKS))
        st.markdown(f"{'✅' if done else '⬜'} **{count}** {text(f'guide.{task.name}')}")
        if at < len(TASKS):
            label, fields = text("guide.next"), {"guide": at + 1, **TASKS[at].fields}
        else:
            label, fields = text("guide.end"), {"guide": 0}
        st.button(label, on_click=change, kwargs=fields, type="primary" if done else "secondary")
