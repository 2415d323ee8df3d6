"""A second sentence, beside the text: the same model on both."""

import streamlit as st

from core.errors import InputError
from core.models.compare import compare
from core.reader.model import LONGEST_TEXT
from pages.shared.reader.model import ModelScene
from pages.shared.reader.session import showing
from pages.shared.server import cache
from pages.shared.text import Text
from pages.shared.views.atlas.beside import beside
from pages.shared.views.in_line import in_line
from pages.shared.views.model.head import FIELDS
from pages.shared.views.opened import Pointed
from pages.shared.views.refused import refused


def other_sentence(text: Text, scene: ModelScene) -> None:
    """The place for it, and what changed in the opened head."""
    choice, tokens = scene.choice, scene.run.pieces.tokens
    if scene.run.crossing:
        st.info(text("beside.crossing"))
        return
    st.text_input(text("model_other.label"), key=showing("model_other"), max_chars=LONGEST_TEXT)
    try:
        asked = choice.model_part, scene.shown, choice.model_attention
        other = cache.model(choice.model_other, *asked, told=in_line())
    except InputError as problem:
        refused(text, problem, "beside")
        return
    pair = Pointed(
        asking=tokens,
        answering=tokens,
        query=choice.model_query,
        key=choice.model_key,
        fields=FIELDS,
    )
    at = choice.model_layer, choice.model_head
    beside(text, compare(scene.run.trace, other.trace), at, pair)
