"""Can it see that far? Theory and measurement of three architectures, over distance."""

import streamlit as st

from core.reader.ideas import ReachChoice
from core.reader.recall import RecallChoice
from core.reader.scene import scene_of
from pages.shared import frame
from pages.shared.controls import sentence
from pages.shared.reader.session import reader
from pages.shared.views.badge import badge
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions
from pages.shared.views.reach.curves import by_distance, by_layers, paths
from pages.shared.views.reach.fields import fields
from pages.shared.views.reach.maps import three
from pages.shared.views.reach.noticed import noticed
from pages.shared.views.reach.program import program
from pages.shared.views.reach.remembering import asked, shares
from pages.shared.views.reach.stacks import looked_at, reaching, sentence_or_numbers

text = frame.open_page("reach")
scene = scene_of(reader())
shown = reaching(scene, reader().record(ReachChoice)).settled()

sentence_or_numbers(text, shown)
badge(text, shown.origin)
three(text, shown)

st.subheader(text("reach.distance_title"), anchor=False)
st.markdown(text("reach.distance_lead"))
looked_at(text, shown)
by_distance(text, shown)
paths(text, shown)

st.subheader(text("reach.layers_title"), anchor=False)
st.markdown(text("reach.layers_lead"))
by_layers(text, shown)

st.subheader(text("reach.fields_title"), anchor=False)
st.markdown(text("reach.fields_lead"))
fields(text, shown)

program(text, shown)

st.subheader(text("recall.title"), anchor="recall")
st.markdown(text("recall.lead"))
chosen = reader().record(RecallChoice)
words = chosen.words(scene.tokens.kept, reader().language)
if shown.choice.reach_tokens == "numbers":
    sentence(text, scene, featured=False)
asked(text, chosen, len(scene.tokens.kept), words)
shares(text, chosen.readers, len(words))

st.subheader(text("notice.title"), anchor=False)
st.markdown(noticed(text))
st.subheader(text("limits.title"), anchor=False)
st.markdown(text("reach.limits"))
questions(text, "reach", shown)
papers(text, "vaswani", "luo", "yu", "beltagy", "katharopoulos", "arora", "tang")
