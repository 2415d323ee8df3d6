"""Choices about models that were trained elsewhere: the page of a real model, and files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from core.files.limits import PRIVATE
from core.models import bilingual
from core.models.run import Attention
from core.reader.examples import Language
from core.reader.fields import (
    flag,
    line,
    number,
    of_kind,
    places,
    sequence,
    text_within,
    whole,
    whole_within,
    word,
)
from core.tokens import clean, tokenize

Part = Literal["start", "end"]
Aggregate = Literal["head", "mean", "rollout"]
Order = Literal["pair", "previous", "following", "same", "special", "first", "sharp", "wide"]
Cells = Literal["maps", "answers", "habits"]
Click = Literal["open", "off"]
Pooling = Literal["maximum", "mean"]
UploadResult = Literal[
    "weights",
    "scores",
    "output",
    "q",
    "k",
    "v",
    "x",
    "w_q",
    "w_k",
    "w_v",
    "w_o",
    "influence_attention",
    "influence_recurrent",
    "influence_convolutional",
]

PACKAGED = "minilm"
"""The name of the model that comes with the requirements."""

BILINGUAL = bilingual.NAME
"""The name of the model that comes with this repository, and reads Chinese, too."""

MOST_HEADS = 200
"""Layers, and heads of a layer, that a choice may count; a model has fewer."""

MOST_PIECES = 512

THIS_HEAD = -1
"""The head that is shown, whichever that is."""

MOST_LINES = 5
"""Heads whose lines are drawn at once."""

LONGEST_TEXT = 20_000
"""Characters; the model reads far less, and the page says how much."""

SHA_DIGITS = 8
"""Hexadecimal digits of a file's SHA-256 that tell it from others."""

LONGEST_FILE_NAME = 80
"""Characters of a file's name."""

MEANINGS = ("attention", "leading_axis", "text", "axes", "mask", "padding", "step")
"""What a file may leave open, by the names of `core.files.meaning`."""

_SHA = re.compile(rf"[0-9a-f]{{{SHA_DIGITS}}}|")
_head = whole_within(0, MOST_HEADS - 1)


def _lines(raw: object) -> tuple[int, ...]:
    heads = [whole_within(THIS_HEAD, MOST_HEADS - 1)(head) for head in sequence(raw)]
    return tuple(dict.fromkeys(heads))[:MOST_LINES]


def _pairs(raw: object) -> tuple[tuple[int, int], ...]:
    pairs = set()
    for pair in sequence(raw):
        layer, head = sequence(pair)
        pairs.add((_head(layer), _head(head)))
    return tuple(sorted(pairs))


def _piece(default: int) -> Any:  # noqa: ANN401 -- as dataclasses.field
    return whole(default, 0, MOST_PIECES - 1, place=True)


@dataclass(frozen=True)
class ModelChoice:
    """A model, a text and a sentence beside it; places count word pieces, special ones included."""

    model_sentence: str = line(
        "The animal didn't cross the street because it was too tired.", LONGEST_TEXT, check=tokenize
    )
    model_other: str = line(
        "The animal didn't cross the street because it was too wide.", LONGEST_TEXT
    )
    model_name: str = of_kind(PACKAGED, text_within(500))  # or an id on the hub, or a folder
    model_part: Part = word("start", Part)  # of a text over the limit
    model_attention: Attention = word("encoder", Attention)  # of a model that has several
    model_layer: int = whole(3, 0, MOST_HEADS - 1)
    model_head: int = whole(1, 0, MOST_HEADS - 1)
    model_query: int = _piece(10)
    model_key: int = _piece(2)
    model_aggregate: Aggregate = word("head", Aggregate)  # rollout: up to the layer
    model_special: bool = flag(True)  # pieces such as [CLS] are shown
    model_renormalise: bool = flag(False)  # rows without them are scaled to sum to 1 again
    model_words: bool = flag(False)  # pieces are put together to words
    model_cells: Cells = word("maps", Cells)  # what the atlas shows of each head
    model_order: Order = word("pair", Order)  # what the atlas and the finder sort by
    model_sorted: bool = flag(False)  # the atlas, too
    model_click: Click = word("open", Click)  # what a click in the atlas does
    model_finder_open: bool = flag(False)
    model_steps_open: bool = flag(False)
    model_lines: tuple[int, ...] = of_kind((THIS_HEAD,), _lines)  # heads whose lines are drawn
    model_toy: bool = flag(False)  # the importance of words is shown on a toy
    model_off: tuple[tuple[int, int], ...] = of_kind((), _pairs)  # (layer, head), all together
    model_alone: bool = flag(False)  # each head is switched off alone, too
    model_temperature: float = number(1.0, 0.0, 2.0)  # of the next piece
    model_blind: tuple[int, ...] = places(MOST_PIECES - 1)  # that nobody may look at, likewise


