"""A real model: all its heads, one head in full, two sentences beside each other."""

import streamlit as st

from pages.shared import frame
from pages.shared.views.atlas.finder import finder
from pages.shared.views.atlas.head_lines import head_lines
from pages.shared.views.atlas.layout import atlas_and_head
from pages.shared.views.folded import folded
from pages.shared.views.model import reading as model_text
from pages.shared.views.model.head import (
    all_heads,
    model_head,
    model_steps,
    open_in_explore,
    view_controls,
)
from pages.shared.views.model.importance import model_importance
from pages.shared.views.model.next_word import next_piece
from pages.shared.views.model.other import other_sentence
from pages.shared.views.model.reading import say_pieces
from pages.shared.views.model.switched_off import each_off, off_together
from pages.shared.views.questions import questions

text = frame.open_page("model")
scene = model_text.scene_or_end(text)
model_text.model_text(text, scene)
heads = all_heads(scene)

left, right = atlas_and_head(text, heads)
with left:
    off_together(text, scene)
    say_pieces(text, scene)
    finder(text, heads)
with right:
    view_controls(text, scene)
    model_head(text, scene, heads)
    open_in_explore(text, scene)
    if heads.square:
        head_lines(text, heads)
with folded(text, "model_steps_open", unfolded=scene.choice.model_steps_open) as block:
    if block.open:
        model_steps(text, scene)

next_piece(text, scene)

st.subheader(text("beside.title"), anchor=False)
st.markdown(text("beside.lead"))
other_sentence(text, scene)

st.subheader(text("importance.title"), anchor=False)
model_importance(text, scene)

st.subheader(text("off.title"), anchor=False)
each_off(text, scene)

questions(text, "model", scene)
