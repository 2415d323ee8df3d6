"""The part that all translators share: pieces in, scores of the next piece out."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

Drop = Callable[[Tensor], Tensor]
"""Sets numbers to 0 at random while a network learns."""


class Sizes(NamedTuple):
    """The widths that decide how many numbers a network learns.

    Attributes:
        source, target: Pieces of each language.
        width: Of a piece's vector.
        hidden: Of a recurrent state, or of a Transformer's feed-forward layer.
    """

    source: int
    target: int
    width: int
    hidden: int


class Decoded(NamedTuple):
    """What a decoder makes of a source and the pieces before each output.

    Attributes:
        scores: ``(batch, output, piece)`` of the pieces that may come next; softmax gives
            probabilities.
        weights: ``(layer, batch, head, output, source)`` of attention to the source; no layers if
            there is none.
    """

    scores: Tensor
    weights: Tensor


class Network(nn.Module):
    """Pieces in, scores of the next piece out.

    Sentences of a batch have sources of one length, so that no source is padded.

    Attributes:
        sizes: Of its parts.
        source: ``(piece, width)``, a vector for every piece of the source.
        target: ``(piece, width)``, likewise; the scores are products with the same vectors.
    """

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.source = empty(sizes.source, sizes.width)
        self.target = empty(sizes.target, sizes.width)
        self.target_bias = empty(sizes.target)

    def forward(self, source: Tensor, target: Tensor, drop: Drop) -> Tensor:
        """``(batch, source)`` and ``(batch, output)`` ids to ``(batch, output, piece)`` scores."""
        memory = self.encode(self.source[source], drop)
        return self.decode(memory, target, drop).scores

    def encode(self, x: Tensor, drop: Drop) -> Tensor:
        """``(batch, source, width)``, the pieces' vectors, to what the decoder may look at."""
        raise NotImplementedError

    def decode(self, memory: Tensor, target: Tensor, drop: Drop) -> Decoded:
        """Scores of what follows each of the ``(batch, output)`` ids and those before them."""
        raise NotImplementedError

    def scores(self, x: Tensor) -> Tensor:
        """``(batch, output, width)`` to ``(batch, output, piece)``."""
        return nn.functional.linear(x, self.target, self.target_bias)


def keep(x: Tensor) -> Tensor:
    """Leave numbers as they are: a network that does not learn."""
    return x


def empty(*shape: int) -> nn.Parameter:
    """A parameter whose numbers are still to be drawn or loaded."""
    return nn.Parameter(torch.empty(shape))


def draw(network: Network, generator: torch.Generator) -> None:
    """Give a network the numbers that it begins to learn with."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name in ("source", "target"):
                parameter.normal_(std=network.sizes.width**-0.5, generator=generator)
            elif parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter, generator=generator)
            else:
                parameter.fill_(1.0 if name.endswith("scale") else 0.0)
