"""The next word: how likely each piece is to come, and the same after each layer."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from core.errors import InputError
from core.likeliest import MOST
from core.models.gguf import package
from pages.shared import controls
from pages.shared.figures.bars import CLICK, Bars, Scale
from pages.shared.reader.model import ModelScene
from pages.shared.reader.next_word import PLACE, NextWord, next_word, take, take_back
from pages.shared.reader.session import change, session, showing
from pages.shared.shares import rounded
from pages.shared.text import Text, plain, plain_word
from pages.shared.views.clicked import clicked
from pages.shared.views.in_line import in_line
from pages.shared.views.model.told_next import after, cannot, off
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
    why = text(
        "next.headless" if scene.causal else "next.both_ways",
        name=plain(scene.run.trace.origin.detail),
    )
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
    best = shown.likeliest
    st.markdown(after(text, shown))
    most = max(best.before.max(), best.after.max())
    scale = Scale(text("next.probability"), ".1%", (0.0, round(float(most) + 0.05, 1)))
    clicks = -1 if shown.whole_text else None
    before = best.before if shown.less else None
    bars = Bars(best.after, shown.names, scale, expected=before, chosen=clicks)
    at, ids = shown.at, best.ids  # callbacks are kept: they never hold the numbers
    more = {"on_select": lambda: _click(at, ids), "selection_mode": [CLICK]}
    st.vega_lite_chart(
        bars.table(session().clicks),
        bars.specification(),
        key=f"model_next_{clicks}",
        alt=text("alt.next", n=MOST),
        **(more if shown.whole_text else {}),
    )
    st.caption(text.joined(*_beside(text, shown)))
    _buttons(text, shown)


def _beside(text: Text, shown: NextWord) -> Iterable[str]:
    """What all others have, what is compared, and which pieces stand in no text."""
    rest = shown.likeliest.rest
    told = {"others": f"{shown.likeliest.others:,}", "rest": rounded(text, rest[1])}
    yield text("next.rest", **told)
    if shown.less:
        yield text("next.ticks")
    yield from cannot(text, shown)


def _buttons(text: Text, shown: NextWord) -> None:
    """Take the likeliest, draw one, or take the last one back."""
    if not shown.whole_text:
        st.info(text("next.cut"))
        return
    at, temperature = shown.at, shown.scene.choice.model_temperature
    with st.container(horizontal=True, gap="small"):
        st.button(
            text("next.take", piece=plain(shown.name(shown.best))),
            key="next_take",
            on_click=take,
            args=(*at, shown.best),
            icon=":material/add:",
        )
        st.button(
            text("next.draw", temperature=f"{temperature:g}"),
            key="next_draw",
            on_click=take,
            args=(*at, shown.drawn()),
            icon=":material/casino:",
            help=text("next.draw.help"),
        )
        st.button(
            text("next.back"),
            key="next_back",
            on_click=take_back,
            args=at,
            icon=":material/backspace:",
            disabled=shown.scene.run.pieces.used < 2,
        )
    if problem := session().refused.get(PLACE):
        st.warning(told(text, problem))


def _taken_away(text: Text, scene: ModelScene) -> None:
    """The pieces that nobody may look at, and the heads that are switched off in the atlas."""
    tokens = scene.run.pieces.tokens
    st.multiselect(
        text("model_blind.label"),
        range(len(tokens)),
        format_func=lambda place: plain_word(tokens, place),
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


def _click(at: tuple[str, int], ids: tuple[int, ...]) -> None:
    """Take the clicked piece."""
    place = clicked("model_next_-1", "row", click=CLICK)
    if place and 0 <= place[0] < len(ids):
        take(*at, ids[place[0]])
