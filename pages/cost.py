"""What does it cost? Table 1 of "Attention Is All You Need" with the reader's numbers."""

import streamlit as st

from core.reader.ideas import CostChoice
from pages.shared import frame
from pages.shared.reader.session import reader
from pages.shared.views.cost.layers import curves, in_words, sizes, table
from pages.shared.views.cost.timing import stopwatch
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions

text = frame.open_page("cost")
setting = reader().record(CostChoice).setting

sizes(text)
table(text, setting)
in_words(text, setting)

st.subheader(text("cost.curves"), anchor=False)
st.markdown(text("cost.curves.lead"))
curves(text, setting)

st.subheader(text("cost.stopwatch"), anchor=False)
st.markdown(text("cost.stopwatch.lead"))
stopwatch(text, setting)

st.subheader(text("cost.fails"), anchor=False)
st.markdown(text("cost.fails.list"))
questions(text, "cost", setting)
papers(text, "vaswani")
