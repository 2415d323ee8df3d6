"""Trained here: the same task for attention, recurrent nets and CNNs, before the reader's eyes."""

import streamlit as st

from core.choices.training import RACE_READERS, TrainingChoice
from pages.shared import frame
from pages.shared.reader import run, widgets
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions
from pages.shared.views.training.files import downloads, take, upload
from pages.shared.views.training.inside import felt, inside, looking
from pages.shared.views.training.noticed import noticed
from pages.shared.views.training.race import limits, live, settings, start

text = frame.open_page("training")
take()
choice = run.known(widgets.remembered(TrainingChoice, RACE_READERS))

run.take_up(choice)
settings(text, choice)
start(text, choice.race)
found = live(text, choice.race)
run.note_race(choice, found)

if found and not found.busy:
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
limits(text)
with st.expander(text("training.repeat"), key="training_repeat", icon=":material/upload_file:"):
    upload(text)
questions(text, "training", choice)
papers(text, "tang", "arora")
