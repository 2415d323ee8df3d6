"""What a reader chooses on the page about reach."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from core.choices import reading
from core.choices.reading import Reader
from core.cnn import ConvolutionSettings
from core.errors import InputError
from core.ideas.reach import MASKS, MOST_LAYERS, WIDTH, AttentionStack
from core.masks import MaskRule, kinds_using
from core.rnn import Direction, RecurrentKind, RecurrentSettings

ReachTokens = Literal["numbers", "sentence"]

LONGEST = 64
"""Positions, at most."""

LARGEST_STEP = 32
"""The largest dilation."""

LIMITS: Mapping[str, tuple[float, float]] = {
    "reach_n": (2, LONGEST),
    "reach_output": (1, LONGEST),
    "reach_input": (1, LONGEST),
    "reach_seed": (0, 999_000),
    "reach_window": (1, 16),
    "reach_step": (2, 16),
    "reach_global": (1, 8),
    "reach_layers": (1, 6),
    "reach_gain": (0.1, 2.0),
    "reach_kernel": (1, 9),
}
"""The smallest and the largest value of each number."""

MASK_NUMBERS = {"reach_window": "width", "reach_step": "step", "reach_global": "n_global"}
"""Fields of a mask's rule that can be chosen, by the field of the choice."""

SCHEDULES = ("1", "1,1,1,1", "1,2,4,8", "1,3,9", "1,2,4,8,16")
"""Dilations to begin with."""

_BETWEEN = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True)
class ReachChoice:
    """What stands beside what, and which pair of positions is looked at.

    Attributes:
        reach_tokens: Numbered positions, or the words of the sentence.
        reach_n: How many numbered positions there are.
        reach_output: The output that feels, counted from 1.
        reach_input: The input that is felt, counted from 1.
        reach_seed: The first of the seeds.
        reach_log: Whether curves of strength have powers of ten on their axis.
        reach_mask: Of every attention layer.
        reach_window: Of the mask: tokens on each side.
        reach_step: Of the dilated mask: how far these are apart.
        reach_global: Tokens that see and are seen by everything.
        reach_layers: Of attention.
        reach_kind: Which recurrent layer.
        reach_direction: Whether it reads in one direction or in both.
        reach_gain: How much longer the plain RNN's memory gets in a step.
        reach_kernel: Tokens that one convolution looks at; odd.
        reach_dilations: One number a layer, as typed.
        reach_backward: Whether windows of convolutions end at the token itself.
    """

    reach_tokens: ReachTokens = "numbers"
    reach_n: int = 32
    reach_output: int = 32
    reach_input: int = 1
    reach_seed: int = 0
    reach_log: bool = False
    reach_mask: str = "none"
    reach_window: int = 2
    reach_step: int = 4
    reach_global: int = 1
    reach_layers: int = 1
    reach_kind: RecurrentKind = "rnn"
    reach_direction: Direction = "forward"
    reach_gain: float = 0.9
    reach_kernel: int = 3
    reach_dilations: str = "1,2,4,8"
    reach_backward: bool = False

    def within(self, n: int) -> "ReachChoice":
        """The same choice, pointing at positions that exist."""
        output, input_ = min(self.reach_output, n), min(self.reach_input, n)
        return replace(self, reach_output=output, reach_input=input_)

    @property
    def stack(self) -> AttentionStack:
        """The layers of attention. What the mask does not use is left out."""
        numbers = {
            number: getattr(self, name)
            for name, number in MASK_NUMBERS.items()
            if self.reach_mask in kinds_using(number)
        }
        return AttentionStack(MaskRule(self.reach_mask, **numbers), self.reach_layers)

    @property
    def recurrent(self) -> RecurrentSettings:
        """The recurrent layer."""
        gain = self.reach_gain if self.reach_kind == "rnn" else 1.0
        return RecurrentSettings(self.reach_kind, WIDTH, self.reach_direction, gain)

    def convolution(self, dilations: tuple[int, ...]) -> ConvolutionSettings:
        """The stack of convolutions."""
        return ConvolutionSettings(self.reach_kernel, dilations, self.reach_backward, WIDTH)


def read_dilations(typed: str) -> tuple[int, ...]:
    """One dilation a layer.

    Raises:
        InputError: ``bad_dilations`` if these are not 1 to ``MOST_LAYERS`` whole numbers from 1
            to ``LARGEST_STEP``.
    """
    parts = [part for part in _BETWEEN.split(typed) if part]
    whole = reading.whole(1, LARGEST_STEP)
    try:
        dilations = tuple(whole(part) for part in parts)
    except (ValueError, TypeError, OverflowError):
        dilations = ()
    if not 1 <= len(dilations) <= MOST_LAYERS:
        raise InputError("bad_dilations", most=MOST_LAYERS, largest=LARGEST_STEP)
    return dilations


READERS: Mapping[str, Reader] = {
    "reach_tokens": reading.one_of(get_args(ReachTokens)),
    "reach_log": reading.flag,
    "reach_mask": reading.one_of(MASKS),
    "reach_kind": reading.one_of(get_args(RecurrentKind)),
    "reach_direction": reading.one_of(get_args(Direction)),
    "reach_gain": reading.number(*LIMITS["reach_gain"]),
    "reach_kernel": reading.whole(*LIMITS["reach_kernel"], odd=True),
    "reach_dilations": reading.text(80),
    "reach_backward": reading.flag,
}
"""What makes a value of a field usable."""

READERS = {name: reading.whole(*LIMITS[name]) for name in LIMITS if name not in READERS} | dict(
    READERS
)
