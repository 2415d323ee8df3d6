"""All of a page about a file whose maps can be drawn whole."""

import streamlit as st

from pages.shared.server import cache
from pages.shared.text import Text
from pages.shared.views.atlas.control import control_and_habit
from pages.shared.views.atlas.finder import finder
from pages.shared.views.atlas.head_lines import head_lines
from pages.shared.views.atlas.layout import atlas_and_head
from pages.shared.views.questions import questions
from pages.shared.views.upload.contents import contents
from pages.shared.views.upload.file import Uploading
from pages.shared.views.upload.maps import (
    all_heads,
    head_controls,
    shaded,
    shown,
    shown_map,
    shown_steps,
)
from pages.shared.views.upload.numbers import upload_numbers
from pages.shared.views.upload.other import other_file


def whole_file(text: Text, uploading: Uploading) -> None:
    """What is in it; all heads beside the opened one; its numbers."""
    choice, upload = uploading.choice, uploading.upload
    if upload is None:
        return
    found = cache.uploaded_heads(upload)
    view, heads = shown(choice, upload, uploading.read), all_heads(choice, upload, found)
    contents(text, upload, view.layer)
    place = st.container()
    if heads:
        left, place = atlas_and_head(text, heads)
        with left:
            finder(text, heads)
    else:
        head_controls(text, upload)
    with place:
        shaded(text, view)
        if heads:
            control_and_habit(text, heads, view.pointed, view.weights)
        shown_map(text, view)
        if heads and heads.square:
            head_lines(text, heads)
    shown_steps(text, view, unfolded=choice.upload_arithmetic_open)
    if found and heads and heads.square:
        other_file(text, heads, found)
    st.subheader(text("numbers.title"), anchor=False)
    upload_numbers(text, view, choice.upload_shown)
    questions(text, "upload", view)
