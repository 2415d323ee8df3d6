"""What the contenders of a race are called, how they are drawn, and how far each can see."""

from collections.abc import Mapping

import streamlit as st

from core.training.contenders import ATTENTION, RECURRENT, Contender, Design, field_of
from core.training.tasks import Task
from pages.shared.figures.learning import Line
from pages.shared.text import Text

FAMILIES: tuple[tuple[Contender, ...], ...] = (ATTENTION, RECURRENT, ("cnn", "wide_cnn"))


def contender(text: Text, name: Contender, design: Design) -> str:
    """A contender's name; a CNN's says how far it sees."""
    if name in FAMILIES[2]:
        return text("training.name.field", field=field_of(name, design))
    return text(f"training.name.{name}")


def sees(text: Text, name: Contender, design: Design) -> str:
    """How many tokens an output can see, in theory."""
    if name in FAMILIES[2]:
        return text("training.sees.field", field=field_of(name, design))
    return text("training.sees.all")


def lines(names: Mapping[Contender, str]) -> tuple[Line, ...]:
    """How they are drawn: a colour for each family; the accent is the reader's own."""
    kind = "dark" if st.context.theme.type == "dark" else "light"
    colours = st.get_option(f"theme.{kind}.chartCategoricalColors")[1:]
    return tuple(
        Line(name, colours[family], members.index(key))
        for key, name in names.items()
        for family, members in enumerate(FAMILIES)
        if key in members
    )


def distances(task: Task) -> tuple[str, ...]:
    """The task's distances as they are written: single ones, or ranges."""
    ends = task.distances
    if task.kind == "recall":
        return tuple(map(str, ends))
    return tuple(
        str(high) if high == low + 1 else f"{low + 1}–{high}"
        for low, high in zip((0, *ends), ends, strict=False)
    )
