"""What a reader can choose at the buffet."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.arrays import Array
from core.choices import reading
from core.choices.reading import Reader
from core.cnn import ConvolutionSettings
from core.ideas.buffet import DISHES, NUTRIENTS
from core.rnn import RecurrentSettings

WISHES = tuple(f"buffet_{nutrient}" for nutrient in NUTRIENTS)
"""The fields that make up the query."""

LIMITS: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(WISHES, (-3.0, 3.0)),
    "buffet_gain": (0.1, 1.5),
    "buffet_walks": (1, 7),
    "buffet_seed": (0, 999_999),
    "buffet_place": (0, len(DISHES) - 1),
    "buffet_dish": (0, len(DISHES) - 1),
}
"""The smallest and the largest value of each number."""

_WIDTH = 8  # of the memory, and of the windows' channels


@dataclass(frozen=True)
class BuffetChoice:
    """What the diner wants, and how the other two diners walk.

    Attributes:
        buffet_protein, buffet_sugar, buffet_vegetables, buffet_spice, buffet_carbohydrates: The
            wish; below 0 means: to be avoided.
        buffet_reversed: Whether the dishes stand in the opposite order.
        buffet_gain: How much longer the recurrent diner's memory gets at every dish.
        buffet_walks: How often the convolutional diner walks past: its layers.
        buffet_seed: Of both.
        buffet_place: The dish at which the diners stand.
        buffet_dish: The dish whose arithmetic is opened.
        buffet_arithmetic_open: Whether that is unfolded.
    """

    buffet_protein: float = 2.0
    buffet_sugar: float = -1.0
    buffet_vegetables: float = 1.0
    buffet_spice: float = 0.0
    buffet_carbohydrates: float = 0.0
    buffet_reversed: bool = False
    buffet_gain: float = 0.8
    buffet_walks: int = 1
    buffet_seed: int = 0
    buffet_place: int = len(DISHES) - 1
    buffet_dish: int = 0
    buffet_arithmetic_open: bool = False

    @property
    def goal(self) -> Array:
        """``(nutrient,)``, the query."""
        return np.array([getattr(self, wish) for wish in WISHES], dtype=float)

    @property
    def order(self) -> tuple[int, ...]:
        """Which dish stands at each place."""
        places = range(len(DISHES))
        return tuple(reversed(places) if self.buffet_reversed else places)

    @property
    def recurrent(self) -> RecurrentSettings:
        """The diner who remembers."""
        return RecurrentSettings(d_hidden=_WIDTH, gain=self.buffet_gain, seed=self.buffet_seed)

    @property
    def convolution(self) -> ConvolutionSettings:
        """The diner who sees three dishes at a time."""
        return ConvolutionSettings(
            kernel=3, dilations=(1,) * self.buffet_walks, d_out=_WIDTH, seed=self.buffet_seed
        )


READERS: dict[str, Reader] = {
    **{name: reading.number(*LIMITS[name]) for name in (*WISHES, "buffet_gain")},
    **{
        name: reading.whole(*LIMITS[name])
        for name in ("buffet_walks", "buffet_seed", "buffet_place", "buffet_dish")
    },
    "buffet_reversed": reading.flag,
    "buffet_arithmetic_open": reading.flag,
}
"""What makes a value of a field usable."""
