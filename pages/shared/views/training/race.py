"""Training before the reader's eyes: what is trained, who takes part, start, pause and stop."""

from typing import get_args

import streamlit as st

from core.choices.training import BUDGETS, FIELDS, LIMITS, TrainingChoice
from core.errors import InputError
from core.training.contenders import CONTENDERS, Contender
from core.training.race import SLICE, Race, sizes
from core.training.tasks import Task, TaskKind
from pages.shared import controls
from pages.shared.server.jobs import LONGEST_RACE, Progress
from pages.shared.server.worker import worker
from pages.shared.text import Text
from pages.shared.views.contenders import contender, distances
from pages.shared.views.race import PULSE, adopt, begin, forgotten, progress, status
from pages.shared.views.told import told
from pages.shared.views.training.curves import attention_map, curves, table

_CITED = (
    ("tang", "Tang et al. 2018", "1808.08946"),
    ("arora", "Arora et al. 2023", "2312.04927"),
)


def settings(text: Text, it: TrainingChoice) -> None:
    """The task, the contenders, and how long they learn; folded away while a race is to be seen."""
    found = progress()
    if found and found.busy:
        with st.expander(text("training.settings.busy"), icon=":material/tune:"):
            _who(text, it)
            _sizes(text, it)
        return
    _who(text, it)
    with st.expander(text("training.settings"), icon=":material/tune:"):
        _sizes(text, it)


def start(text: Text, it: Race) -> None:
    """The button that begins the race, or why it cannot begin, or get to its end."""
    if (reason := _unfit(it)) is not None:
        st.error(told(text, reason))
        return
    said = text("training.fair", steps=SLICE * it.slices, budget=f"{it.design.budget:,}")
    begin(text, it, said)
    expected = worker().expected(it)
    if expected > LONGEST_RACE:
        numbers = {"seconds": f"{expected:.0f}", "limit": f"{LONGEST_RACE:.0f}"}
        st.warning(text("training.too_long", **numbers))


def live(text: Text, it: Race) -> Progress | None:
    """The race while it runs, and its results; draws itself anew twice a second.

    Returns:
        The race as it stands, if there is one.
    """
    adopt(it)
    found = progress()
    if found is None:
        if forgotten():
            st.info(text("training.forgotten"))
        if _unfit(it) is None:
            table(text, it, None)
        return None
    if found.race != it:
        st.caption(text("training.changed"))
    every = PULSE if found.busy else None
    st.fragment(_watch, run_every=every)(text, found.busy)
    return found


def limits(text: Text) -> None:
    """What the runs do not show, with the papers that looked closer."""
    cited = {name: f"[{who}](https://arxiv.org/abs/{number})" for name, who, number in _CITED}
    st.markdown(text("training.limits", **cited))


def _watch(text: Text, was_busy: bool) -> None:
    found = progress()
    if found is None or (was_busy and not found.busy):
        st.rerun()  # the rest of the page has news
    status(text, found)
    names: dict[Contender, str] = {
        name: contender(text, name, found.race.design) for name in found.race.contenders
    }
    if not found.snapshots:
        table(text, found.race, None)
        return
    curves(text, found, names)
    table(text, found.race, found)
    attention_map(text, found, names)


def _who(text: Text, it: TrainingChoice) -> None:
    controls.option(text, "training_task", get_args(TaskKind))
    st.markdown(_task(text, it.race.design.task))
    st.pills(
        text("training_contenders.label"),
        CONTENDERS,
        selection_mode="multi",
        format_func=lambda name: contender(text, name, it.race.design),
        key="training_contenders",
    )


def _sizes(text: Text, it: TrainingChoice) -> None:
    with st.grid(3, min_column_width=220, gap=("small", "medium")):
        steps = {"training_length": 2, "training_steps": 50}
        for name in ("length", "symbols", "steps", "layers", "seeds"):
            key = f"training_{name}"
            low, high = LIMITS[key]
            off = name == "symbols" and it.training_task == "parity"
            label, more = text(f"{key}.label"), text(f"{key}.help")
            step = steps.get(key, 1)
            st.slider(label, low, high, step=step, key=key, help=more, disabled=off)
        for name, options in (("training_field", FIELDS), ("training_budget", BUDGETS)):
            st.select_slider(text(f"{name}.label"), options, key=name, help=text(f"{name}.help"))
        st.number_input(text("training_seed.label"), *LIMITS["training_seed"], key="training_seed")


def _unfit(it: Race) -> InputError | None:
    """Why these contenders cannot race, if so."""
    if not it.contenders:
        return InputError("training_nobody")
    try:
        sizes(it.contenders, it.design)
    except InputError as reason:
        return reason
    return None


def _task(text: Text, it: Task) -> str:
    values = {
        "n": it.length,
        "symbols": it.symbols,
        "half": it.length // 2,
        "distances": text("sentence.comma").join(distances(it)),
    }
    return text(f"training.about.{it.kind}", chance=f"{it.chance:.1%}", **values)
