"""Where the numbers come from: each source is settings plus ``trace(sentence)``."""

from typing import Protocol

from core.layer import Parameters
from core.trace import AttentionTrace


class Source(Protocol):
    """What every source can do."""

    def trace(self, sentence: str) -> AttentionTrace:
        """What the source makes of a sentence."""
        ...


class EditableSource(Source, Protocol):
    """A source of one layer whose numbers the reader may edit."""

    def parameters(self, tokens: tuple[str, ...]) -> Parameters:
        """The numbers for these tokens, edits included."""
        ...
