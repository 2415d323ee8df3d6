"""Explore attention: a sentence, its three steps, and the same sentence through RNN and CNN."""

import streamlit as st

from pages.shared import controls, frame, names, state
from pages.shared.views.architectures import architectures, measured
from pages.shared.views.arithmetic import arithmetic
from pages.shared.views.badge import badge
from pages.shared.views.code import code
from pages.shared.views.highlight import highlight
from pages.shared.views.numbers import parameter_tables, result_tables
from pages.shared.views.opened import opened
from pages.shared.views.questions import questions
from pages.shared.views.steps import projections, steps

text = frame.open_page("explore")
scene = state.scene()
source = scene.choice.layer_source
parameters = source.parameters(scene.tokens.kept)
trace = source.trace_of(scene.tokens.kept)
seen = measured(scene, parameters, source.rules)
it = opened(scene, trace.layers[0])
channels = names.channels(text, scene.choice)
contents = names.contents(text, scene.choice)

controls.unusable(text, scene)
controls.sentence(text, scene)
highlight(text, it, controls.unknown_words(scene))
controls.remark(text, scene)
controls.layer(text, scene)
controls.sizes(text)
badge(text, trace.origin)

st.subheader(text("steps.title"), anchor=False)
st.markdown(text("steps.lead"))
with st.expander(text("projections.title"), key="projections", on_change="rerun") as before:
    if before.open:
        st.markdown(text("projections.lead"))
        projections(text, it, channels, contents)
steps(text, it, contents, source.rules)

st.subheader(text("architectures.title"), anchor=False)
st.markdown(text("architectures.lead"))
architectures(text, scene, it, seen)

st.subheader(text("arithmetic.title"), anchor=False)
arithmetic(text, it, source.rules)

st.subheader(text("numbers.title"), anchor=False)
st.markdown(text("numbers.lead"))
parameter_tables(text, scene, parameters)
st.markdown(text("numbers.results"))
result_tables(text, scene, trace, seen)

st.subheader(text("code.title"), anchor=False)
st.markdown(text("code.lead"))
code(text, parameters, source.rules)

questions(text, "explore", scene)
