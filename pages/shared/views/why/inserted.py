"""Words inserted into a sentence: which translator loses the thread?"""

from typing import NamedTuple

import streamlit as st

from core.ideas.why import INSERTED, Translated, n_pieces, per_piece, target_of
from core.reader.why import CLEAREST
from core.translation.files import KINDS, Kind
from core.translation.pieces import Language
from pages.shared.reader.session import change
from pages.shared.server import cache
from pages.shared.text import Text, plain
from pages.shared.views.folded import folded
from pages.shared.views.in_line import in_line
from pages.shared.views.why.translating import Translating


class Step(NamedTuple):
    """A translator on one of the sentences.

    Attributes:
        text: What it writes by itself.
        expected: The probability that our translation's pieces had, their geometric mean.
    """

    text: str
    expected: float


def inserted(text: Text, shown: Translating) -> None:
    """A sentence that grows, folded away: nothing is translated before it is opened."""
    block = folded(text, "why_inserted_open", unfolded=shown.choice.why_inserted_open)
    if not block.open:
        return
    with block:
        st.markdown(text("why.inserted.lead"))
        steps = {kind: steps_of(kind, shown.source) for kind in KINDS}
        for place, sentences in enumerate(INSERTED):
            ours = sentences[target_of(shown.source)]
            made: dict[Kind, Step] = {it: steps[it][place] for it in KINDS}
            _row(text, place, (sentences[shown.source], ours), made)
        ends = {
            f"{end}_{kind}": f"{own[place].expected:.0%}"
            for kind, own in steps.items()
            for end, place in (("first", 0), ("last", -1))
        }
        st.markdown(text("why.inserted.told", **ends))


def steps_of(kind: Kind, source: Language) -> list[Step]:
    """A translator on all of the sentences, from the shortest to the longest."""
    return [_step(kind, it[source], it[target_of(source)], source) for it in INSERTED]


def _step(kind: Kind, sentence: str, ours: str, source: Language) -> Step:
    own, forced = (cache.translated(kind, sentence, it, told=in_line()) for it in (None, ours))
    return Step(own.text, _expected(forced, n_pieces(ours, target_of(source))))


def _expected(forced: Translated, pieces: int) -> float:
    if forced.made is None:
        raise ValueError("our own sentences can be written")
    return per_piece(forced.made, pieces)


def _row(text: Text, place: int, pair: tuple[str, str], steps: dict[Kind, Step]) -> None:
    sentence, ours = pair
    with st.container(border=True):
        grid = st.grid(len(KINDS) + 1, min_column_width=200)
        with grid.cell():
            chosen = {"why_sentence": sentence, "why_output": "reference", "why_word": CLEAREST}
            chosen["why_begun"] = ()
            st.markdown(f"{plain(sentence)}  \n:small[:gray[{plain(ours)}]]")
            st.button(
                text("why.inserted.choose"),
                key=f"why_inserted.{place}",
                on_click=change,
                kwargs=chosen,
                type="tertiary",
                icon=":material/arrow_upward:",
            )
        for kind, step in steps.items():
            named = text(f"translator.{kind}")
            told = text("why.inserted.expected", share=f"{step.expected:.0%}")
            grid.cell().markdown(
                f":small[:gray[{named}]]  \n{plain(step.text)}  \n:small[:gray[{told}]]"
            )
