"""All of a page about a long file: its map is computed piece by piece, one head at a time."""

import streamlit as st

from core.reader.model import UploadChoice
from core.sources.uploaded import Upload
from pages.shared.text import Text
from pages.shared.views.upload.contents import contents
from pages.shared.views.upload.long import long_view
from pages.shared.views.upload.long_pictures import pictures
from pages.shared.views.upload.long_row import arithmetic_of_row, opened_row, row_numbers
from pages.shared.views.upload.maps import head_controls


def long_file(text: Text, choice: UploadChoice, upload: Upload) -> None:
    """Its head as pictures, the opened row, its arithmetic and its numbers."""
    contents(text, upload, None)
    head_controls(text, upload)
    view = long_view(choice, upload)
    whole = st.container()
    opened_row(text, view)
    arithmetic_of_row(text, view, unfolded=choice.upload_arithmetic_open)
    st.subheader(text("numbers.title"), anchor=False)
    row_numbers(text, view)
    with whole:  # it may take long
        pictures(text, view)
