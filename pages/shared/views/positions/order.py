"""What tells attention the order of words, and ways to change that order."""

import streamlit as st

from core.reader.explore import SHUFFLED_WORDS, moved
from core.reader.records import limits
from pages.shared import controls
from pages.shared.reader.session import change, showing
from pages.shared.text import Text, plain_word
from pages.shared.views.positions.shuffling import Shuffling, orders


def order_controls(text: Text, shuffling: Shuffling) -> None:
    """What tells the order, and ways to change it."""
    n, total, choice = len(shuffling.words), shuffling.scene.tokens.total, shuffling.scene.choice
    if total > SHUFFLED_WORDS:
        st.warning(text("positions.too_many_words", count=total, limit=SHUFFLED_WORDS))
    if not choice.rope_fits:
        st.warning(text("positions.rope_needs_even", d_k=choice.d_k))
    controls.option(text, "positions_kind", orders(shuffling.scene))
    low, high = limits("positions_seed")
    by_seed: dict[str, object] = {"positions_places": ()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            text("positions_seed.label"),
            int(low),
            int(high),
            key=showing("positions_seed"),
            width=150,
            on_change=change,
            kwargs=by_seed,
        )
        following = (shuffling.choice.positions_seed + 1) % (int(high) + 1)
        _button(text, "shuffle", "casino", by_seed | {"positions_seed": following})
        _button(text, "as_written", "restart_alt", {"positions_places": tuple(range(n))})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.pills(
            text("positions_word.label"),
            shuffling.places,
            format_func=lambda word: plain_word(shuffling.words, word),
            key=showing("positions_word"),
            required=True,
            wrap=True,
        )
        for name, icon, by in (("left", "arrow_back", -1), ("right", "arrow_forward", 1)):
            places = moved(shuffling.places, shuffling.choice.positions_word, by)
            _button(text, name, icon, {"positions_places": places}, idle=places == shuffling.places)
    order = " ".join(str(place + 1) for place in shuffling.places)
    st.caption(text("positions.order", order=order))


def _button(
    text: Text, name: str, icon: str, values: dict[str, object], *, idle: bool = False
) -> None:
    st.button(
        text(f"positions.{name}"),
        icon=f":material/{icon}:",
        on_click=change,
        kwargs=values,
        disabled=idle,
    )
