"""Two sentences and a switch: where Q comes from, and where K and V come from."""

from dataclasses import replace
from typing import NamedTuple, get_args

import streamlit as st

from core.embeddings import Standing
from core.ideas.crossing import SIZES, Scoring, Words
from core.reader.ideas import (
    CROSS_TEXT,
    CROSS_WORDS,
    CrossChoice,
    CrossNumbers,
    Sources,
    Translating,
)
from core.sources.handset import head_at
from core.trace import AttentionTrace
from pages.shared import controls
from pages.shared.reader.session import change, settle, showing
from pages.shared.text import Text
from pages.shared.views.opened import Opened

_WORDS = ("cross_word_a", "cross_word_b", "cross_word_other")


class Crossing(NamedTuple):
    """Two sentences, and what the reader looks at.

    Attributes:
        choice: Pointing at words that exist.
        a: The words of sentence A.
        b: The words of sentence B.
    """

    choice: CrossChoice
    a: Words
    b: Words

    def words(self, sentence: str) -> Words:
        """The words of ``a`` or ``b``."""
        return self.a if sentence == "a" else self.b

    @property
    def standings(self) -> dict[str, Standing]:
        """The words of both whose features nobody set, and what became of them."""
        return self.choice.source.standings(self.a + self.b)

    def switched(self, sources: Sources) -> "Crossing":
        """The same with another switch, without a mask."""
        choice = replace(self.choice, cross_sources=sources, cross_causal=False)
        return self._replace(choice=choice.within(len(self.a), len(self.b)))

    def settled(self) -> "Crossing":
        """Let widgets show it, and give it; to be called before they are drawn."""
        settle(**{name: getattr(self.choice, name) for name in _WORDS})
        return self

    def trace(self) -> AttentionTrace:
        """What the chosen switch gives."""
        choice = self.choice
        return choice.source.trace(self.words(choice.asks), self.words(choice.answers))

    def opened(self, trace: AttentionTrace) -> Opened:
        """The chosen head and pair of words."""
        choice = self.choice
        fields = (
            f"cross_word_{choice.asks}",
            f"cross_word_{'other' if choice.is_self else choice.answers}",
        )
        query, key = (getattr(choice, field) for field in fields)
        head = min(choice.cross_head, len(trace.layers[0].weights) - 1)
        return Opened(
            asking=trace.query_tokens,
            answering=trace.key_tokens,
            query=query,
            key=key,
            fields=fields,
            layer=trace.layers[0],
            head=head,
        )


def crossing(choice: CrossChoice) -> Crossing:
    """The two sentences of a choice, pointing at words that exist."""
    a, b = (choice.words(name).kept for name in ("a", "b"))
    return Crossing(choice.within(len(a), len(b)), a, b)


def sentences(text: Text, crossing: Crossing) -> None:
    """The two sentences, and ways to change them together."""
    a, b, usual = crossing.choice.cross_a, crossing.choice.cross_b, CrossChoice()
    grid = st.grid(2, min_column_width=280)
    for name in ("cross_a", "cross_b"):
        with grid.cell():
            st.text_input(text(f"{name}.label"), key=showing(name), max_chars=CROSS_TEXT)
            controls.complaint(text, name)
            total = crossing.choice.words(name[-1]).total
            if total > CROSS_WORDS and not crossing.choice.is_translated:
                st.warning(text("cross.too_many_words", count=total, limit=CROSS_WORDS))
    buttons = {
        "swap": (":material/swap_horiz:", {"cross_a": b, "cross_b": a}),
        "same": (":material/content_copy:", {"cross_b": a}),
        "usual": (":material/translate:", {"cross_a": usual.cross_a, "cross_b": usual.cross_b}),
    }
    with st.container(horizontal=True, gap="small"):
        for name, (icon, values) in buttons.items():
            st.button(
                text(f"cross.{name}"),
                icon=icon,
                on_click=change,
                kwargs=values,
                type="tertiary",
            )


def switch(text: Text, crossing: Crossing) -> None:
    """Who asks whom, and how the layer computes."""
    choice = crossing.choice
    controls.option(text, "cross_sources", choice.switches, value=choice.cross_sources)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if not choice.is_translated:
            controls.option(text, "cross_scoring", get_args(Scoring))
        controls.option(text, "cross_numbers", get_args(CrossNumbers))
        if choice.is_translated:
            controls.option(text, "cross_translator", get_args(Translating))
            return
        if choice.cross_numbers == "seeded":
            controls.number(text, "cross_seed", width=130)
        if choice.is_self:
            st.toggle(text("cross_causal.label"), key=showing("cross_causal"))
        if choice.cross_scoring in ("scaled", "general"):
            st.segmented_control(
                text("head.label"),
                range(SIZES.n_heads),
                format_func=lambda head: head_name(text, choice, head),
                key=showing("cross_head"),
                required=True,
                wrap=True,
                width="content",
            )
            st.toggle(text("cross_several.label"), key=showing("cross_several"))


def head_name(text: Text, choice: CrossChoice, head: int) -> str:
    """A head by what it does where that was set by hand, otherwise by its number."""
    if choice.cross_numbers == "handset":
        return text(f"head.{head_at(head).name}")
    return str(head + 1)
