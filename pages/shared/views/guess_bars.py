"""Predict by drawing: a reader draws the weights of one word before the true ones appear."""

from functools import cache

from streamlit.components.v2.types import ComponentRenderer

from core.arrays import Array
from pages.shared.text import Text, numbered
from pages.shared.views.scripted import scripted

GUESSED = "guessed"
"""The key of a container that is out of sight while the reader draws: see ``frame.css``."""


def guess_bars(text: Text, words: tuple[str, ...], weights: Array, asks: str, title: str) -> None:
    """Draw the button and, once it is pressed, a bar for each word; all of it in the browser.

    Args:
        text: The reader's language.
        words: That are given something.
        weights: ``(word,)``, the true ones, shares of one whole.
        asks: The word that gives.
        title: Whose weights they are.
    """
    blanks = {name: f"{{{name}}}" for name in ("overlap", "word", "drawn", "weight")}
    labels = {
        "start": text("guess.start"),
        "show": text("stage.predict.show"),
        "how": text("stage.predict.how", asks=f"\u2068{asks}\u2069"),
        "told": text("stage.predict.told", **blanks),
        "title": title,
    }
    named = [numbered(words, place) for place in range(len(words))]
    data = {"asks": asks, "words": named, "weights": weights.tolist(), "labels": labels}
    _component()(key="guess_bars", data=data)


_SHARED = ("colours.js", "../stage/marks.js", "taking/buttons.css")


@cache
def _component() -> ComponentRenderer:
    parts = '<button></button><p role="status"></p><b></b><div role="group"></div>'
    return scripted(__file__, f'<div class="guess">{parts}</div>', shared=_SHARED)
