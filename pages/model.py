"""A real model: all its heads, one head in full, two sentences beside each other."""

import streamlit as st

from pages.shared import frame
from pages.shared.views.badge import badge
from pages.shared.views.folded import folded
from pages.shared.views.model import reading as model_text
from pages.shared.views.model.atlas import atlas, finder, say_special
from pages.shared.views.model.beside import beside
from pages.shared.views.model.head import model_head, model_steps, view_controls
from pages.shared.views.model.importance import model_importance
from pages.shared.views.model.switched_off import switched_off
from pages.shared.views.questions import questions

text = frame.open_page("model")
scene = model_text.scene_or_end(text)
model_text.model_text(text, scene)
badge(text, scene.run.trace.origin)

st.subheader(text("atlas.title", heads=scene.n_heads), anchor=False)
st.markdown(text("atlas.lead"))
say_special(text, scene)
atlas(text, scene)
with folded(text, "model_finder_open", unfolded=scene.choice.model_finder_open) as block:
    if block.open:
        finder(text, scene)

st.subheader(
    text("head.title", layer=scene.choice.model_layer, head=scene.choice.model_head), anchor=False
)
view_controls(text, scene)
model_head(text, scene)
with folded(text, "model_steps_open", unfolded=scene.choice.model_steps_open) as block:
    if block.open:
        model_steps(text, scene)

st.subheader(text("beside.title"), anchor=False)
st.markdown(text("beside.lead"))
beside(text, scene)

st.subheader(text("importance.title"), anchor=False)
model_importance(text, scene)

st.subheader(text("off.title"), anchor=False)
switched_off(text, scene)

questions(text, "model", scene)
