"""What a reader chooses on the page of their own tensors; a link names the file, no more."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from core.choices import reading
from core.choices.model import MOST_HEADS
from core.choices.reading import Reader
from core.files.limits import PRIVATE
from core.tokens import clean

Aggregate = Literal["head", "mean"]
Pooling = Literal["maximum", "mean"]
Result = Literal[
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

SHA_DIGITS = 8
"""Hexadecimal digits of a file's SHA-256 that tell it from others."""

LONGEST_NAME = 80
"""Characters of a file's name."""

MEANINGS = ("attention", "leading_axis", "text", "axes", "mask", "padding", "step")
"""What a file may leave open, by the names of `core.files.meaning`."""

_SHA = re.compile(rf"[0-9a-f]{{{SHA_DIGITS}}}|")


@dataclass(frozen=True)
class UploadChoice:
    """Places count from 0.

    Attributes:
        upload_name: Of the file, as it was called; empty = none, the example is shown.
        upload_sha: The first digits of its SHA-256.
        upload_layer: From 0.
        upload_head: From 0.
        upload_aggregate: One head, or the mean of its layer's heads.
        upload_query: The token that asks.
        upload_key: The token it is asked about.
        upload_causal: Whether queries of a long file see no key after their own place; its own
            mask would be as large as its map.
        upload_pooling: What a pixel of a long file's picture shows of the weights in it.
        upload_arithmetic_open: Whether the arithmetic of the pair is unfolded.
        upload_shown: The matrix to read.
        upload_attention: Whose attention is shown, if a file has several; here and below, empty
            stands for the answer that the page gives by itself (`core.files.meaning`).
        upload_leading_axis: What the first axis of tensors is.
        upload_text: Which text of a batch.
        upload_axes: Whether tokens stand before heads.
        upload_mask: Which way round a mask is.
        upload_padding: The same for a mask of padding.
        upload_step: Which step of a text that was being written.
    """

    upload_name: str = ""
    upload_sha: str = ""
    upload_layer: int = 0
    upload_head: int = 0
    upload_aggregate: Aggregate = "head"
    upload_query: int = 2
    upload_key: int = 4
    upload_causal: bool = False
    upload_pooling: Pooling = "maximum"
    upload_arithmetic_open: bool = False
    upload_shown: Result = "weights"
    upload_attention: str = ""
    upload_leading_axis: str = ""
    upload_text: str = ""
    upload_axes: str = ""
    upload_mask: str = ""
    upload_padding: str = ""
    upload_step: str = ""

    @property
    def meaning(self) -> dict[str, str]:
        """How the reader wants the file to be read, where that is left open."""
        said = {name: getattr(self, f"upload_{name}") for name in MEANINGS}
        return {name: answer for name, answer in said.items() if answer}


def file_name(raw: object) -> str:
    """A file's name as it may be shown.

    Raises:
        TypeError: If it is no text.
    """
    if not isinstance(raw, str):
        raise TypeError
    return clean(raw.replace("\\", "/").rpartition("/")[2])[:LONGEST_NAME]


def _sha(raw: object) -> str:
    if not isinstance(raw, str) or not _SHA.fullmatch(raw):
        raise ValueError
    return raw


READERS: Mapping[str, Reader] = {
    "upload_name": file_name,
    "upload_sha": _sha,
    "upload_layer": reading.whole(0, MOST_HEADS - 1),
    "upload_head": reading.whole(0, MOST_HEADS - 1),
    "upload_aggregate": reading.one_of(get_args(Aggregate)),
    "upload_query": reading.whole(0, PRIVATE.long_tokens - 1),
    "upload_key": reading.whole(0, PRIVATE.long_tokens - 1),
    "upload_causal": reading.flag,
    "upload_pooling": reading.one_of(get_args(Pooling)),
    "upload_arithmetic_open": reading.flag,
    "upload_shown": reading.one_of(get_args(Result)),
    **{f"upload_{name}": file_name for name in MEANINGS},
}
"""What makes a value of a field usable."""
