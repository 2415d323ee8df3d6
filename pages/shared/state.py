"""The reader's choice: from widgets, or as it was before the page was left.

Widgets are keyed by the names of `Choice`'s fields. Streamlit forgets a widget that was not drawn,
so the last choice is remembered besides, as plain values.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple

import streamlit as st

from core import choice as choices
from core.choice import Choice
from core.errors import InputError
from core.tokens import Tokens, follow, tokenize
from pages.shared import edits
from pages.shared.text import LANGUAGES, Text

EXAMPLES: Mapping[str, tuple[str, int, int]] = {
    "eat": ("我爱吃炸鸡", 2, 3),
    "beijing": ("我爱北京天安门", 2, 3),
    "cat": ("猫抓老鼠，天空很蓝", 0, 2),
    "tired": ("The animal didn't cross the street because it was too tired.", 7, 1),
    "wide": ("The animal didn't cross the street because it was too wide.", 7, 1),
}
"""Sentences to begin with, each with the word that asks and the word it is asked about."""

_FIRST = {"en": "tired", "zh": "eat"}  # a first sentence that the reader can read
_REMEMBERED = "remembered"
_TOKENS = "tokens"


class Scene(NamedTuple):
    """What a page is about.

    Attributes:
        choice: Usable, and pointing at tokens that exist.
        tokens: Of the choice's sentence.
        problem: Why the sentence as typed is not the choice's, if so.
        unusable: Fields whose values were replaced by the last usable ones.
    """

    choice: Choice
    tokens: Tokens
    problem: InputError | None
    unusable: tuple[str, ...]


def text() -> Text:
    """The texts in the reader's language; at first the browser's."""
    if st.session_state.get("language") not in LANGUAGES:
        chinese = (st.context.locale or "").lower().startswith("zh")
        st.session_state["language"] = "zh" if chinese else "en"
    return Text(st.session_state["language"])


def scene() -> Scene:
    """What the reader has chosen, made usable; to be called once a run, before any widget."""
    if _REMEMBERED not in st.session_state:
        _remember(Choice())
        show_example(_FIRST[text().language])
    typed, unusable = _typed()
    typed, tokens, problem = _readable(typed)
    choice = _following_words(typed, tokens).within(len(tokens.kept))
    choice = edits.collect(choice, tokens.kept)
    _remember(choice)
    _seed_widgets(choice, keep_typed=problem is not None)
    return Scene(choice, tokens, problem, unusable)


def change(**values: object) -> None:
    """Choose something that has no widget of its own, or that a widget shall show from now on."""
    for name, value in values.items():
        st.session_state[name] = value
    count_turn()


def count_turn() -> None:
    """Note that something was chosen by pointing."""
    st.session_state["turn"] = turn() + 1


def turn() -> int:
    """How often something was chosen by pointing: tells two equal clicks apart."""
    return st.session_state.get("turn", 0)


def show_example(name: str) -> None:
    """Take one of the ``EXAMPLES``, with the words it points at."""
    sentence, query, key = EXAMPLES[name]
    st.session_state[_TOKENS] = tokenize(sentence).kept
    change(sentence=sentence, unit="words", query=query, key=key, padded=[], blocked=())


def another_seed() -> None:
    """The next seed, so that it can be found again."""
    last = choices.LIMITS["seed"][1]
    change(seed=0 if st.session_state["seed"] >= last else st.session_state["seed"] + 1)


def _typed() -> tuple[Choice, tuple[str, ...]]:
    remembered: dict[str, Any] = st.session_state[_REMEMBERED]
    now = {name: st.session_state[name] for name in remembered if name in st.session_state}
    _, unusable = choices.read(now)
    usable = {name: value for name, value in now.items() if name not in unusable}
    choice, _ = choices.read(remembered | usable)
    return choice, unusable


def _readable(choice: Choice) -> tuple[Choice, Tokens, InputError | None]:
    """The choice with a sentence that has tokens: the last one, if need be."""
    try:
        return choice, tokenize(choice.sentence, choice.unit), None
    except InputError as problem:
        choice = replace(choice, sentence=st.session_state[_REMEMBERED]["sentence"])
        return choice, tokenize(choice.sentence, choice.unit), problem


def _following_words(choice: Choice, tokens: Tokens) -> Choice:
    """What is tied to a word stays with it when the sentence is edited around it."""
    before = st.session_state.get(_TOKENS, tokens.kept)
    st.session_state[_TOKENS] = tokens.kept
    if before == tokens.kept:
        return choice
    place = follow(before, tokens.kept)
    return replace(
        choice,
        query=place.get(choice.query, choice.query),
        key=place.get(choice.key, choice.key),
        padded=tuple(place[p] for p in choice.padded if p in place),
        blocked=tuple((place[q], place[k]) for q, k in choice.blocked if {q, k} <= place.keys()),
        edits=edits.following_words(choice.edits, place),
    )


def _remember(choice: Choice) -> None:
    st.session_state[_REMEMBERED] = {f.name: getattr(choice, f.name) for f in fields(choice)}


def _seed_widgets(choice: Choice, *, keep_typed: bool) -> None:
    """Let widgets show the choice; what was typed and is unusable stays to be mended."""
    for name, value in st.session_state[_REMEMBERED].items():
        if name == "sentence" and keep_typed:
            continue
        shown = list(value) if name == "padded" else value
        if st.session_state.get(name) != shown:
            st.session_state[name] = shown
