"""A model that writes: what its cache saves in each step, and what a window forgets."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from core.arrays import BoolArray
from core.ideas.generating import (
    cache_bytes,
    compared,
    in_cache,
    layers_until_felt,
    numbers,
)
from core.reader.generating import WORDS, CacheChoice
from core.reader.scene import Scene
from pages.shared import controls
from pages.shared.figures.growing import COMPUTED, FORGOTTEN, NOTHING, READ, Frame, Growing
from pages.shared.reader.session import change, settle
from pages.shared.text import Text, plain, plain_word
from pages.shared.views import maps
from pages.shared.views.cost.layers import multiple, readable

_WIDE = 680  # pixels of a picture that stands alone


class Writing(NamedTuple):
    """A sentence that is written word by word.

    Attributes:
        words: All of them.
        choice: The reader's, at a step that exists.
        cache: ``(step, token)``, what a window with the first words keeps.
    """

    words: tuple[str, ...]
    choice: CacheChoice
    cache: BoolArray

    @property
    def place(self) -> int:
        """The new word's, from 0."""
        return self.choice.cache_step - 1


def writing(scene: Scene, choice: CacheChoice) -> Writing:
    """The reader's sentence, as far as it is shown; widgets show a step that exists."""
    words = scene.tokens.kept[:WORDS]
    choice = choice.within(len(words))
    settle(cache_step=choice.cache_step)
    return Writing(words, choice, in_cache(len(words), choice.cache_sinks, choice.cache_window))


def growing(text: Text, scene: Scene, shown: Writing) -> None:
    """The sentence, the step, the cache after it, and all that was computed up to there."""
    controls.sentence(text, scene, featured=False)
    if scene.tokens.total > len(shown.words):
        st.warning(text("cache.too_many_words", count=scene.tokens.total, limit=WORDS))
    n, step = len(shown.words), shown.choice.cache_step
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _buttons(text, shown, "all")
        with st.container(width=360):
            controls.slider(text, "cache_step", most=n)
    word = plain_word(shown.words, shown.place)
    st.markdown(text("cache.first" if step == 1 else "cache.step", step=step, word=word))
    with st.container(width=_WIDE):
        rows = text("cache.keys"), text("cache.values")
        _map(text, "cache_now", _now(shown), shown, rows)
    st.markdown(text("cache.column", **_column(shown.choice)))
    run = compared(n)
    places = maps.side_by_side(2, n)
    for place, name, computed in zip(places, ("cached", "anew"), run.computed, strict=True):
        with place:
            so_far, whole = sum(computed[:step]), sum(computed)
            st.markdown(text(f"cache.{name}", so_far=so_far, whole=whole))
            _map(text, f"cache_{name}", _steps(shown, cached=name == "cached"), shown)
    st.caption(text("cache.colours"))
    kept, anew = run.operations
    counts = {"kept": f"{kept:,}", "anew": f"{anew:,}", "times": multiple(anew / kept)}
    st.markdown(text("cache.counted", n=n, apart=f"{run.apart:.1g}", **counts))


def forgetting(text: Text, shown: Writing) -> None:
    """What a window with the first words keeps in each step, and what it forgets."""
    with st.grid(2, min_column_width=260):
        for name in ("cache_sinks", "cache_window"):
            controls.slider(text, name)
    with st.container(horizontal=True):
        _buttons(text, shown, "window")
    st.markdown(_struck(shown))
    st.markdown(forgotten_in_words(text, shown))
    with st.container(width=_WIDE):
        _map(text, "cache_window_map", _windowed(shown), shown)
    st.caption(text("cache.colours_window"))
    choice, most = shown.choice, shown.choice.cache_sinks + shown.choice.cache_window
    model, each = choice.model, choice.cache_each
    bounded = {
        "most": most,
        "size": readable(cache_bytes("grouped", model, most, each)),
        "tokens": f"{choice.cache_tokens:,}",
        "whole": readable(cache_bytes("grouped", model, choice.cache_tokens, each)),
    }
    st.markdown(text("cache.bounded", **bounded))
    st.caption(text("cache.window_how"))


def forgotten_in_words(text: Text, shown: Writing) -> str:
    """What this step forgets, and whether it can still be felt."""
    step, place = shown.choice.cache_step, shown.place
    gone = np.flatnonzero(~shown.cache[place, :step])
    if not len(gone):
        return text("cache.nothing_gone", step=step)
    last = int(gone[-1])
    said = [text("cache.gone", step=step, word=plain_word(shown.words, last))]
    n_layers = shown.choice.model.n_layers
    path = int(layers_until_felt(shown.cache, n_layers)[place, last])
    said.append(text("cache.through" if path else "cache.lost", layers=path or n_layers))
    return text.joined(*said)


def _buttons(text: Text, shown: Writing, where: str) -> None:
    """One step back or forward."""
    n, step = len(shown.words), shown.choice.cache_step
    for name, to in (("back", step - 1), ("forward", step + 1)):
        st.button(
            text(f"cache.{name}"),
            key=f"cache.{name}.{where}",
            icon=f":material/arrow_{name}:",
            on_click=change,
            kwargs={"cache_step": to},
            disabled=not 1 <= to <= n,
        )


def _column(choice: CacheChoice) -> dict[str, object]:
    model = choice.model
    count = numbers("grouped", model) * model.n_layers
    return {
        "layers": model.n_layers,
        "key_heads": model.n_key_heads,
        "d_head": model.d_head,
        "numbers": f"{count:,}",
        "size": readable(count * choice.cache_each),
    }


def _now(shown: Writing) -> np.ndarray:
    """``(key and value, token)``, states of the cache after the step."""
    place = np.arange(len(shown.words))
    states = np.where(place < shown.place, READ, np.where(place == shown.place, COMPUTED, NOTHING))
    return np.stack([states, states])


def _steps(shown: Writing, *, cached: bool) -> np.ndarray:
    """``(step, token)``, up to the step that is shown."""
    n, step = len(shown.words), shown.choice.cache_step
    past = np.tri(n, k=-1, dtype=bool)
    states = np.where(past, READ if cached else COMPUTED, NOTHING) + COMPUTED * np.eye(n, dtype=int)
    states[step:] = NOTHING
    return states


def _windowed(shown: Writing) -> np.ndarray:
    """``(step, token)``, up to the step that is shown, with what a window forgets."""
    states = _steps(shown, cached=True)
    return np.where((states == READ) & ~shown.cache, FORGOTTEN, states)


def _map(
    text: Text,
    name: str,
    states: np.ndarray,
    shown: Writing,
    rows: tuple[str, ...] = (),
) -> None:
    labels = ("nothing", "computed", "read", "forgotten")
    called = tuple(text(f"cache.state.{it}") for it in labels)
    frame = Frame("" if rows else text("cache.steps"), text("cache.tokens"), called)
    marked = None if rows else shown.place
    picture = Growing(states, rows or shown.words, shown.words, frame, marked)
    st.vega_lite_chart(picture.table(), picture.specification(), key=name, alt=text(f"alt.{name}"))


def _struck(shown: Writing) -> str:
    """The sentence up to the step: what is forgotten is crossed out, the new word is bold."""
    step, place = shown.choice.cache_step, shown.place
    written = []
    for at in range(step):
        mark = "**" if at == place else "" if shown.cache[place, at] else "~~"
        written.append(f"{mark}{plain(shown.words[at])}{mark}")
    return " ".join(written)
