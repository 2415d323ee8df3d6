"""Who remembers which word: the sentence as each network recalls it, row by row."""

from collections.abc import Collection, Sequence
from functools import cache

from streamlit.components.v2.types import ComponentRenderer

from core.recall.readers import READERS
from core.recall.recalling import Recall
from pages.shared import theme
from pages.shared.figures.learning import Line
from pages.shared.text import Text
from pages.shared.views.scripted import scripted

_FAMILIES = (("attention",), ("rnn", "lstm", "gru", "linear"), ("cnn",))


def reader_name(text: Text, name: str) -> str:
    """What one of ``READERS`` is called, with the size of what it keeps."""
    return text(f"recall.reader.{READERS[name].kind}", size=READERS[name].size)


def looks(text: Text, readers: Sequence[str]) -> tuple[Line, ...]:
    """How readers are drawn: a colour for each family; the accent is the sentence's own."""
    colours = theme.categorical()[1:]
    return tuple(
        Line(reader_name(text, name), colours[family], members.index(READERS[name].kind))
        for name in readers
        for family, members in enumerate(_FAMILIES)
        if READERS[name].kind in members
    )


def recalled_words(
    text: Text, recalls: Sequence[Recall], inserted: Collection[int] = (), name: str = "recall"
) -> None:
    """Draw the words that were read, and below them what each network recalls of them.

    Args:
        text: The reader's language.
        recalls: One a network, of the same words.
        inserted: Places of words that are not the reader's own.
        name: The table's, on its page.
    """
    words = recalls[0].words
    data = {
        "label": text("recall.table"),
        "read": text("recall.read"),
        "words": [{"text": word, "own": at not in inserted} for at, word in enumerate(words)],
        "rows": [
            {
                "name": reader_name(text, found.reader),
                "told": text("recall.count", right=found.right, n=len(words)),
                "cells": [
                    {
                        "text": it.named,
                        "outcome": it.outcome,
                        "description": text(
                            f"recall.cell.{it.outcome}",
                            position=at + 1,
                            word=it.word,
                            named=it.named,
                        ),
                    }
                    for at, it in enumerate(found.each)
                ],
            }
            for found in recalls
        ],
    }
    _component()(key=name, data=data)


@cache
def _component() -> ComponentRenderer:
    return scripted(__file__, '<div class="recall"></div>')
