"""The next word: how likely each piece is to come, and the same after each layer."""

from functools import partial

import pandas as pd
import streamlit as st

from core.errors import InputError
from core.models.gguf import package
from pages.shared import controls
from pages.shared.reader.model import ModelScene
from pages.shared.reader.next_word import PLACE, NextWord, next_word, take, take_back
from pages.shared.reader.session import change, session, showing
from pages.shared.text import Text, numbered, plain
from pages.shared.views.in_line import in_line
from pages.shared.views.model.told_next import after, cannot, off
from pages.shared.views.next_pieces import bars, buttons, rest
from pages.shared.views.refused import refused
from pages.shared.views.told import told

_HIGH = 390  # pixels of the table, as high as the bars


def next_piece(text: Text, scene: ModelScene) -> None:
    """The section; of a model that has no next word, why, and how to get one that has."""
    st.subheader(text("next.title"), anchor=False)
    if scene.speaker is None:
        _none(text, scene)
        return
    try:
        shown = next_word(scene, in_line())
    except InputError as problem:
        _taken_away(text, scene)
        refused(text, problem, "next")
        return
    st.markdown(text("next.lead", n=f"{len(shown.whole.scores):,}"))
    with st.grid(2, min_column_width=330, gap="medium"):
        with st.container():
            controls.slider(text, "model_temperature", step=0.1)
        with st.container():
            _taken_away(text, scene)
    with st.grid(2, min_column_width=330, gap="medium"):
        with st.container():
            _coming(text, shown)
        with st.container():
            _layers(text, shown)


def _none(text: Text, scene: ModelScene) -> None:
    """Why this model has no next word, and how to get one that has."""
    kind = "writer" if scene.crosses else "headless" if scene.causal else "both_ways"
    why = text(f"next.{kind}", name=plain(scene.run.trace.origin.detail))
    if not package.installed():
        st.markdown(text.joined(why, text("next.get", command=package.COMMAND)))
        return
    st.markdown(why)
    st.button(
        text("next.open", name=package.NAME),
        key="next_open",
        on_click=change,
        kwargs={"model_name": package.NAME},
        icon=":material/deployed_code:",
    )


def _coming(text: Text, shown: NextWord) -> None:
    """The likeliest pieces, and what the reader can do with them."""
    st.markdown(after(text, shown))
    best, at = shown.likeliest, shown.at  # callbacks are kept: they never hold the numbers
    joins = partial(take, *at) if shown.whole_text else None
    key = "model_next" if joins else "model_next_shown"
    bars(text, key, shown.names, best, joins)
    ticks = (text("next.ticks"),) if shown.less else ()
    cannot_join = cannot(text, shown) if joins else ()
    st.caption(text.joined(rest(text, best), *ticks, *cannot_join))
    if joins is None:
        st.info(text("next.cut"))
        return
    back = partial(take_back, *at) if shown.scene.run.pieces.used > 1 else None
    first = shown.best if shown.joining is None else shown.joining
    takes = (partial(joins, first), partial(joins, shown.drawn()), back)
    with st.container(horizontal=True, gap="small"):
        name, temperature = shown.name(first), shown.scene.choice.model_temperature
        buttons(text, "next", name, temperature, takes)
    if problem := session().refused.get(PLACE):
        st.warning(told(text, problem))


def _taken_away(text: Text, scene: ModelScene) -> None:
    """The pieces that nobody may look at, and the heads that are switched off in the atlas."""
    tokens = scene.run.pieces.tokens
    st.multiselect(
        text("model_blind.label"),
        range(len(tokens)),
        format_func=lambda place: numbered(tokens, place),
        key=showing("model_blind"),
        placeholder=text("next.nobody"),
        help=text("model_blind.help"),
    )
    if scene.choice.model_off:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(text("next.off", off=off(text, scene)), width="stretch")
            st.button(
                text("off.none"),
                key="next_all_on",
                on_click=change,
                kwargs={"model_off": ()},
                icon=":material/undo:",
                type="tertiary",
            )
    elif scene.switches:
        st.caption(text("next.heads"))


def _layers(text: Text, shown: NextWord) -> None:
    """What would come if the model ended after each layer."""
    st.markdown(text("next.layers"))
    if shown.read_off is None:
        st.caption(text("next.layers.cannot"))
        return
    found = shown.read_off
    table = {
        "layer": [text("next.start"), *map(str, range(len(found.first) - 1))],
        "first": [shown.name(int(piece)) for piece in found.first],
        "top": found.top,
        "best": found.best,
        "place": found.place,
    }
    progress = {"format": "percent", "min_value": 0.0, "max_value": 1.0}
    name = shown.name(shown.best)
    st.dataframe(
        pd.DataFrame(table)[::-1],
        hide_index=True,
        height=_HIGH,
        column_config={
            "layer": st.column_config.TextColumn(text("next.layer"), width="small"),
            "first": text("next.first"),
            "top": st.column_config.ProgressColumn(text("next.probability"), **progress),
            "best": st.column_config.ProgressColumn(f"“{name}”", **progress),
            "place": st.column_config.NumberColumn(
                text("next.place", piece=name), format="localized", help=text("next.place.help")
            ),
        },
        key="next_layers",
    )
    st.caption(text("next.layers.help"))
