"""Explore with learned numbers: what the network reads, which one it is, and its training."""

from dataclasses import replace

import streamlit as st

from core.choices.explore import SourceKind
from core.choices.training import LONGEST_SEQUENCE
from core.training.contenders import ATTENTION
from core.training.race import SLICE, Race
from core.training.tasks import LETTERS
from pages.shared import controls, state
from pages.shared.state import Scene
from pages.shared.text import Text
from pages.shared.trained_state import Lesson
from pages.shared.views.opened import Opened
from pages.shared.views.told import told
from pages.shared.views.training.contenders import contender, network_controls
from pages.shared.views.training.run import PULSE, begin, progress, status

SOURCES: tuple[SourceKind, ...] = ("handset", "seeded", "trained")
"""What Explore can show."""

_FIELD = "lesson_sequence"


def sentence(text: Text, scene: Scene, lesson: Lesson | None) -> None:
    """The reader's sentence, or the sequence that the network reads."""
    if lesson is None:
        controls.sentence(text, scene)
        return
    typed, words = lesson.choice.training_sequence, scene.tokens.kept
    st.session_state[_FIELD] = typed if typed.strip() else " ".join(words)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            text("training_sequence.label"),
            key=_FIELD,
            max_chars=LONGEST_SEQUENCE,
            width=640,
            on_change=lambda: state.change(training_sequence=st.session_state[_FIELD]),
        )
        st.button(
            text("lesson.held_out"),
            on_click=state.change,
            kwargs={"training_sequence": ""},
            disabled=not typed,
            icon=":material/restart_alt:",
        )
    if scene.problem:
        st.error(f"{told(text, scene.problem)} {text('lesson.instead')}")
    if scene.tokens.total > len(words):
        counts = {"count": scene.tokens.total, "limit": len(words)}
        st.warning(text("lesson.too_long", **counts))
    task = lesson.choice.race.design.task
    last = LETTERS[task.symbols - 1]
    st.caption(text(f"lesson.symbols.{task.kind}", last=last, half=task.length // 2))


def before(lesson: Lesson | None, it: Opened) -> Opened | None:
    """The head that is shown as it was before the first step, if it has learned since."""
    if lesson is None or not lesson.trained:
        return None
    return replace(it, layer=lesson.before.trace_of(it.asking).layers[0])


def layer(text: Text, scene: Scene, lesson: Lesson | None) -> None:
    """Where the numbers come from, and how the layer computes with them."""
    if lesson is None:
        controls.layer(text, scene, SOURCES)
        controls.sizes(text)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        controls.option(text, "source", SOURCES)
        network_controls(text, ATTENTION, lesson.choice.race.design)
    st.caption(_facts(text, lesson))
    st.page_link("pages/training.py", label=text("lesson.settings"))
    if lesson.missing:
        _training(text, lesson, lesson.missing)


def _facts(text: Text, it: Lesson) -> str:
    """What was decided before the first step, and cannot be changed here."""
    sizes, race = it.now.sizes, it.choice.race
    return text(
        "lesson.facts",
        task=text(f"training_task.{race.design.task.kind}"),
        steps=SLICE * race.slices,
        seed=race.seed,
        n_heads=sizes.n_heads,
        d_k=sizes.d_k,
        d_v=sizes.d_v,
        width=sizes.d_model - 1,
        d_model=sizes.d_model,
    )


def _training(text: Text, lesson: Lesson, missing: Race) -> None:
    """What has not learned yet on this server, and a way to let it."""
    found = progress("lesson")
    names = [contender(text, name, missing.design) for name in missing.contenders]
    st.info(text("lesson.missing", names=text("sentence.comma").join(names)))
    begin(text, missing, text("lesson.start_help", steps=SLICE * missing.slices), "lesson")
    if found and (found.busy or found.race == missing):
        st.fragment(_watch, run_every=PULSE if found.busy else None)(text, found.busy)


def _watch(text: Text, was_busy: bool) -> None:
    found = progress("lesson")
    if found is None or (was_busy and not found.busy):
        st.rerun()  # the numbers are there
    status(text, found, "lesson")
