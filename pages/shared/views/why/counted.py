"""What is counted: the steps that have to wait, and quality by the length of the source."""

from collections.abc import Iterable
from typing import get_args

import pandas as pd
import streamlit as st

from core.ideas.why import FEW, Measure, Quality, quality_of
from core.translation.files import KINDS
from core.translation.translator import Rounds, rounds
from pages.shared import controls, tables
from pages.shared.figures import lengths
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.why.translating import Translating


def waits(text: Text, shown: Translating) -> None:
    """How many steps wait for each other, with each translator."""
    read, written = shown.pieces
    st.markdown(text("why.waits.lead", read=read, written=written))
    counts = waiting(text, shown)
    columns = [text(f"round.{part}") for part in Rounds._fields]
    table = pd.DataFrame.from_dict(counts, orient="index", columns=columns)
    st.table(table)
    tables.download(text, "why_waits", Matrix(table.to_numpy(), [*counts], columns))
    st.markdown(text("why.waits.told"))


def waiting(text: Text, shown: Translating) -> dict[str, Rounds]:
    """The counts by the translators' names."""
    return {text(f"translator.{kind}"): rounds(kind, *shown.pieces) for kind in KINDS}


def quality(text: Text, shown: Translating) -> None:
    """Scores on the held-out pairs by length, the sentence marked among them."""
    choice = shown.choice
    found = quality_of(shown.source, choice.why_measure)
    st.markdown(text("why.quality.lead", pairs=f"{sum(found.pairs):,}"))
    controls.option(text, "why_measure", get_args(Measure), more=text("why_measure.help"))
    lines = {text(f"translator.{kind}"): scores for kind, scores in found.scores.items()}
    counted = [text("why.pairs", n=n) for n in found.pairs]
    ranges = list(zip(map(told_length, found.lengths), counted, strict=True))
    axes = lengths.Axes(
        text("why.lengths"),
        text(f"why_measure.{choice.why_measure}"),
        tuple(lines),
        text("why.yours"),
    )
    st.vega_lite_chart(
        lengths.table(ranges, lines, found.place(shown.pieces[0])),
        lengths.specification(axes),
        key="why_quality",
        alt=text("alt.why_quality"),
    )
    st.markdown(findings(text, found))


def told_length(length: str) -> str:
    """A range of lengths with a dash."""
    return length.replace("-", "–")


def findings(text: Text, found: Quality) -> str:
    """What the scores show, and no more."""
    whole = {kind: f"{score:.1f}" for kind, score in found.whole.items()}
    gaps = found.gaps("attention", "vector")
    ahead = sum(gap > 0 for gap in gaps)
    listed = text("sentence.comma").join(f"{gap:.1f}" for gap in gaps)
    behind = _named(text, found, found.gaps("transformer", "attention"))
    few = _named(text, found, [pairs - FEW for pairs in found.pairs])
    lines = [
        text("why.found.whole", **whole),
        text("why.found.ahead", ahead=ahead, of=len(gaps), gaps=listed),
        text("why.found.grows" if found.grows else "why.found.uneven"),
        text("why.found.behind", lengths=behind) if behind else text("why.found.level"),
        text("why.found.few", lengths=few, few=FEW) if few else text("why.found.once"),
    ]
    return text.joined(*lines)


def _named(text: Text, found: Quality, numbers: Iterable[float]) -> str:
    """The lengths whose number is below 0."""
    below = (it for it, number in zip(found.lengths, numbers, strict=True) if number < 0)
    return text("sentence.comma").join(map(told_length, below))
