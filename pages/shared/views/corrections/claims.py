"""Popular claims, what is right instead, and a link to the state that shows it."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import streamlit as st

from core.errors import InputError
from core.reader.ideas import Claim
from core.reader.model import PACKAGED
from pages.shared.destinations import (
    CATCHING,
    EATING,
    MIDDLE,
    TOLD,
    WHOLE,
    Chosen,
    Destination,
    lead_to,
)
from pages.shared.reader.session import change, showing
from pages.shared.text import Language, Text
from pages.shared.views.corrections import evidence
from pages.shared.views.papers import cited
from pages.shared.views.told import told


class Correction(NamedTuple):
    """A claim.

    Attributes:
        seen: What the state shows, in words and numbers.
        there: The state.
        papers: The sources.
    """

    seen: Callable[[Text, Destination], str]
    there: Destination
    papers: tuple[str, ...]


_RANDOM: Chosen = {"source": "seeded"}

CORRECTIONS: Mapping[Claim, Correction] = {
    "pair": Correction(evidence.pair, Destination("explore", WHOLE, EATING), ("vaswani",)),
    "formula": Correction(
        evidence.formula,
        Destination("explore", {**WHOLE, **_RANDOM, "d_k": 64, "scaled": False}, EATING),
        ("vaswani",),
    ),
    "source": Correction(
        evidence.source,
        Destination("cross", {"cross_b": "I love Tiananmen in Beijing"}),
        ("bahdanau", "vaswani"),
    ),
    "memory": Correction(evidence.memory, Destination("explore", WHOLE, TOLD), ("khandelwal",)),
    "window": Correction(
        evidence.window, Destination("explore", {**WHOLE, "cnn_layers": 3}, MIDDLE), ("luo", "yu")
    ),
    "parallel": Correction(
        evidence.parallel, Destination("cost", {"cost_n": 2048, "cost_d": 512}), ("vaswani",)
    ),
    "far": Correction(
        evidence.far, Destination("training", {"training_task": "parity"}), ("tang",)
    ),
    "order": Correction(
        evidence.order, Destination("positions", {"positions_kind": "causal"}, CATCHING), ("haviv",)
    ),
    "pronoun": Correction(
        evidence.pronoun,
        Destination("model", {"model_name": PACKAGED, "model_layer": 3, "model_head": 1}),
        ("clark",),
    ),
    "important": Correction(
        evidence.important,
        Destination(
            "model", {"model_name": PACKAGED, "model_layer": 2, "model_head": 7, "model_key": 0}
        ),
        ("jain", "serrano", "wiegreffe", "kobayashi", "xiao"),
    ),
    "untrained": Correction(
        evidence.untrained, Destination("explore", {**WHOLE, **_RANDOM}, MIDDLE), ("adebayo",)
    ),
}
"""In the order in which they are told."""


def corrections(text: Text, unfolded: Collection[Claim]) -> None:
    """One block a claim; its numbers are computed when it is unfolded."""
    for name, correction in CORRECTIONS.items():
        key = showing(_key(text.language, name), name in unfolded)
        block = st.expander(
            text(f"correction.{name}.claim"), key=key, on_change=_choose, args=(text.language,)
        )
        if block.open:
            with block:
                _opened(text, name, correction)


def _choose(language: Language) -> None:
    found = [it for it in CORRECTIONS if st.session_state.get(_key(language, it))]
    change(corrections_open=found)


def _key(language: Language, name: Claim) -> str:
    """An expander forgets its state when its label changes: each language has its own."""
    return f"corrections_open.{language}.{name}"


def _opened(text: Text, name: str, correction: Correction) -> None:
    st.markdown(text(f"correction.{name}.right"))
    try:
        with st.container(border=True):
            st.markdown(correction.seen(text, correction.there))
            lead_to(text, f"correction.{name}.show", correction.there)
    except InputError as problem:
        st.error(told(text, problem))
    cited(text, *correction.papers)
