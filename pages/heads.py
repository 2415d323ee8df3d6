"""Many heads: several attentions side by side, concatenated, mixed by W_O."""

import streamlit as st

from core.reader.explore import HeadsChoice
from core.reader.scene import scene_of
from core.taken.snippet import snippet
from pages.shared import controls, frame
from pages.shared.reader.session import reader
from pages.shared.views.badge import badge
from pages.shared.views.code import code
from pages.shared.views.heads.alike import alike
from pages.shared.views.heads.beside import head_controls, head_maps, several
from pages.shared.views.heads.blocks import blocks
from pages.shared.views.heads.cost import cost
from pages.shared.views.heads.mixed import mixed, switched
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions

text = frame.open_page("heads")
scene = scene_of(reader())
shown = several(scene, reader().record(HeadsChoice)).settled()

controls.sentence(text, scene)
head_controls(text, scene)
badge(text, shown.origin)
head_maps(text, shown)

st.subheader(text("heads.mixed_title"), anchor=False)
st.markdown(text("heads.mixed_lead"))
mixed(text, shown)

st.subheader(text("heads.off_title"), anchor=False)
st.markdown(text("heads.off_lead"))
switched(text, shown)

st.subheader(text("heads.alike_title"), anchor=False)
st.markdown(text("heads.alike_lead"))
alike(text, shown)

st.subheader(text("heads.blocks_title"), anchor=False)
st.markdown(text("heads.blocks_lead"))
blocks(text, shown)

source = scene.source
code(text, snippet(source.parameters(scene.tokens.kept), source.rules), "heads.code_lead", "heads")

st.subheader(text("heads.cost_title"), anchor=False)
st.markdown(text("heads.cost_lead"))
cost(text, shown)

st.subheader(text("notice.title"), anchor=False)
st.markdown(text("heads.notice"))
st.subheader(text("limits.title"), anchor=False)
st.markdown(text("heads.limits"))
questions(text, "heads", scene)
papers(text, "vaswani", "michel", "voita", "clark")
