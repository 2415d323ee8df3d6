"""What a page about one layer shows: the reader's choice with its words and numbers."""

from dataclasses import replace
from typing import NamedTuple

from core.errors import InputError
from core.reader.cells import MASK, blocked_pairs, matrix_edits, shelf
from core.reader.explore import SENTENCE_SOURCES, Choice
from core.reader.reader import Reader
from core.sources.toy import ToySource
from core.tokens import Tokens


class Scene(NamedTuple):
    """A sentence and a layer on it.

    Attributes:
        choice: The reader's, with the edits that fit the sentence.
        tokens: Of its sentence.
        problem: Why the sentence that was typed last is not the choice's, if so.
        source: Of the layer's numbers.
        shelf: Where the edits of these numbers lie.
    """

    choice: Choice
    tokens: Tokens
    problem: InputError | None
    source: ToySource
    shelf: str


def scene_of(reader: Reader) -> Scene:
    """Give the layer with numbers that are not trained; set by hand where they were to be."""
    choice = reader.record(Choice)
    if choice.source not in SENTENCE_SOURCES:
        choice = replace(choice, source=SENTENCE_SOURCES[0])
    tokens, on = choice.tokens, shelf(choice)
    edits = matrix_edits(reader.edits.get(on, {}), tokens.kept)
    blocked = blocked_pairs(reader.edits.get(MASK, {}), tokens.kept)
    choice = replace(choice, edits=edits, blocked=blocked)
    draft = reader.drafts.get("sentence")
    return Scene(choice, tokens, draft and draft.reason, choice.layer_source, on)
