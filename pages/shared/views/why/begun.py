"""A translation written piece by piece: what may come next, and what each piece looks at."""

from functools import partial

import numpy as np
import streamlit as st

from core.errors import InputError
from core.likeliest import drawn, likeliest, probabilities
from core.models.pieces import SPACE
from core.translation.beginning import Beginning
from core.translation.pieces import END, WORD_START
from pages.shared import controls
from pages.shared.figures.heatmap import Frame, Heatmap, Marks
from pages.shared.reader.session import change, reader
from pages.shared.server import cache
from pages.shared.text import Text, plain
from pages.shared.views.in_line import in_line
from pages.shared.views.next_pieces import bars, buttons, rest
from pages.shared.views.refused import refused
from pages.shared.views.why.translating import Translating


def piece_by_piece(text: Text, shown: Translating) -> None:
    """What the Transformer writes, a piece at a time, each chosen by the reader."""
    choice = shown.choice
    try:
        found = cache.begun(choice.why_sentence, choice.why_begun, told=in_line())
    except InputError as problem:
        refused(text, problem, "begun")
        return
    st.markdown(text("begun.lead"))
    with st.grid(2, min_column_width=330, gap="medium"):
        with st.container():
            _coming(text, found, choice.why_temperature)
        with st.container():
            st.markdown(text("begun.map"))
            heatmap = weights_map(text, found)
            st.vega_lite_chart(
                heatmap.table(Marks(len(heatmap.rows) - 1, None)),
                heatmap.specification(),
                key="why_begun_map",
                alt=text("alt.begun_map"),
            )


def weights_map(text: Text, found: Beginning) -> Heatmap:
    """What each piece looks at: the mean over layers and heads."""
    written = [_name(text, found, piece) for piece in found.written]
    weights = found.weights.mean(axis=(0, 1))  # (output, source)
    rows = written if found.written[-1:] == (END,) else [*written, text("begun.next")]
    read = [piece.replace(" ", SPACE) for piece in found.source]
    frame = Frame(text("axis.written"), text("axis.read"), text("axis.weight"))
    return Heatmap(weights, rows, read, frame, "sequential", (0.0, 1.0))


def _coming(text: Text, found: Beginning, temperature: float) -> None:
    """The translation so far, the likeliest pieces, and what the reader can do with them."""
    said = plain(found.text) if found.text else text("begun.nothing")
    st.markdown(text("begun.ended" if found.ended else "begun.so_far", written=said))
    n = len(found.written)
    back = partial(_take_back, n) if n else None
    if found.ended:
        _again(text, back)
        return
    controls.slider(text, "why_temperature", step=0.1)
    share = probabilities(found.scores, temperature)
    best = likeliest(share, share, found.scores)
    names = [_name(text, found, piece) for piece in best.ids]
    take = partial(_take, n)
    bars(text, "why_next", names, best, take)
    st.caption(rest(text, best))
    first, chance = int(found.scores.argmax()), drawn(share, np.random.default_rng())
    takes = [partial(take, first), partial(take, chance), back]
    with st.container(horizontal=True, gap="small"):
        buttons(text, "begun", _name(text, found, first), temperature, takes)


def _again(text: Text, back: partial[None] | None) -> None:
    """Take the last piece back, or all of them."""
    with st.container(horizontal=True, gap="small"):
        st.button(
            text("next.back"),
            key="begun_back",
            on_click=back,
            icon=":material/backspace:",
        )
        st.button(
            text("begun.again"),
            key="begun_again",
            on_click=change,
            kwargs={"why_begun": ()},
            icon=":material/replay:",
        )


def _name(text: Text, found: Beginning, piece: int) -> str:
    """What a piece is called."""
    if piece == END:
        return text("begun.end")
    [name] = found.pieces.names([piece])
    return name.replace(WORD_START, SPACE)


def _take(after: int, piece: int) -> None:
    """Let a piece join the translation, unless it has grown since the piece was offered."""
    begun = reader()["why_begun"]
    if isinstance(begun, tuple) and len(begun) == after:
        change(why_begun=(*begun, piece))


def _take_back(after: int) -> None:
    begun = reader()["why_begun"]
    if isinstance(begun, tuple) and len(begun) == after:
        change(why_begun=begun[:-1])
