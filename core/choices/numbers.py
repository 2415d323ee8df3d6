"""Which of a layer's numbers a reader looks at on Explore, besides the maps: it changes none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from core.choices import reading
from core.choices.reading import Reader
from core.layer import EDITABLE

Result = Literal[
    "q",
    "k",
    "v",
    "scores",
    "weights",
    "contribution",
    "output",
    "mixed",
    "influence_attention",
    "influence_recurrent",
    "influence_convolutional",
]


@dataclass(frozen=True)
class NumbersChoice:
    """What is unfolded, and which matrices are shown as tables.

    Attributes:
        projections_open: Whether the maps of Q, K and V are unfolded.
        results_open: Whether the table of a result is unfolded.
        shown_parameter: The matrix to change, one of ``EDITABLE``.
        shown_result: The matrix to read.
    """

    projections_open: bool = False
    results_open: bool = False
    shown_parameter: str = EDITABLE[0]
    shown_result: Result = "q"


READERS: Mapping[str, Reader] = {
    "projections_open": reading.flag,
    "results_open": reading.flag,
    "shown_parameter": reading.one_of(EDITABLE),
    "shown_result": reading.one_of(get_args(Result)),
}
"""What makes a value of a field usable."""
