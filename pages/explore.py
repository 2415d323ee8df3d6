"""Explore attention: one sentence on the stage, and a chapter of what can be done with it."""

import streamlit as st

from pages.shared import frame
from pages.shared.reader.session import reader
from pages.shared.stage import chapters
from pages.shared.stage.card import card
from pages.shared.stage.explored import explore
from pages.shared.stage.guide import guide
from pages.shared.stage.picture import stage
from pages.shared.views.explore import lesson as learning
from pages.shared.views.explore.everything import everything
from pages.shared.views.in_line import in_line
from pages.shared.views.questions import questions
from pages.shared.views.refused import ends

text = frame.open_page("explore")
with ends(text, "explore"):
    it = explore(reader(), in_line())

if it.stage.view != "page":
    card(text, it)
else:
    guide(text, it)
    chapters.choose(text, it)
    learning.sentence(text, it.scene, it.lesson, whole=it.chapter == "everything")
    with chapters.beside(text, it):
        stage(text, it)
    if it.chapter == "everything":
        everything(text, it)
    else:
        chapters.draw(text, it)
    st.page_link("pages/path.py", label=text("explore.begin"), icon=":material/school:")
    questions(text, "explore", it.scene)
