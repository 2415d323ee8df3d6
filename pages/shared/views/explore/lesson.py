"""Explore with learned numbers: what the network reads, which one it is, and its training."""

import streamlit as st

from core.reader.explore import SOURCES
from core.reader.scene import Scene
from core.reader.training import LONGEST_SEQUENCE
from core.training.answers import answers as given
from core.training.contenders import ATTENTION
from core.training.tasks import LETTERS
from pages.shared import controls
from pages.shared.reader.race import progress
from pages.shared.reader.session import change, showing
from pages.shared.reader.trained import Lesson
from pages.shared.server.worker import State
from pages.shared.text import Text, plain_word
from pages.shared.views.contenders import contender, network_controls
from pages.shared.views.explore.head import about_head
from pages.shared.views.race import PULSE, begin, news, status
from pages.shared.views.told import told


def sentence(text: Text, scene: Scene, lesson: Lesson | None, *, whole: bool) -> None:
    """The reader's sentence, or the sequence that the network reads."""
    if lesson is None:
        controls.sentence(text, scene, whole=whole)
        return
    st.markdown(text("lesson.lead"))
    typed, words = lesson.choice.training_sequence, scene.tokens.kept
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            text("training_sequence.label"),
            key=showing("training_sequence", typed if typed.strip() else " ".join(words)),
            max_chars=LONGEST_SEQUENCE,
            width=640,
        )
        st.button(
            text("lesson.held_out"),
            on_click=change,
            kwargs={"training_sequence": ""},
            disabled=not typed,
            icon=":material/restart_alt:",
        )
    if scene.problem:
        st.error(text.joined(told(text, scene.problem), text("lesson.instead")))
    if (total := scene.tokens.total) > len(words):
        st.warning(text("lesson.too_long", count=total, limit=len(words)))
    task = lesson.choice.race.design.task
    last = LETTERS[task.symbols - 1]
    st.caption(text(f"lesson.symbols.{task.kind}", last=last, half=task.length // 2))


def layer(text: Text, scene: Scene, lesson: Lesson | None) -> None:
    """Where the numbers come from, and how the layer computes with them."""
    if lesson is None:
        controls.layer(text, scene, SOURCES)
        controls.sizes(text)
        about_head(text, scene)
        return
    controls.option(text, "source", SOURCES)
    network_controls(text, ATTENTION, lesson.choice.race.design, lesson.choice)
    st.caption(_facts(text, lesson))
    st.page_link("pages/training.py", label=text("lesson.settings"))
    _training(text, lesson)


def answers(text: Text, scene: Scene, lesson: Lesson | None) -> None:
    """What the network, as the reader left it, answers at the place that asks."""
    if lesson is None:
        return
    task, words, place = lesson.choice.race.design.task, scene.tokens.kept, scene.choice.query
    asked = given(task, words, place, lesson.now.answered(words))
    told = [
        text(
            f"lesson.answer.{task.kind}",
            distance=it.distance,
            given=text(f"lesson.parity.{it.given}") if task.kind == "parity" else it.given,
            mark="✓" if it.given == it.right else "✗",
        )
        for it in asked
    ]
    asks = plain_word(words, place)
    if not told:
        st.markdown(text("lesson.asked_nothing", asks=asks))
        return
    st.markdown(text("lesson.answers", asks=asks, answers=text("sentence.comma").join(told)))


def _facts(text: Text, lesson: Lesson) -> str:
    """What was decided before the first step, and what becomes of the layer's output."""
    sizes, race = lesson.now.sizes, lesson.choice.race
    above = race.design.layers - 1 - lesson.now.layer
    return text(
        "lesson.facts",
        task=text(f"training_task.{race.design.task.kind}"),
        steps=f"{lesson.now.whole.step:,}",
        wanted=f"{lesson.wanted:,}",
        seed=race.seed,
        n_heads=sizes.n_heads,
        d_k=sizes.d_k,
        d_v=sizes.d_v,
        width=sizes.d_model - 1,
        d_model=sizes.d_model,
        next=text("lesson.next_layer" if above else "lesson.next_answer"),
    )


def _training(text: Text, lesson: Lesson) -> None:
    """What has not learned yet on this server, and a way to let it."""
    found, missing = progress("lesson"), lesson.missing
    if missing:
        _say_missing(text, lesson)
        begin(text, missing, text("lesson.start_help", steps=f"{lesson.wanted:,}"), "lesson")
    if found and (found.busy or found.race == missing):
        st.fragment(_watch, run_every=PULSE if found.busy else None)(text, found.state)


def _say_missing(text: Text, lesson: Lesson) -> None:
    named = [(contender(text, it.contender, it.design), it.step) for it in lesson.unfinished]
    random = [name for name, step in named if not step]
    begun = [text("lesson.so_far", name=name, steps=f"{at:,}") for name, at in named if at]
    comma = text("sentence.comma")
    if random:
        st.info(text("lesson.missing", names=comma.join(random)))
    if begun:
        st.info(text("lesson.unfinished", names=comma.join(begun), wanted=f"{lesson.wanted:,}"))


def _watch(text: Text, was: State) -> None:
    found = progress("lesson")
    if found is None or news(was, found.state):
        st.rerun()  # the numbers are there
    status(text, found, "lesson")
