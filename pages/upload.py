"""Your own tensors: attention of a reader's own model, from a file."""

from contextlib import ExitStack

import streamlit as st

from core.reader.model import UploadChoice
from pages.shared import frame
from pages.shared.reader.session import reader
from pages.shared.views.papers import papers
from pages.shared.views.upload.contents import recipe
from pages.shared.views.upload.file import uploader, uploading
from pages.shared.views.upload.long_file import long_file
from pages.shared.views.upload.places import take
from pages.shared.views.upload.whole_file import whole_file

text = frame.open_page("upload")
take()
with ExitStack() as turn:
    uploaded = uploading(text, reader().record(UploadChoice), turn).settled()
    uploader(text, uploaded)
    recipe(text)
    if uploaded.upload and uploaded.upload.long:
        long_file(text, uploaded.choice, uploaded.upload)
    else:
        whole_file(text, uploaded)

st.subheader(text("notice.title"), anchor=False)
st.markdown(text("upload.notice"))
st.subheader(text("upload.limits_title"), anchor=False)
st.markdown(text("upload.limits_text"))
papers(text, "jain", "kobayashi", "xiao")
