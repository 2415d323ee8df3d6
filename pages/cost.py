"""What does it cost? Table 1 of "Attention Is All You Need" with the reader's numbers."""

import streamlit as st

from core.reader.generating import CacheChoice
from core.reader.ideas import CostChoice
from core.reader.scene import scene_of
from pages.shared import frame
from pages.shared.reader.session import reader
from pages.shared.views.cost.caches import four_caches
from pages.shared.views.cost.generating import forgetting, growing, writing
from pages.shared.views.cost.layers import curves, in_words, sizes, table
from pages.shared.views.cost.timing import stopwatch
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions

text = frame.open_page("cost")
setting = reader().record(CostChoice).setting
scene, choice = scene_of(reader()), reader().record(CacheChoice)
shown = writing(scene, choice)

sizes(text)
table(text, setting)
in_words(text, setting)

st.subheader(text("cost.curves"), anchor=False)
st.markdown(text("cost.curves.lead"))
curves(text, setting)

st.subheader(text("cost.stopwatch"), anchor=False)
st.markdown(text("cost.stopwatch.lead"))
stopwatch(text, setting)

st.subheader(text("cache.title"), anchor="cache")
st.markdown(text("cache.lead"))
growing(text, scene, shown)

st.subheader(text("cache.four"), anchor=False)
st.markdown(text("cache.four_lead"))
four_caches(text, choice)

st.subheader(text("cache.window"), anchor=False)
st.markdown(text("cache.window_lead"))
forgetting(text, shown)

st.subheader(text("cost.fails"), anchor=False)
st.markdown(text("cost.fails.list"))
questions(text, "cost", setting)
papers(text, "vaswani", "shazeer", "ainslie", "deepseek", "xiao")
