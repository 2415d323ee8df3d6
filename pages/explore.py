"""Explore attention: a sentence, its three steps, and the same sentence through RNN and CNN."""

import streamlit as st

from core import layer
from core.reader.explore import NumbersChoice
from core.taken.snippet import snippet
from pages.shared import controls, frame, names
from pages.shared.reader.session import reader
from pages.shared.views.arithmetic import arithmetic
from pages.shared.views.badge import badge
from pages.shared.views.code import code
from pages.shared.views.explore import lesson as learning
from pages.shared.views.explore.architectures import architectures, measured
from pages.shared.views.explore.head import explored_or_end
from pages.shared.views.explore.numbers import parameter_tables, projection_maps, result_tables
from pages.shared.views.highlight import highlight
from pages.shared.views.opened import opened
from pages.shared.views.questions import questions
from pages.shared.views.steps import steps

text = frame.open_page("explore")
st.page_link("pages/path.py", label=text("explore.begin"), icon=":material/school:")
scene, lesson = explored_or_end(text)
chosen = reader().record(NumbersChoice)
words, rules = scene.tokens.kept, scene.source.rules
parameters = scene.source.parameters(words)
trace = layer.trace(words, parameters, rules, scene.source.origin_of(words))
seen = lesson.measured(words) if lesson else measured(scene, parameters, rules)
shown = opened(scene, trace.layers[0])
before, contents = learning.before(lesson, shown), names.contents(text, scene.choice)

learning.sentence(text, scene, lesson)
highlight(text, shown, controls.standings(scene))
learning.answers(text, scene, lesson)
controls.remark(text, scene)
learning.layer(text, scene, lesson)
badge(text, trace.origin)

st.subheader(text("steps.title"), anchor=False)
st.markdown(text("steps.lead", one=text(f"axis.{shown.kind}")))
projection_maps(text, scene, (shown, before), unfolded=chosen.projections_open)
steps(text, shown, contents, rules, before)

st.subheader(text("lesson.architectures.title" if lesson else "architectures.title"), anchor=False)
st.markdown(text("lesson.architectures" if lesson else "architectures.lead"))
architectures(text, scene, shown, seen, lesson and lesson.shown)

st.subheader(text("arithmetic.title"), anchor="arithmetic")
arithmetic(text, shown, rules)

st.subheader(text("numbers.title"), anchor=False)
st.markdown(text("lesson.numbers" if lesson else "numbers.lead"))
parameter_tables(text, scene, parameters, chosen.shown_parameter)
result_tables(text, scene, trace, seen, chosen)

code(text, snippet(parameters, rules), "code.lead")

questions(text, "explore", scene)
