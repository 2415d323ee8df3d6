"""What a word of a translation rests on: weights of attention, and influence on one scale."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from core.arrays import Array
from core.translation.files import Kind
from pages.shared import controls
from pages.shared.figures.heatmap import CLICK, Frame, Heatmap, Marks, level
from pages.shared.reader.session import change, click, session, showing
from pages.shared.text import Text, numbered, plain_word
from pages.shared.views import maps
from pages.shared.views.clicked import clicked
from pages.shared.views.guess_bars import guess_bars
from pages.shared.views.why.translating import Translating

ATTENTIVE: tuple[Kind, ...] = ("attention", "transformer")
"""The translators that have weights."""


def output(text: Text, shown: Translating) -> None:
    """Whose translation all write, and the word of it that is looked at."""
    controls.option(text, "why_output", shown.outputs, value=shown.output)
    st.pills(
        text("why_word.label"),
        range(len(shown.written)),
        format_func=lambda place: plain_word(shown.written, place),
        key=showing("why_word"),
        required=True,
        wrap=True,
        on_change=click,
    )


def predict_by_drawing(text: Text, shown: Translating) -> None:
    """Whoever wants draws attention's weights for the chosen word before seeing them."""
    title = text("why.weight_of", translator=text("translator.attention"))
    word = shown.choice.why_word
    weights = _weights(shown, "attention")[word]
    guess_bars(text, shown.read, weights, numbered(shown.written, word), title)


def one_word(text: Text, shown: Translating) -> None:
    """Weights and influence of every source word on the chosen word, and the same in words."""
    word = shown.choice.why_word
    for name, heatmap in word_maps(text, shown).items():
        st.markdown(text(f"why.{name}", word=plain_word(shown.written, word)))
        _rows(text, shown, f"why_{name}", heatmap)
    st.markdown(in_words(text, shown))


def every_word(text: Text, shown: Translating) -> None:
    """The same of all words: a row for each word that is written."""
    st.markdown(text("why.every"))
    weights, influence = all_maps(text, shown)
    for name, found in (("weight", weights), ("influence", influence)):
        places = maps.side_by_side(len(found), len(shown.read))
        heatmaps = level(list(found.values()))
        for place, kind, heatmap in zip(places, found, heatmaps, strict=True):
            title = text(f"why.{name}_of", translator=text(f"translator.{kind}"))
            with place:
                st.markdown(f"**{title}**")
                maps.draw(f"why_{name}_{kind}", heatmap, shown.pointed, title)
    st.caption(text("why.scale", most=f"{strongest(shown):g}"))


def word_maps(text: Text, shown: Translating) -> Mapping[str, Heatmap]:
    """Weights and influences on the chosen word: a row for each translator."""
    weights, influence = all_maps(text, shown)
    return {
        name: _word_map(text, found, shown.choice.why_word)
        for name, found in (("weight", weights), ("influence", influence))
    }


def all_maps(text: Text, shown: Translating) -> tuple[dict[str, Heatmap], dict[str, Heatmap]]:
    """Weights and influences on all words, by their translators; influences on one scale."""
    frame = Frame(text("axis.written"), text("axis.read"), text("axis.weight"))
    strengths = replace(frame, value=text("axis.influence"))
    top, made = strongest(shown), shown.made
    return (
        {kind: _map(shown, _weights(shown, kind), frame, 1.0) for kind in ATTENTIVE},
        {kind: _map(shown, it.influence.strength, strengths, top) for kind, it in made.items()},
    )


def strongest(shown: Translating) -> float:
    """What the strongest colour of the influences stands for."""
    found = [it.influence.strength[:-1] for it in shown.made.values()]
    return float(np.ceil(np.max(found)))


def in_words(text: Text, shown: Translating) -> str:
    """How probable the word was, and how much of it rests on the chosen source word."""
    choice, made = shown.choice, shown.made
    at = choice.why_word, choice.why_key
    word, key = plain_word(shown.written, at[0]), plain_word(shown.read, at[1])
    probable = {kind: f"{it.probability[at[0]]:.0%}" for kind, it in made.items()}
    felt = {kind: f"{it.influence.strength[at]:.2f}" for kind, it in made.items()}
    weights = {kind: _weights(shown, kind) for kind in ATTENTIVE}
    given = {f"given_{kind}": f"{it[at]:.0%}" for kind, it in weights.items()}
    return "\n\n".join(
        [
            text("why.probable", word=word, **probable),
            text("why.pair", word=word, key=key, **given, **felt),
            _apart(text, shown, weights["attention"][at[0]]),
        ]
    )


def _weights(shown: Translating, kind: Kind) -> Array:
    weights = shown.made[kind].mean_weights
    if weights is None:
        raise ValueError(f"{kind} has no weights")
    return weights


def _apart(text: Text, shown: Translating, weights: Array) -> str:
    """Whether attention's largest weight is also what moves the word most."""
    strength = shown.made["attention"].influence.strength[shown.choice.why_word]
    heaviest, moving = int(weights.argmax()), int(strength.argmax())
    return text(
        "why.together" if heaviest == moving else "why.apart",
        word=plain_word(shown.written, shown.choice.why_word),
        heaviest=plain_word(shown.read, heaviest),
        share=f"{weights[heaviest]:.0%}",
        strongest=plain_word(shown.read, moving),
        most=f"{strength[moving]:.2f}",
        own=f"{strength[heaviest]:.2f}",
    )


def _map(shown: Translating, values: Array, frame: Frame, most: float) -> Heatmap:
    return Heatmap(values[:-1], shown.written, shown.read, frame, "sequential", (0.0, most))


def _word_map(text: Text, found: Mapping[str, Heatmap], word: int) -> Heatmap:
    some = next(iter(found.values()))
    return replace(
        some,
        values=np.stack([it.values[word] for it in found.values()]),
        rows=[text(f"translator.{kind}.short") for kind in found],
        frame=replace(some.frame, rows=text("axis.translator")),
    )


def _rows(text: Text, shown: Translating, name: str, heatmap: Heatmap) -> None:
    """A row for each translator; a click chooses the source word."""

    def choose() -> None:
        place = clicked(name, "column", click=CLICK)
        if place and 0 <= place[0] < len(shown.read):
            change(why_key=place[0])

    st.vega_lite_chart(
        heatmap.table(Marks(-1, None, session().clicks)),
        heatmap.specification(),
        key=name,
        on_select=choose,
        selection_mode=[CLICK],
        alt=text(f"alt.{name}", word=shown.written[shown.choice.why_word]),
    )
