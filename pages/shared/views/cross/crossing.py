"""Two sentences and a switch: where Q comes from, and where K and V come from."""

from dataclasses import replace
from typing import NamedTuple, get_args

import streamlit as st

from core.choices.cross import LIMITS, LONGEST_TEXT, CrossChoice, Sources, read_sentence
from core.errors import InputError
from core.ideas.crossing import SIZES, Numbers, Scoring, Words
from core.sources.handset import head_at
from core.trace import AttentionTrace
from pages.shared import controls
from pages.shared.reader import widgets
from pages.shared.text import Text
from pages.shared.views.opened import Opened


class Crossing(NamedTuple):
    """Two sentences, and what the reader looks at.

    Attributes:
        choice: Pointing at words that exist.
        a: The words of sentence A.
        b: The words of sentence B.
        problems: What is wrong with a sentence, by ``a`` or ``b``.
    """

    choice: CrossChoice
    a: Words
    b: Words
    problems: dict[str, InputError | None]

    def words(self, sentence: str) -> Words:
        """The words of ``a`` or ``b``."""
        return self.a if sentence == "a" else self.b

    @property
    def unknown(self) -> list[str]:
        """The words of both that the feature table does not know, if it is used."""
        handset = self.choice.cross_numbers == "handset"
        return controls.unknown_among(self.a + self.b) if handset else []

    def switched(self, sources: Sources) -> "Crossing":
        """The same with another switch, without a mask."""
        choice = replace(self.choice, cross_sources=sources, cross_causal=False)
        return self._replace(choice=choice.within(len(self.a), len(self.b)))

    def set_widgets(self) -> "Crossing":
        """Let widgets show it, and give it; to be called before they are drawn."""
        widgets.show(**{name: getattr(self.choice, name) for name in LIMITS})
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
    usual = CrossChoice()
    a, problem_a = read_sentence(choice.cross_a, usual.cross_a)
    b, problem_b = read_sentence(choice.cross_b, usual.cross_b)
    choice = choice.within(len(a), len(b))
    return Crossing(choice, a, b, {"a": problem_a, "b": problem_b})


def sentences(text: Text, crossing: Crossing) -> None:
    """The two sentences, and ways to change them together."""
    a, b, usual = crossing.choice.cross_a, crossing.choice.cross_b, CrossChoice()
    grid = st.grid(2, min_column_width=280)
    for name in ("cross_a", "cross_b"):
        with grid.cell():
            st.text_input(text(f"{name}.label"), key=name, max_chars=LONGEST_TEXT)
            problem = crossing.problems[name[-1]]
            if problem:
                st.warning(text(f"cross.{problem.code}", **problem.values))
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
                on_click=widgets.change,
                kwargs=values,
                type="tertiary",
            )


def switch(text: Text, crossing: Crossing) -> None:
    """Who asks whom, and how the layer computes."""
    controls.option(text, "cross_sources", get_args(Sources))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        controls.option(text, "cross_scoring", get_args(Scoring))
        controls.option(text, "cross_numbers", get_args(Numbers))
        if crossing.choice.cross_numbers == "seeded":
            low, high = LIMITS["cross_seed"]
            st.number_input(text("seed.label"), int(low), int(high), key="cross_seed", width=130)
        if crossing.choice.is_self:
            st.toggle(text("cross_causal.label"), key="cross_causal")
        if crossing.choice.cross_scoring in ("scaled", "general"):
            st.segmented_control(
                text("head.label"),
                range(SIZES.n_heads),
                format_func=lambda head: head_name(text, crossing.choice, head),
                key="cross_head",
                required=True,
                wrap=True,
                width="content",
            )
            st.toggle(text("cross_several.label"), key="cross_several")


def head_name(text: Text, choice: CrossChoice, head: int) -> str:
    """A head by what it does where that was set by hand, otherwise by its number."""
    if choice.cross_numbers == "handset":
        return text(f"head.{head_at(head).name}")
    return str(head + 1)
