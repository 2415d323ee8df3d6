"""What the size of a state decides: right answers of those who keep so many numbers and no more."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from core.training.contenders import Contender, state_of
from core.training.learning import latest
from core.training.networks import STATES
from core.training.race import SLICE
from core.training.recording import SWEPT, recorded
from core.training.tasks import TaskKind
from pages.shared import theme
from pages.shared.figures.bands import Axes, Band, bands_specification, bands_table
from pages.shared.figures.learning import Line
from pages.shared.server.worker import Progress
from pages.shared.shares import rounded
from pages.shared.text import Text
from pages.shared.views.contenders import contender


class Kept(NamedTuple):
    """A contender of the race that is shown: numbers of its state, and its share of answers."""

    name: Contender
    state: int
    right: float


def states(text: Text, found: Progress) -> None:
    """Accuracy against numbers of state: linear attention by its size, and who is in the race."""
    race = recorded().race
    lead = {"steps": SLICE * race.slices, "seed": race.seed}
    st.markdown(text("training.states.lead", **lead))
    bands = by_state(text, found)
    colours = theme.categorical()[1:]
    looks = [
        Line(name, colours[place % len(colours)], place // len(colours))
        for place, name in enumerate(bands)
    ]
    axes = Axes(
        text("training.states.numbers"),
        text("axis.accuracy"),
        tuple(bands),
        doubling=STATES,
        looks=tuple(looks),
    )
    st.vega_lite_chart(
        bands_table(bands),
        bands_specification(axes),
        key="training_states",
        alt=text("alt.training_states"),
    )
    remarks = (*(_swept(text, task) for task in SWEPT), *_own(text, found))
    st.markdown("\n".join(f"- {it}" for it in remarks))


def by_state(text: Text, found: Progress) -> dict[str, Band]:
    """Share of right answers, every distance counting alike, by numbers of state."""
    swept = {
        text(f"training.states.{task}"): Band(np.array(STATES), right.mean(axis=1))
        for task, right in recorded().by_state.items()
    }
    design = found.race.design
    own = {
        contender(text, it.name, design): Band(np.array([it.state]), np.array([it.right]))
        for it in kept(found)
    }
    return swept | own


def kept(found: Progress) -> list[Kept]:
    """Those in the race who keep a state, as far as they have come."""
    return [
        Kept(name, state, float(latest(found.snapshots, name).mean()))
        for name in found.begun
        if (state := state_of(name, found.race.design)) is not None
    ]


def _swept(text: Text, task: TaskKind) -> str:
    """What linear attention has shown with every size of its state."""
    right = recorded().by_state[task].mean(axis=1)
    kind = "grows" if recorded().rises(task) else "even"
    return text(
        f"training.states.{kind}",
        task=text(f"training_task.{task}"),
        small=STATES[0],
        least=rounded(text, float(right[0])),
        large=STATES[-1],
        most=rounded(text, float(right[-1])),
        low=rounded(text, float(right.min())),
        high=rounded(text, float(right.max())),
    )


def _own(text: Text, found: Progress) -> list[str]:
    """Whoever is in the race that is shown."""
    each = [
        text(
            "training.states.one",
            who=contender(text, it.name, found.race.design),
            state=it.state,
            right=rounded(text, it.right),
        )
        for it in kept(found)
    ]
    if not each:
        return []
    task = text(f"training_task.{found.race.design.task.kind}")
    return [text("training.states.own", task=task, each=text("sentence.comma").join(each))]
