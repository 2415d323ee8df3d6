"""Training before the reader's eyes: what is trained, who takes part, start and stop."""

from typing import get_args

import streamlit as st

from core.reader.training import BUDGETS, DISTANCES, FIELDS, TrainingChoice, unfit
from core.training.contenders import CONTENDERS, Contender
from core.training.networks import STATES
from core.training.race import SLICE, Race
from core.training.tasks import EVERYWHERE, Task, TaskKind
from pages.shared import controls
from pages.shared.reader.race import progress, shown_training
from pages.shared.reader.session import session, showing
from pages.shared.server.worker import LONGEST_RACE, Progress, State, worker
from pages.shared.text import Text
from pages.shared.views.contenders import contender, distances, farthest
from pages.shared.views.race import PULSE, begin, news, status
from pages.shared.views.told import told
from pages.shared.views.training.curves import attention_map, curves, table

_CITED = (
    ("tang", "Tang et al. 2018", "1808.08946"),
    ("arora", "Arora et al. 2023", "2312.04927"),
)


def settings(text: Text, choice: TrainingChoice) -> None:
    """The task, the contenders, and how long they learn; folded away while a race is to be seen."""
    found = progress("training")
    if found and found.busy:
        busy = text("training.settings.busy")
        with st.expander(busy, key="training_settings_busy", icon=":material/tune:"):
            _who(text, choice)
            _sizes(text, choice)
        return
    _who(text, choice)
    settings = text("training.settings")
    with st.expander(settings, key="training_settings", icon=":material/tune:"):
        _sizes(text, choice)


def start(text: Text, race: Race) -> None:
    """The button that begins the race, or why it cannot begin, or get to its end."""
    if (reason := unfit(race)) is not None:
        st.error(told(text, reason))
        return
    said = text("training.fair", steps=SLICE * race.slices, budget=f"{race.design.budget:,}")
    begin(text, race, said)
    expected = worker().expected(race)
    if expected > LONGEST_RACE:
        numbers = {"seconds": f"{expected:.0f}", "limit": f"{LONGEST_RACE:.0f}"}
        st.warning(text("training.too_long", **numbers))


def live(text: Text, race: Race) -> Progress | None:
    """The race while it runs, and its results; draws itself anew twice a second.

    Returns:
        The race as it stands, if there is one.
    """
    found = shown_training()
    if "training" in session().races and progress("training") is None:
        st.info(text("training.forgotten"))
    if found is None:
        if unfit(race) is None:
            table(text, race, None)
        return None
    if found.race != race:
        st.caption(text("training.changed"))
    every = PULSE if found.busy else None
    st.fragment(_watch, run_every=every)(text, found.state)
    return found


def what_is_not_shown(text: Text) -> None:
    """What the runs do not show, with the papers that looked closer."""
    cited = {name: f"[{who}](https://arxiv.org/abs/{number})" for name, who, number in _CITED}
    st.markdown(text("training.limits", **cited))


def _watch(text: Text, was: State) -> None:
    found = shown_training()
    if found is None or news(was, found.state):
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


def _who(text: Text, choice: TrainingChoice) -> None:
    controls.option(text, "training_task", get_args(TaskKind))
    st.markdown(_task(text, choice.race.design.task))
    st.pills(
        text("training_contenders.label"),
        CONTENDERS,
        selection_mode="multi",
        format_func=lambda name: contender(text, name, choice.race.design),
        key=showing("training_contenders"),
    )


def _sizes(text: Text, choice: TrainingChoice) -> None:
    with st.grid(3, min_column_width=200, gap=("small", "medium")):
        controls.slider(text, "training_length", step=2)
        _distance(text, choice.race.design.task)
        controls.slider(text, "training_symbols", off=choice.training_task == "parity")
        controls.slider(text, "training_steps", step=50)
        controls.slider(text, "training_layers")
        controls.slider(text, "training_seeds")
        sizes = (
            ("training_field", FIELDS),
            ("training_state", STATES),
            ("training_budget", BUDGETS),
        )
        for name, options in sizes:
            label, more = text(f"{name}.label"), text(f"{name}.help")
            st.select_slider(label, options, format_func=_grouped, key=showing(name), help=more)
        controls.number(text, "training_seed", width=200)


def _distance(text: Text, task: Task) -> None:
    """How far back answers may lie; and how far they do where the sequence is too short for it."""
    key = "training_distance"
    with st.container(gap="xxsmall"):
        st.select_slider(
            text(f"{key}.label"),
            DISTANCES,
            format_func=lambda distance: farthest(text, distance),
            key=showing(key),
            help=text(f"{key}.help"),
            disabled=task.kind == "parity",
        )
        if task.length <= task.farthest < EVERYWHERE and task.kind != "parity":
            numbers = {"n": task.length, "distance": task.farthest, "last": task.distances[-1]}
            st.caption(text(f"{key}.shorter", **numbers))


def _grouped(number: int) -> str:
    return f"{number:,}"


def _task(text: Text, task: Task) -> str:
    values = {
        "n": task.length,
        "symbols": task.symbols,
        "half": task.length // 2,
        "listed": task.listed,
        "last": task.distances[-1],
        "distances": text("sentence.comma").join(distances(task)),
    }
    several = task.kind == "pairs" and 2 * task.listed < task.length
    about = "training.about.pairs_lists" if several else f"training.about.{task.kind}"
    return text(about, chance=f"{task.chance:.1%}", **values)
