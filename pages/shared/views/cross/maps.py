"""What the switch between attention and self-attention shows: diagram, shaded words, maps."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import streamlit as st

from core.arrays import Array
from core.embeddings import Standing
from core.ideas.crossing import self_gap
from core.reader.ideas import CrossChoice, Sources
from pages.shared.figures.flow import LABELS, Part, flow_specification, flow_table
from pages.shared.figures.heatmap import Frame, Heatmap, level
from pages.shared.reader.session import click, showing
from pages.shared.shares import ends
from pages.shared.text import Text, plain_word
from pages.shared.views import maps
from pages.shared.views.cross.crossing import Crossing, head_name
from pages.shared.views.highlight import CLOSE
from pages.shared.views.opened import Opened, Pointed
from pages.shared.views.word_strip import word_strip

_NOBODY = -1  # pointed at a column of this map


def diagram(text: Text, choice: CrossChoice) -> None:
    """Encoder and decoder, with the part that the switch stands for in colour."""
    working = _working(choice)
    written = choice.asks if working != "encoder" else _other(choice.asks)
    sentence = {"read": _other(written), "written": written}
    labels = {
        name: text(f"flow.{name}", name=text(f"flow.{sentence.get(name, written)}"))
        for name in LABELS
    }
    st.vega_lite_chart(
        flow_table(labels, working),
        flow_specification(),
        key="cross_flow",
        alt=text("alt.flow", working=_one_line(labels[working])),
    )


def key_points(
    text: Text,
    pointed: Pointed,
    weights: Array,
    standings: Mapping[str, Standing] = MappingProxyType({}),
) -> None:
    """The word that asks, and the words it may look at, shaded by weight.

    Args:
        text: The reader's language.
        pointed: Whose query word asks.
        weights: ``(query, key)``.
        standings: As `word_strip` marks them.
    """
    st.pills(
        text("query.label"),
        range(len(pointed.asking)),
        format_func=lambda place: plain_word(pointed.asking, place),
        key=showing(pointed.fields[0]),
        required=True,
        wrap=True,
        on_change=click,
    )
    row = weights[pointed.query]
    st.caption(text("cross.looks"))
    word_strip(text, pointed.looked_at, row, name="cross_strip", standings=standings)
    found = np.flatnonzero(row * CLOSE >= row.max())
    words = (plain_word(pointed.answering, int(key)) for key in found)
    least, share = ends(row[found]) if len(found) > 1 else 2 * (f"{row.max():.0%}",)
    several = "cross.told_several" if least == share else "cross.told_nearly"
    st.markdown(
        text(
            "cross.told" if len(found) == 1 else several,
            asks=plain_word(pointed.asking, pointed.query),
            found=text("sentence.comma").join(words),
            least=least,
            share=share,
        )
    )


def who_asks_whom(text: Text, crossing: Crossing, opened: Opened) -> None:
    """The map of the chosen switch, in one head or in all; the others beside it."""
    beside, n_words = others(crossing.choice), max(len(crossing.a), len(crossing.b))
    heads = len(opened.layer.weights)
    shown = {"cross_chosen": (crossing.choice, opened)}
    if crossing.choice.cross_several and heads > 1:
        each = {f"cross_head_{i}": (crossing.choice, replace(opened, head=i)) for i in range(heads)}
        _titled_maps(text, each, n_words)
        shown = {}
    for sources in beside:
        other = crossing.switched(sources)
        found = other.opened(other.trace())
        if other.choice.is_self:
            found = replace(found, key=_NOBODY)
        shown[f"cross_{sources}"] = other.choice, found
    _titled_maps(text, shown, n_words)


def same_or_not(text: Text, crossing: Crossing) -> None:
    """Cross-attention of a sentence with itself beside the layer that knows one sentence only."""
    if crossing.a != crossing.b:
        st.info(text("cross.not_same"))
        return
    found = self_gap(crossing.choice.source, crossing.a)
    st.success(text("cross.equal", difference=f"{found:.1g}"))


def weights_map(text: Text, choice: CrossChoice, opened: Opened) -> Heatmap:
    """The weights of the shown head."""
    may_look = opened.layer.may_look[opened.head]
    return Heatmap(
        values=opened.layer.weights[opened.head],
        rows=opened.asking,
        columns=opened.answering,
        frame=axes(text, choice),
        colours="sequential",
        domain=(0.0, 1.0),
        possible=may_look,
    )


def axes(text: Text, choice: CrossChoice) -> Frame:
    """Who asks, who is looked at, and how much."""
    return Frame(
        text(f"cross.axis_query_{choice.asks}"),
        text(f"cross.axis_key_{choice.answers}"),
        text("axis.weight"),
    )


def map_title(text: Text, choice: CrossChoice, opened: Opened) -> str:
    """Who asks whom, and in which head if there are several."""
    title = text(f"cross_sources.{choice.cross_sources}")
    if len(opened.layer.weights) == 1:
        return title
    return text("cross.map_title", title=title, head=head_name(text, choice, opened.head))


def others(choice: CrossChoice) -> tuple[Sources, ...]:
    """What stands beside the chosen switch: both kinds of self-attention, or what it is not."""
    if choice.cross_sources == "self_a":
        return "self_b", "b_asks_a"
    return ("self_a", "b_asks_a") if choice.cross_sources == "self_b" else ("self_a", "self_b")


def _titled_maps(text: Text, shown: Mapping[str, tuple[CrossChoice, Opened]], n_words: int) -> None:
    """Maps beside each other, by their names."""
    heatmaps = level([weights_map(text, *each) for each in shown.values()])
    places = maps.side_by_side(len(shown), n_words)
    for place, heatmap, (name, (choice, opened)) in zip(
        places, heatmaps, shown.items(), strict=True
    ):
        with place:
            st.markdown(f"**{map_title(text, choice, opened)}**")
            maps.draw(name, heatmap, opened, text(f"alt.cross_{choice.cross_sources}"))


def _one_line(label: str) -> str:
    """Chinese is written without spaces, so a line break becomes one in Latin letters only."""
    return label.replace("\n", " " if label.isascii() else "")


def _working(choice: CrossChoice) -> Part:
    if not choice.is_self:
        return "cross"
    return "decoder" if choice.cross_causal else "encoder"


def _other(sentence: str) -> str:
    return "b" if sentence == "a" else "a"
