"""What a reader chooses on the page of the real model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from core.choices import reading
from core.choices.reading import Reader

Part = Literal["start", "end"]
Aggregate = Literal["head", "mean", "rollout"]
Order = Literal["pair", "previous", "following", "same", "special", "first", "sharp", "wide"]

PACKAGED = "minilm"
"""The name of the model that comes with the requirements."""

LONGEST_NAME = 500
"""Characters of a model's id, or of its folder's path."""

MOST_HEADS = 200
"""Layers, and heads of a layer, that a choice may count; a model has fewer."""

MOST_PIECES = 512

THIS_HEAD = -1
"""The head that is shown, whichever that is."""

MOST_LINES = 5
"""Heads whose lines are drawn at once."""

LONGEST_TEXT = 20_000
"""Characters; the model reads far less, and the page says how much."""


@dataclass(frozen=True)
class ModelChoice:
    """Places count word pieces, special ones included, from 0.

    Attributes:
        model_sentence: As typed.
        model_name: ``PACKAGED``, an id on the Hugging Face hub, or a local folder.
        model_other: The sentence beside it.
        model_part: Which part of a text over the limit is read.
        model_layer: From 0.
        model_head: From 0.
        model_query: The piece that asks.
        model_key: The piece it is asked about.
        model_aggregate: One head, the mean of its layer's heads, or rollout up to its layer.
        model_special: Whether special pieces such as [CLS] are shown.
        model_renormalise: Whether rows without them are scaled to sum to 1 again.
        model_words: Whether pieces are put together to words.
        model_order: What the head finder sorts by.
        model_finder_open: Whether the head finder is unfolded.
        model_steps_open: Whether the head's steps are unfolded.
        model_lines: Heads of the layer whose lines are drawn, the first choice first; or
            ``THIS_HEAD`` among them.
        model_toy: Whether the importance of words is shown on a toy.
        model_off: (layer, head) of each head that is switched off, all together.
        model_alone: Whether each head is switched off alone, too.
    """

    model_sentence: str = "The animal didn't cross the street because it was too tired."
    model_other: str = "The animal didn't cross the street because it was too wide."
    model_name: str = PACKAGED
    model_part: Part = "start"
    model_layer: int = 3
    model_head: int = 1
    model_query: int = 10
    model_key: int = 2
    model_aggregate: Aggregate = "head"
    model_special: bool = True
    model_renormalise: bool = False
    model_words: bool = False
    model_order: Order = "pair"
    model_finder_open: bool = False
    model_steps_open: bool = False
    model_lines: tuple[int, ...] = (THIS_HEAD,)
    model_toy: bool = False
    model_off: tuple[tuple[int, int], ...] = ()
    model_alone: bool = False


_line = reading.whole(THIS_HEAD, MOST_HEADS - 1)
_index = reading.whole(0, MOST_HEADS - 1)


def _lines(raw: object) -> tuple[int, ...]:
    return tuple(dict.fromkeys(_line(head) for head in reading.sequence(raw)))[:MOST_LINES]


READERS: Mapping[str, Reader] = {
    "model_sentence": reading.text(LONGEST_TEXT),
    "model_other": reading.text(LONGEST_TEXT),
    "model_name": reading.text(LONGEST_NAME),
    "model_part": reading.one_of(get_args(Part)),
    "model_layer": _index,
    "model_head": _index,
    "model_query": reading.whole(0, MOST_PIECES - 1),
    "model_key": reading.whole(0, MOST_PIECES - 1),
    "model_aggregate": reading.one_of(get_args(Aggregate)),
    "model_special": reading.flag,
    "model_renormalise": reading.flag,
    "model_words": reading.flag,
    "model_order": reading.one_of(get_args(Order)),
    "model_finder_open": reading.flag,
    "model_steps_open": reading.flag,
    "model_lines": _lines,
    "model_toy": reading.flag,
    "model_off": reading.pairs(_index),
    "model_alone": reading.flag,
}
"""What makes a value of a field usable."""
