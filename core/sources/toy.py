"""What the one-layer sources share: tokens, edits, the layer itself."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from core import layer
from core.layer import Edit, Parameters, Rules, Sizes
from core.tokens import Unit, tokenize
from core.trace import AttentionTrace, Origin


@dataclass(frozen=True)
class ToySource(ABC):
    """One attention layer, small enough to read and edit.

    Attributes:
        sizes: Of the layer.
        rules: How it computes.
        edits: Cells that the reader changed.
        unit: What a token is.
    """

    sizes: Sizes = Sizes()
    rules: Rules = Rules()
    edits: tuple[Edit, ...] = ()
    unit: Unit = "words"

    def trace(self, sentence: str) -> AttentionTrace:
        """What the layer makes of the sentence's first tokens.

        Raises:
            InputError: ``no_tokens`` if there is none.
        """
        return self.trace_of(tokenize(sentence, self.unit).kept)

    def trace_of(self, tokens: tuple[str, ...]) -> AttentionTrace:
        """What the layer makes of these tokens."""
        return layer.trace(tokens, self.parameters(tokens), self.rules, self.origin_of(tokens))

    def parameters(self, tokens: tuple[str, ...]) -> Parameters:
        """The numbers for these tokens, edits included."""
        return self.untouched(tokens).edited(self.edits)

    def origin_of(self, tokens: tuple[str, ...]) -> Origin:
        """Where the numbers for these tokens come from."""
        return self.origin

    @property
    @abstractmethod
    def origin(self) -> Origin:
        """Where the numbers come from."""

    @abstractmethod
    def untouched(self, tokens: tuple[str, ...]) -> Parameters:
        """The numbers for these tokens before any edit."""
