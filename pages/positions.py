"""Why positions: shuffled words give shuffled outputs, unless something tells their order."""

import streamlit as st

from core.reader.explore import PositionsChoice
from core.reader.scene import scene_of
from core.taken.snippet import shuffling_snippet
from pages.shared import controls, frame
from pages.shared.reader.session import reader
from pages.shared.views.badge import badge
from pages.shared.views.code import code
from pages.shared.views.papers import papers
from pages.shared.views.positions.encodings import encodings
from pages.shared.views.positions.order import order_controls
from pages.shared.views.positions.shuffling import differences, outputs, shuffling
from pages.shared.views.questions import questions

text = frame.open_page("positions")
scene = scene_of(reader())
shown = shuffling(scene, reader().record(PositionsChoice)).settled()

controls.sentence(text, scene)
order_controls(text, shown)
badge(text, shown.origin)
outputs(text, shown)

st.subheader(text("positions.differences_title"), anchor=False)
st.markdown(text("positions.differences_lead"))
differences(text, shown)

code(text, shuffling_snippet(shown.head, shown.places), "positions.code_lead", "positions")

st.subheader(text("notice.title"), anchor=False)
st.markdown(text("positions.notice"))

st.subheader(text("positions.encodings_title"), anchor=False)
st.markdown(text("positions.encodings_lead"))
encodings(text, shown)

st.subheader(text("limits.title"), anchor=False)
st.markdown(text("positions.limits"))
questions(text, "positions", shown)
papers(text, "lee", "haviv", "vaswani", "su", "press")
