"""The whole page at once: every control, map, table and program."""

import streamlit as st

from core.taken.snippet import snippet
from pages.shared import controls, names
from pages.shared.stage.explored import Explored
from pages.shared.text import Text
from pages.shared.views.arithmetic import arithmetic
from pages.shared.views.code import code
from pages.shared.views.explore import lesson as learning
from pages.shared.views.explore.architectures import architectures
from pages.shared.views.explore.numbers import parameter_tables, result_tables
from pages.shared.views.folded import folded
from pages.shared.views.highlight import highlight
from pages.shared.views.steps import projections, steps


def everything(text: Text, it: Explored) -> None:
    """Draw all that can be chosen and seen."""
    scene, lesson, shown = it.scene, it.lesson, it.opened
    highlight(text, shown, controls.standings(scene))
    learning.answers(text, scene, lesson)
    controls.remark(text, scene)
    learning.layer(text, scene, lesson)

    st.subheader(text("steps.title"), anchor=False)
    st.markdown(text("steps.lead", one=text(f"axis.{shown.kind}")))
    contents = names.contents(text, scene.choice)
    with folded(text, "projections_open", unfolded=it.numbers.projections_open) as block:
        if block.open:
            st.markdown(text("projections.lead"))
            channels = names.channels(text, scene.choice)
            projections(text, shown, channels, contents, before=it.before)
    steps(text, shown, contents, it.rules, it.before)

    st.subheader(
        text("lesson.architectures.title" if lesson else "architectures.title"), anchor=False
    )
    st.markdown(text("lesson.architectures" if lesson else "architectures.lead"))
    architectures(text, scene, shown, it.seen, lesson and lesson.shown)

    st.subheader(text("arithmetic.title"), anchor="arithmetic")
    arithmetic(text, shown, it.rules)

    st.subheader(text("numbers.title"), anchor=False)
    st.markdown(text("lesson.numbers" if lesson else "numbers.lead"))
    parameter_tables(text, scene, it.parameters, it.numbers.shown_parameter)
    result_tables(text, scene, it.trace, it.seen, it.numbers)

    code(text, snippet(it.parameters, it.rules), "code.lead")
