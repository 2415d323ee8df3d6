"""A beside B: the chosen head on two sentences, and what changed."""

import numpy as np
import pandas as pd
import streamlit as st

from core.choices.model import LONGEST_TEXT
from core.errors import InputError
from core.models.compare import Comparison, compare
from pages.shared import cache
from pages.shared.figures.heatmap import Frame, Heatmap, balanced
from pages.shared.model_state import ModelScene
from pages.shared.text import Text, plain_word
from pages.shared.views import maps
from pages.shared.views.model.head import FIELDS
from pages.shared.views.opened import Pointed
from pages.shared.views.refused import refused
from pages.shared.views.told import told

_LISTED = 12  # heads in the table


def beside(text: Text, scene: ModelScene) -> None:
    """The second sentence, both maps and their difference, and the heads that changed most."""
    st.text_input(text("model_other.label"), key="model_other", max_chars=LONGEST_TEXT)
    try:
        other = cache.model(scene.choice.model_other, scene.choice.model_part, scene.shown)
    except InputError as problem:
        refused(text, problem, "beside")
        return
    both = compare(scene.run.trace, other.trace)
    places = both.alignment.first
    if not places:
        st.info(text("beside.nothing"))
        return
    _maps(text, scene, both)
    _changes(text, scene, both)


def _maps(text: Text, scene: ModelScene, both: Comparison) -> None:
    choice = scene.choice
    first, second = np.array(both.alignment.first), np.array(both.alignment.second)
    tokens = scene.run.trace.query_tokens
    names = tuple(tokens[place] for place in first)
    it = Pointed(
        asking=names,
        answering=names,
        query=int(np.abs(first - choice.model_query).argmin()),
        key=int(np.abs(first - choice.model_key).argmin()),
        fields=FIELDS,
        places=both.alignment.first,
    )
    a = both.first.layers[choice.model_layer].weights[choice.model_head]
    b = both.second.layers[choice.model_layer].weights[choice.model_head]
    difference = both.difference(choice.model_layer, choice.model_head)
    heatmaps = {
        "beside_a": (a[np.ix_(first, first)], "sequential", (0.0, 1.0)),
        "beside_b": (b[np.ix_(second, second)], "sequential", (0.0, 1.0)),
        "beside_difference": (difference, "diverging", balanced(difference)),
    }
    frame = Frame(text("axis.query"), text("axis.key"), text("axis.weight"))
    for place, (name, (values, colours, domain)) in zip(
        maps.side_by_side(3, len(names)), heatmaps.items(), strict=True
    ):
        with place:
            st.markdown(text(f"beside.{name}"))
            heatmap = Heatmap(values, names, names, frame, colours, domain)
            maps.draw(name, heatmap, it, text(f"alt.{name}"))
    st.markdown(text("beside.largest", change=f"{np.abs(difference).max():.3f}"))


def _changes(text: Text, scene: ModelScene, both: Comparison) -> None:
    choice, tokens = scene.choice, scene.run.pieces.tokens
    asks = plain_word(tokens, choice.model_query)
    answers = plain_word(tokens, choice.model_key)
    try:
        changes = both.by_change(choice.model_query, choice.model_key)
    except InputError as problem:
        st.info(told(text, problem))
        return
    here = next(c for c in changes if (c.layer, c.head) == (choice.model_layer, choice.model_head))
    story = {"layer": here.layer, "head": here.head, "asks": asks, "answers": answers}
    numbers = {"first": f"{here.first:.3f}", "second": f"{here.second:.3f}"}
    winner = both.second.layers[here.layer].weights[here.head]
    there = dict(zip(both.alignment.first, both.alignment.second, strict=True))
    top = int(winner[there[choice.model_query]].argmax())
    st.markdown(
        text("beside.story", winner=plain_word(both.second.key_tokens, top), **story, **numbers)
    )
    st.markdown(text("beside.table", asks=asks, answers=answers))
    listed = [(c.layer, c.head, c.first, c.second, c.change) for c in changes[:_LISTED]]
    columns = ("layer", "head", "a", "b", "change")
    headers = {name: text(f"beside.column.{name}") for name in columns}
    st.dataframe(
        pd.DataFrame(listed, columns=pd.Index(columns)).round(3),
        hide_index=True,
        column_config=headers,
    )
