"""A second file, beside the first: the same head of both."""

import streamlit as st

from core.errors import InputError
from core.models.compare import compare
from core.reader.model import UploadChoice
from core.sources.uploaded_heads import UploadedHeads
from pages.shared.server import cache
from pages.shared.text import Text
from pages.shared.views.atlas.beside import beside
from pages.shared.views.atlas.heads import Heads
from pages.shared.views.in_line import in_line
from pages.shared.views.refused import refused
from pages.shared.views.upload.places import OTHER, held, say_gone, say_refused


def other_file(text: Text, heads: Heads, mine: UploadedHeads) -> None:
    """The place for it, and what differs in the opened head."""
    st.subheader(text("upload_other.title"), anchor=False)
    st.markdown(text("upload_other.lead"))
    choice = heads.choice
    if not isinstance(choice, UploadChoice):
        return
    st.file_uploader(text("upload_other.label"), key=OTHER.place)
    say_refused(text, OTHER)
    if not choice.upload_other_sha:
        return
    file = held(choice, OTHER)
    if file is None:
        say_gone(text, choice, OTHER)
        return
    try:
        upload = cache.uploaded(*file, choice.meaning, told=in_line())
    except InputError as problem:
        refused(text, problem, "upload_other")
        return
    other = cache.uploaded_heads(upload)
    if other is None or _heads(other) != _heads(mine) or not other.square:
        layers, each = heads.shape
        st.info(text("upload_other.unlike", layers=layers, heads=each))
        return
    beside(text, compare(mine, other), heads.at, heads.pointed)


def _heads(found: UploadedHeads) -> list[int]:
    return [len(it.weights) for it in found.layers]
