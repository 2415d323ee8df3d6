"""The buffet: a wish asks, labels answer, food is mixed on a plate."""

import streamlit as st

from core.reader.ideas import BuffetChoice
from core.taken.snippet import serving_snippet
from pages.shared import frame
from pages.shared.reader.session import reader
from pages.shared.views.buffet.diners import diners
from pages.shared.views.buffet.plate import arithmetic, plate, served, table, wishes
from pages.shared.views.code import code
from pages.shared.views.folded import folded
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions

text = frame.open_page("buffet")
choice = reader().record(BuffetChoice)
shown = served(text, choice)

wishes(text)
plate(text, shown)
with folded(text, "buffet_arithmetic_open", unfolded=choice.buffet_arithmetic_open):
    st.markdown(text("buffet.formula"))
    arithmetic(text, shown)

st.subheader(text("buffet.table"), anchor=False)
st.markdown(text("buffet.table.lead"))
table(text, shown)

code(text, serving_snippet(choice.goal, shown.table), "buffet.code_lead", "buffet")

st.subheader(text("diners.title"), anchor=False)
st.markdown(text("diners.lead"))
diners(text, shown)

st.subheader(text("buffet.fails"), anchor=False)
st.markdown(text("buffet.fails.list"))
questions(text, "buffet", shown)
papers(text, "vaswani")
