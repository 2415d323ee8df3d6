"""Why attention? Three translators, one of them without it, on the reader's own sentence."""

import streamlit as st

from pages.shared import frame
from pages.shared.views.guess_bars import GUESSED
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions
from pages.shared.views.why.begun import piece_by_piece
from pages.shared.views.why.counted import quality, waits
from pages.shared.views.why.inserted import inserted
from pages.shared.views.why.noticed import limits, noticed
from pages.shared.views.why.resting import every_word, one_word, output, predict_by_drawing
from pages.shared.views.why.translating import origin, sentence, translating_or_end, translations

text = frame.open_page("why")
shown = translating_or_end(text)

sentence(text, shown)
origin(text, shown)
translations(text, shown)

st.subheader(text("why.resting"), anchor=False)
st.markdown(text("why.resting.lead"))
output(text, shown)
predict_by_drawing(text, shown)
with st.container(key=GUESSED):
    one_word(text, shown)
    every_word(text, shown)

st.subheader(text("begun.title"), anchor=False)
piece_by_piece(text, shown)

st.subheader(text("why.waits"), anchor=False)
waits(text, shown)

st.subheader(text("why.quality"), anchor=False)
quality(text, shown)
inserted(text, shown)

st.subheader(text("notice.title"), anchor=False)
st.markdown(noticed(text, shown))
st.subheader(text("limits.title"), anchor=False)
st.markdown(limits(text, shown))
questions(text, "why", shown)
papers(text, "cho", "sutskever", "bahdanau", "vaswani", "koehn", "jain")
