"""Trained here: the same task for attention, recurrent nets and CNNs, before the reader's eyes."""

import streamlit as st

from core.reader.training import TrainingChoice
from pages.shared import frame
from pages.shared.reader.session import reader
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions
from pages.shared.views.training.files import downloads, take, upload
from pages.shared.views.training.inside import felt, inside, looking
from pages.shared.views.training.noticed import noticed
from pages.shared.views.training.race import live, settings, start, what_is_not_shown
from pages.shared.views.training.states import states

text = frame.open_page("training")
take()
choice = reader().record(TrainingChoice)

settings(text, choice)
start(text, choice.race)
found = live(text, choice.race)

if found and not found.busy:
    st.subheader(text("training.states.title"), anchor=False)
    states(text, found)
    looks = looking(choice, found)
    st.subheader(text("training.inside.title"), anchor=False)
    st.markdown(text("training.inside.lead"))
    inside(text, looks, found)
    st.subheader(text("training.felt.title"), anchor=False)
    st.markdown(text("training.felt.lead"))
    felt(text, looks, found)
    st.subheader(text("training.files.title"), anchor=False)
    downloads(text, found)

st.subheader(text("notice.title"), anchor=False)
noticed(text, choice.race, found)
st.subheader(text("training.limits.title"), anchor=False)
what_is_not_shown(text)
with st.expander(text("training.repeat"), key="training_repeat", icon=":material/upload_file:"):
    upload(text)
questions(text, "training", choice)
papers(text, "tang", "arora")
