"""Your own tensors: attention of a reader's own model, from a file."""

from contextlib import ExitStack

import streamlit as st

from core.choices.upload import READERS, UploadChoice
from pages.shared import frame
from pages.shared.reader import state
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions
from pages.shared.views.upload.contents import contents, recipe
from pages.shared.views.upload.file import uploader, uploading
from pages.shared.views.upload.long import long_view
from pages.shared.views.upload.long_pictures import pictures
from pages.shared.views.upload.long_row import arithmetic_of_row, opened_row, row_numbers
from pages.shared.views.upload.maps import head_controls, map_or_steps, shaded, shown
from pages.shared.views.upload.numbers import upload_numbers

text = frame.open_page("upload")
with ExitStack() as turn:
    it = uploading(text, state.remembered(UploadChoice, READERS), turn).shown()
    uploader(text, it)
    recipe(text)

    if it.upload and it.upload.long:
        contents(text, it.upload, None)
        head_controls(text, it.upload)
        long = long_view(it.choice, it.read)
        whole = st.container()
        opened_row(text, long)
        arithmetic_of_row(text, long, unfolded=it.choice.upload_arithmetic_open)
        st.subheader(text("upload.numbers_title"), anchor=False)
        row_numbers(text, long)
        with whole:
            pictures(text, long)
    elif it.upload:
        view = shown(it.choice, it.upload, it.read)
        contents(text, it.upload, view.layer)
        head_controls(text, it.upload)
        shaded(text, view)
        map_or_steps(text, view, unfolded=it.choice.upload_arithmetic_open)

        st.subheader(text("upload.numbers_title"), anchor=False)
        upload_numbers(text, view, it.choice.upload_shown)
        questions(text, "upload", view)

st.subheader(text("upload.notice_title"), anchor=False)
st.markdown(text("upload.notice"))
st.subheader(text("upload.limits_title"), anchor=False)
st.markdown(text("upload.limits_text"))
papers(text, "jain", "kobayashi", "xiao")
