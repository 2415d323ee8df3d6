"""Your own tensors: attention of a reader's own model, from a file."""

from contextlib import ExitStack

import streamlit as st

from core.reader.model import UploadChoice
from pages.shared import frame
from pages.shared.reader.session import reader
from pages.shared.views.papers import papers
from pages.shared.views.questions import questions
from pages.shared.views.upload.contents import contents, recipe
from pages.shared.views.upload.file import take, uploader, uploading
from pages.shared.views.upload.long import long_view
from pages.shared.views.upload.long_pictures import pictures
from pages.shared.views.upload.long_row import arithmetic_of_row, opened_row, row_numbers
from pages.shared.views.upload.maps import head_controls, map_or_steps, shaded, shown
from pages.shared.views.upload.numbers import upload_numbers

text = frame.open_page("upload")
take()
with ExitStack() as turn:
    uploaded = uploading(text, reader().record(UploadChoice), turn).settled()
    uploader(text, uploaded)
    recipe(text)

    if uploaded.upload and uploaded.upload.long:
        contents(text, uploaded.upload, None)
        head_controls(text, uploaded.upload)
        long = long_view(uploaded.choice, uploaded.upload)
        whole = st.container()
        opened_row(text, long)
        arithmetic_of_row(text, long, unfolded=uploaded.choice.upload_arithmetic_open)
        st.subheader(text("numbers.title"), anchor=False)
        row_numbers(text, long)
        with whole:
            pictures(text, long)
    elif uploaded.upload:
        view = shown(uploaded.choice, uploaded.upload, uploaded.read)
        contents(text, uploaded.upload, view.layer)
        head_controls(text, uploaded.upload)
        shaded(text, view)
        map_or_steps(text, view, unfolded=uploaded.choice.upload_arithmetic_open)

        st.subheader(text("numbers.title"), anchor=False)
        upload_numbers(text, view, uploaded.choice.upload_shown)
        questions(text, "upload", view)

st.subheader(text("notice.title"), anchor=False)
st.markdown(text("upload.notice"))
st.subheader(text("upload.limits_title"), anchor=False)
st.markdown(text("upload.limits_text"))
papers(text, "jain", "kobayashi", "xiao")