class ModelExample(NamedTuple):
    """A sentence for the bilingual model, and a head whose finding outlasts the control.

    Attributes:
        sentence: In full; what the button says.
        asks: The word that asks.
        about: The word that it looks at.
        at: Layer and head.
    """

    sentence: str
    asks: str
    about: str
    at: tuple[int, int]


HEAD_FIELDS = ("model_name", "model_layer", "model_head", "model_query", "model_key")
"""What Explore has to know of a head that is opened there."""

MODEL_EXAMPLES: Mapping[str, ModelExample] = {
    "praised": ModelExample("老师表扬了小红，因为她考得很好。", "她", "小红", (7, 0)),
    "collects": ModelExample("爷爷喜欢收集邮票。", "收集", "邮票", (6, 2)),
}

MODEL_BEGINS: Mapping[Language, Mapping[str, object]] = {
    "en": {},
    "zh": {
        "model_name": BILINGUAL,
        "model_sentence": MODEL_EXAMPLES["praised"].sentence,
        "model_other": "老师批评了小红，因为她迟到了。",
        "model_layer": 7,
        "model_head": 0,
        "model_query": 10,
        "model_key": 6,
        "model_words": True,
    },
}
"""What differs from the defaults where the page is opened in a language and nothing is chosen."""


def file_name(raw: object) -> str:
    """Give a file's name as it may be shown: without folders and control characters.

    Raises:
        TypeError: If it is no text.
    """
    if not isinstance(raw, str):
        raise TypeError
    return clean(raw.replace("\\", "/").rpartition("/")[2])[:LONGEST_FILE_NAME]


def _sha(raw: object) -> str:
    if not isinstance(raw, str) or not _SHA.fullmatch(raw):
        raise ValueError
    return raw


@dataclass(frozen=True)
class UploadChoice:
    """A file of the reader's, by its name and the first digits of its SHA-256; places from 0."""

    upload_name: str = of_kind("", file_name, private=True)  # empty: the example is shown
    upload_sha: str = of_kind("", _sha)
    upload_other_name: str = of_kind("", file_name, private=True)  # a second file, beside it
    upload_other_sha: str = of_kind("", _sha)
    upload_layer: int = whole(0, 0, MOST_HEADS - 1)
    upload_head: int = whole(0, 0, MOST_HEADS - 1)
    upload_aggregate: Aggregate = word("head", Aggregate)
    upload_cells: Cells = word("maps", Cells)  # what the atlas shows of each head
    upload_order: Order = word("pair", Order)
    upload_sorted: bool = flag(False)
    upload_finder_open: bool = flag(False)
    upload_lines: tuple[int, ...] = of_kind((THIS_HEAD,), _lines)
    upload_query: int = whole(2, 0, PRIVATE.long_tokens - 1, place=True)
    upload_key: int = whole(4, 0, PRIVATE.long_tokens - 1, place=True)
    upload_causal: bool = flag(False)  # queries of a long file see no key after their own place
    upload_pooling: Pooling = word("maximum", Pooling)  # what a pixel shows of its weights
    upload_arithmetic_open: bool = flag(False)
    upload_shown: UploadResult = word("weights", UploadResult)
    upload_attention: str = of_kind("", file_name)  # whose, if there are several; here and
    upload_leading_axis: str = of_kind("", file_name)  # below: empty stands for the answer that
    upload_text: str = of_kind("", file_name)  # the page gives by itself (core.files.meaning)
    upload_axes: str = of_kind("", file_name)
    upload_mask: str = of_kind("", file_name)
    upload_padding: str = of_kind("", file_name)
    upload_step: str = of_kind("", file_name)

    @property
    def meaning(self) -> dict[str, str]:
        """How the reader wants the file to be read, where that is left open."""
        said = {name: getattr(self, f"upload_{name}") for name in MEANINGS}
        return {name: answer for name, answer in said.items() if answer}
