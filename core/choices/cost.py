"""What a reader can choose on the page about cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from core.choices import reading
from core.choices.reading import Reader
from core.ideas.cost import ROWS, Setting
from core.ideas.timing import ROUNDS, Timed
from core.rnn import RecurrentKind

LENGTHS = tuple(sorted({2**i for i in range(2, 13)} | {3 * 2**i for i in range(1, 11)}))
"""Lengths for which the curves are drawn at least, in tokens."""

LIMITS: Mapping[str, tuple[int, int]] = {
    "cost_n": (2, 1_000_000),
    "cost_d": (1, 100_000),
    "cost_k": (3, 15),
    "cost_r": (3, 129),
}


LARGEST_KERNEL = LIMITS["cost_k"][1]


@dataclass(frozen=True)
class CostChoice:
    """The numbers that are put into the table.

    Attributes:
        cost_n: Tokens.
        cost_d: Width of a token.
        cost_k: The convolution's kernel, odd.
        cost_r: Tokens that restricted self-attention looks at, odd.
        cost_recurrent: Which recurrent layer.
        cost_projections: Whether W_Q, W_K, W_V and W_O count.
    """

    cost_n: int = 64
    cost_d: int = 512
    cost_k: int = 3
    cost_r: int = 9
    cost_recurrent: RecurrentKind = "rnn"
    cost_projections: bool = False

    @property
    def setting(self) -> Setting:
        """What the layers are given."""
        return Setting(
            self.cost_n,
            self.cost_d,
            self.cost_k,
            self.cost_r,
            self.cost_recurrent,
            self.cost_projections,
        )


def times(raw: object) -> Timed:
    """What a stopwatch gave, from plain values.

    Raises:
        ValueError, TypeError, OverflowError: If it is something else.
    """
    setting, seconds = reading.sequence(raw)
    fields = dict(zip(READERS, reading.sequence(setting), strict=True))
    if not isinstance(seconds, Mapping) or seconds.keys() != {*ROWS}:
        raise TypeError
    choice = CostChoice(**{name: READERS[name](value) for name, value in fields.items()})
    found = {row: [_seconds(it) for it in reading.sequence(seconds[row])] for row in ROWS}
    [n] = {len(it) for it in found.values()}
    reading.whole(1, ROUNDS)(n)
    return Timed(choice.setting, found)


def lengths(n: int, d: int) -> tuple[int, ...]:
    """Lengths for which the curves are drawn: they hold the reader's, and wherever curves meet."""
    found = LENGTHS
    while found[-1] < max(n, LARGEST_KERNEL * d // 2):
        found += (found[-1] * 3 // 2, found[-1] * 2)
    return found


_seconds = reading.number(1e-9, 1e3)

READERS: dict[str, Reader] = {
    "cost_n": reading.whole(*LIMITS["cost_n"]),
    "cost_d": reading.whole(*LIMITS["cost_d"]),
    "cost_k": reading.whole(*LIMITS["cost_k"], odd=True),
    "cost_r": reading.whole(*LIMITS["cost_r"], odd=True),
    "cost_recurrent": reading.one_of(get_args(RecurrentKind)),
    "cost_projections": reading.flag,
}
"""What makes a value of a field usable."""
