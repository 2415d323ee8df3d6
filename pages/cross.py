"""Attention or self-attention: one switch decides where Q comes from, and where K and V do."""

import streamlit as st

from core.reader.ideas import CrossChoice
from core.taken.snippet import crossing_snippet
from pages.shared import controls, frame
from pages.shared.destinations import Destination, lead_to
from pages.shared.reader.session import reader
from pages.shared.views.badge import badge
from pages.shared.views.code import code
from pages.shared.views.cross.concepts import concept_buttons, concepts
from pages.shared.views.cross.crossing import crossing, sentences, switch
from pages.shared.views.cross.maps import diagram, key_points, same_or_not, who_asks_whom
from pages.shared.views.cross.scorings import scorings
from pages.shared.views.cross.translated import translated
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions

text = frame.open_page("cross")
choice = reader().record(CrossChoice)
shown = crossing(choice)

sentences(text, shown)
if choice.is_translated:
    switch(text, shown)
    translated(text, choice)
    lead_to(text, "cross.translator.more", Destination("why"), first=False)
else:
    shown = shown.settled()
    trace = shown.trace()
    opened = shown.opened(trace)

    concept_buttons(text)
    switch(text, shown)
    badge(text, trace.origin)
    controls.say_unset(text, shown.standings)
    seen, drawn = st.columns(2, gap="medium")
    with seen:
        key_points(text, opened, opened.layer.weights[opened.head], shown.standings)
    with drawn:
        diagram(text, shown.choice)
    who_asks_whom(text, shown, opened)
    same_or_not(text, shown)
    st.subheader(text("notice.title"), anchor=False)
    st.markdown(text("cross.notice"))
    lead_to(text, "cross.trained", Destination("why"), first=False)
    scorings(text, shown)
    program = crossing_snippet(shown.choice.source, trace.query_tokens, trace.key_tokens)
    code(text, program, "cross.code_lead", "cross")
    concepts(text)

st.subheader(text("limits.title"), anchor=False)
st.markdown(text("cross.translator.limits" if choice.is_translated else "cross.limits"))
if not choice.is_translated:
    questions(text, "cross", shown)
papers(text, "bahdanau", "luong", "vaswani", "koehn")
