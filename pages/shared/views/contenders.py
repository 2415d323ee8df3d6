"""What the contenders of a race are called, how they are drawn, and how far each can see."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.reader.training import TrainingChoice
from core.sources.trained import TrainedSource
from core.sources.trained_layer import TrainedLayer
from core.training.contenders import (
    ATTENTION,
    CONVOLUTIONAL,
    LINEAR,
    RECURRENT,
    Contender,
    Design,
    field_of,
)
from core.training.networks import N_HEADS
from core.training.tasks import EVERYWHERE, Task
from pages.shared import theme
from pages.shared.figures.learning import Line
from pages.shared.reader.session import showing
from pages.shared.text import Text
from pages.shared.views.badge import told_origin

FAMILIES: tuple[tuple[Contender, ...], ...] = (
    ATTENTION,
    (*RECURRENT, *LINEAR),
    CONVOLUTIONAL,
)


def contender(text: Text, name: Contender, design: Design) -> str:
    """A contender's name; a CNN's says how far it sees."""
    field = field_of(name, design) if name in CONVOLUTIONAL else 0
    return text(f"training.name.{name}", field=field)


def sees(text: Text, name: Contender, design: Design) -> str:
    """How many tokens an output can see, in theory."""
    if name in CONVOLUTIONAL:
        return text("training.sees.field", field=field_of(name, design))
    return text("training.sees.all")


def told_network(text: Text, trained: TrainedSource | TrainedLayer) -> str:
    """Which network it is, and where its numbers come from."""
    whole = trained.whole if isinstance(trained, TrainedLayer) else trained
    return f"{contender(text, whole.contender, whole.design)} · {told_origin(text, trained.origin)}"


def network_controls(
    text: Text, options: Sequence[Contender], design: Design, aim: TrainingChoice
) -> None:
    """Choose whose attention is opened, and which of its layers and heads.

    Args:
        text: The reader's language.
        options: Networks to choose from.
        design: Of these.
        aim: What is opened now; where the reader left it open, something was chosen for them.
    """
    names: dict[str, str] = {name: contender(text, name, design) for name in options}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if len(options) > 1:
            st.selectbox(
                text("training_inside.label"),
                options,
                format_func=names.__getitem__,
                key=showing("training_inside", aim.training_inside),
                width=280,
            )
        for name, many in (("training_layer", design.layers), ("training_head", N_HEADS)):
            if many > 1:
                st.segmented_control(
                    text(f"{name}.label"),
                    range(many),
                    format_func=lambda place: str(place + 1),
                    key=showing(name, getattr(aim, name)),
                    required=True,
                    width="content",
                )


def lines(names: Mapping[Contender, str]) -> tuple[Line, ...]:
    """How they are drawn: a colour for each family; the accent is the reader's own."""
    colours = theme.categorical()[1:]
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


def farthest(text: Text, distance: int) -> str:
    """How far back answers may lie, as its control says it."""
    return text("training_distance.any") if distance == EVERYWHERE else str(distance)


def accuracy_title(text: Text, task: Task) -> str:
    """What the curves of right answers show."""
    counted = task.kind == "parity"
    return text("training.accuracy_counted" if counted else "training.accuracy")


def across(text: Text, task: Task) -> str:
    """What `distances` are."""
    counted = task.kind == "parity"
    return text("axis.training_counted" if counted else "axis.training_distance")


def explained(text: Text, task: Task) -> str:
    """What the table of contenders says."""
    last, chance = distances(task)[-1], f"{task.chance:.1%}"
    return text(f"training.table.{task.kind}", last=last, chance=chance)
