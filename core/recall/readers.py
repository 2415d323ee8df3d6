"""The readers: networks that differ in how they keep what they have read, and how they learned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["attention", "linear", "rnn", "lstm", "gru", "cnn"]
Counted = Literal["first", "last"]

STATES = (16, 64, 256)
"""Numbers that a state holds, to choose from."""

FIELDS = (3, 7, 15, 31)
"""Words that a CNN sees, to choose from."""


@dataclass(frozen=True)
class Reader:
    """A network and the way it is trained.

    Attributes:
        kind: The architecture.
        size: Numbers of the state (in an LSTM output and cell together, in linear attention with
            the sums of features); words in the field of a CNN; 0 for attention, which keeps all.
        counted: From which end a question counts words. Gates and attention can hold the first
            ones; a tanh RNN and a CNN learn more if they are asked how far back a word stands.
        updates: Steps of learning.
        rate: The highest learning rate of Adam.
        batch: Sentences that one step learns from.
    """

    kind: Kind
    size: int
    counted: Counted
    updates: int
    rate: float
    batch: int = 32

    @property
    def name(self) -> str:
        """``attention``, or the kind with its size, such as ``gru-64``."""
        return f"{self.kind}-{self.size}" if self.size else self.kind


_ALL = (
    Reader("attention", 0, "first", 600, 0.01),
    *(Reader("linear", size, "first", 900, 0.01) for size in STATES),
    Reader("rnn", 16, "last", 1000, 0.005),
    Reader("rnn", 64, "last", 1000, 0.003),
    Reader("rnn", 256, "last", 1500, 0.002),
    Reader("lstm", 16, "first", 3000, 0.005),
    Reader("lstm", 64, "first", 3000, 0.005),
    Reader("lstm", 256, "first", 1600, 0.005, 16),
    Reader("gru", 16, "first", 2400, 0.005),
    Reader("gru", 64, "first", 1600, 0.005),
    Reader("gru", 256, "first", 1600, 0.003, 16),
    *(Reader("cnn", field, "last", 600, 0.01) for field in FIELDS),
)

READERS: Mapping[str, Reader] = {reader.name: reader for reader in _ALL}
"""Every reader by its name."""
