"""Explore attention: a sentence, its three steps, and the same sentence through RNN and CNN."""

import streamlit as st

from pages.shared import controls, frame, state
from pages.shared.views.architectures import architectures
from pages.shared.views.arithmetic import arithmetic
from pages.shared.views.badge import badge
from pages.shared.views.code import code
from pages.shared.views.highlight import highlight
from pages.shared.views.numbers import numbers
from pages.shared.views.steps import steps

text = frame.open_page("explore")
scene = state.scene()
source = scene.choice.layer_source
parameters = source.parameters(scene.tokens.kept)
trace = source.trace(scene.choice.sentence)

controls.unusable(text, scene)
controls.sentence(text, scene)
controls.layer(text, scene)
controls.sizes(text)

st.subheader(text("highlight.title"), anchor=False)
badge(text, trace.origin)
highlight(text, scene, trace.layers[0])

st.subheader(text("steps.title"), anchor=False)
steps(text, scene, trace)

st.subheader(text("architectures.title"), anchor=False)
st.markdown(text("architectures.lead"))
architectures(text, scene, parameters)

st.subheader(text("arithmetic.title"), anchor=False)
arithmetic(text, scene, trace.layers[0], source.rules)

st.subheader(text("numbers.title"), anchor=False)
st.markdown(text("numbers.lead"))
numbers(text, scene, parameters, trace)

st.subheader(text("code.title"), anchor=False)
st.markdown(text("code.lead"))
code(text, parameters, source.rules)
