"""A beside B: the opened head on two sentences, and what changed."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from core.arrays import Array
from core.errors import InputError
from core.models.compare import Comparison
from pages.shared import tables
from pages.shared.figures.heatmap import Colours, Frame, Heatmap, balanced, level
from pages.shared.figures.heatmap_axes import faded
from pages.shared.text import Text, plain_word
from pages.shared.views import maps
from pages.shared.views.opened import Pointed
from pages.shared.views.told import told

_LISTED = 12  # heads in the table


def beside(text: Text, both: Comparison, at: tuple[int, int], pair: Pointed) -> None:
    """Both maps and their difference, and the heads that changed most.

    Args:
        text: The reader's language.
        both: A and B.
        at: The opened (layer, head).
        pair: The tokens of A, and which two of them are pointed at.
    """
    if not both.alignment.first:
        st.info(text("beside.nothing"))
        return
    _maps(text, both, at, pair)
    _changes(text, both, at, pair)


def _maps(text: Text, both: Comparison, at: tuple[int, int], pair: Pointed) -> None:
    slots = both.slots
    left_out = len(slots) > maps.LARGE and any(None in slot for slot in slots)
    if left_out:  # most of such a map would be crosses
        slots = tuple(slot for slot in slots if None not in slot)
    names = _Names(*zip(*(_names(both, *slot) for slot in slots), strict=True))
    a, b = both.spread(*at, slots)
    difference, places = b - a, tuple(-1 if first is None else first for first, _ in slots)
    frame = Frame(text("axis.query"), text("axis.key"), text("axis.weight"))
    change = balanced(np.nan_to_num(difference))
    drawn = level(
        [
            _heatmap(a, names.a, frame, "sequential", (0.0, 1.0)),
            _heatmap(b, names.b, frame, "sequential", (0.0, 1.0)),
            _heatmap(difference, names.both, frame, "diverging", change),
        ]
    )
    heatmaps = dict(zip(("beside_a", "beside_b", "beside_difference"), drawn, strict=True))
    for place, (name, heatmap) in zip(
        maps.side_by_side(3, len(slots)), heatmaps.items(), strict=True
    ):
        with place:
            st.markdown(text(f"beside.{name}"))
            pointed = Pointed(
                asking=names.both,
                answering=names.both,
                query=_slot(places, pair.query),
                key=_slot(places, pair.key),
                fields=pair.fields,
                places=places,
            )
            maps.draw(name, heatmap, pointed, text(f"alt.{name}"))
    if left_out:
        st.caption(text("beside.left_out", limit=maps.LARGE))
    elif any(None in slot for slot in slots):
        st.caption(text("beside.alone"))
    _largest(text, names.both, difference)


def _slot(places: tuple[int, ...], place: int) -> int:
    """Where a piece of sentence A is drawn, -1 if it is left out: then nothing is framed."""
    return places.index(place) if place in places else -1


class _Names(NamedTuple):
    """What the slots are called on each map."""

    a: tuple[str, ...]
    b: tuple[str, ...]
    both: tuple[str, ...]


def _names(both: Comparison, first: int | None, second: int | None) -> tuple[str, str, str]:
    """A slot's names: grey where one of the sentences has no such piece."""
    if first is None or second is None:
        trace, place = (both.second, second) if first is None else (both.first, first)
        name = faded(trace.query_tokens[place or 0])
        return name, name, name
    one, other = both.first.query_tokens[first], both.second.query_tokens[second]
    return one, other, one if one == other else f"{one} / {other}"


def _heatmap(
    values: Array,
    words: tuple[str, ...],
    frame: Frame,
    colours: Colours,
    domain: tuple[float, float],
) -> Heatmap:
    """A map of all slots, with crosses where a sentence has no such piece."""
    there = ~np.isnan(values)
    return Heatmap(np.where(there, values, 0), words, words, frame, colours, domain, there)


def _largest(text: Text, names: tuple[str, ...], difference: Array) -> None:
    """The pair whose weight changed most in this head."""
    asks, answers = np.unravel_index(int(np.nanargmax(np.abs(difference))), difference.shape)
    st.markdown(
        text(
            "beside.largest",
            asks=plain_word(names, int(asks)),
            answers=plain_word(names, int(answers)),
            change=f"{difference[asks, answers]:+.3f}".replace("-", "−"),
        )
    )


def _changes(text: Text, both: Comparison, at: tuple[int, int], pair: Pointed) -> None:
    asks, answers = plain_word(pair.asking, pair.query), plain_word(pair.answering, pair.key)
    try:
        changes = both.by_change(pair.query, pair.key)
    except InputError as problem:
        st.info(told(text, problem))
        return
    here = next(c for c in changes if (c.layer, c.head) == at)
    story = {"layer": here.layer, "head": here.head, "asks": asks, "answers": answers}
    numbers = {"first": f"{here.first:.3f}", "second": f"{here.second:.3f}"}
    winner = both.second.layers[here.layer].weights[here.head]
    there = dict(zip(both.alignment.first, both.alignment.second, strict=True))
    top = int(winner[there[pair.query]].argmax())
    st.markdown(
        text("beside.story", winner=plain_word(both.second.query_tokens, top), **story, **numbers)
    )
    means = [
        maps_of.layers[here.layer].weights[here.head][:, key].mean()
        for maps_of, key in ((both.first, pair.key), (both.second, there[pair.key]))
    ]
    st.markdown(
        text("beside.control", answers=answers, first=f"{means[0]:.3f}", second=f"{means[1]:.3f}")
    )
    st.markdown(text("beside.table", asks=asks, answers=answers))
    listed = [(c.layer, c.head, c.first, c.second, c.change) for c in changes[:_LISTED]]
    columns = ("layer", "head", "a", "b", "change")
    names = [text(f"beside.column.{name}") for name in columns]
    headers: dict[str, Any] = dict(zip(columns, names, strict=True))
    for name in columns[2:]:
        headers[name] = st.column_config.NumberColumn(headers[name], format="%.3f")
    tables.room_above()
    st.dataframe(
        pd.DataFrame(listed, columns=pd.Index(columns)),
        hide_index=True,
        column_config=headers,
    )
    by_name = dict(zip(names, zip(*listed, strict=True), strict=True))
    tables.download(text, "beside", tables.listed(by_name))
