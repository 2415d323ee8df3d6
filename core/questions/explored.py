"""The layer that questions are about, and the layers beside it."""

from dataclasses import dataclass
from functools import cached_property

import torch

from core.arrays import Array, BoolArray
from core.cnn import ConvolutionSettings
from core.layer import Parameters, Rules, score_bias, steps
from core.questions.question import Word
from core.rnn import RecurrentSettings


@dataclass(frozen=True)
class Explored:
    """The layer that the reader looks at.

    Attributes:
        tokens: Of the sentence.
        parameters: Of the layer, for these tokens.
        rules: How it computes.
        head: The one that is shown, from 0.
        query: The word that asks, from 0.
        recurrent: The untrained recurrent layer beside it, if there is one.
        convolution: The untrained convolutions beside it, if there are some.
    """

    tokens: tuple[str, ...]
    parameters: Parameters
    rules: Rules
    head: int
    query: int
    recurrent: RecurrentSettings | None
    convolution: ConvolutionSettings | None

    @property
    def n(self) -> int:
        """Tokens."""
        return len(self.tokens)

    @cached_property
    def may_look(self) -> BoolArray:
        """``(query, key)``, the mask."""
        return self.rules.mask.matrix(self.n)

    @cached_property
    def weights(self) -> Array:
        """``(query, key)`` of the shown head, in float64."""
        return self.weights_of(self.head, self.rules)

    def weights_of(self, head: int, rules: Rules) -> Array:
        """``(query, key)``, in float64, so that equal and nearly equal are told apart."""
        x = torch.from_numpy(self.parameters.x).double()
        return steps(x, self.parameters, rules).weights[head].numpy()

    def scores(self) -> Array:
        """``(query, key)`` of the shown head, as softmax sees them, in float64."""
        x = torch.from_numpy(self.parameters.x).double()
        run = steps(x, self.parameters, self.rules)
        bias = score_bias(self.parameters, self.rules, self.n)
        return (run.scores + bias)[self.head].numpy()

    def word(self, place: int) -> Word:
        """A word of the sentence."""
        return Word(self.tokens, place)
