"""Theory: what can reach what, and over how many steps, before any number is put in.

Sources: Araujo et al., Computing Receptive Fields of Convolutional Neural Networks, Distill 2019
(sizes); Vaswani et al. 2017, section 4 (path lengths).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.arrays import BoolArray, IntArray, freeze

if TYPE_CHECKING:  # theory is written without what it is compared with
    from core.rnn import Direction


@dataclass(frozen=True)
class Field:
    """The reach of each output, and the way that the signal travels.

    Attributes:
        reach: ``(output, input)``, ``True`` = the input can change the output.
        path: ``(output, input)``, the steps it takes until the input is felt, 0 where it never is.
            A step is one layer (attention, convolution) or one token (recurrent).
        sequential: Steps that have to wait for each other, for the whole sentence.
    """

    reach: BoolArray
    path: IntArray
    sequential: int

    def __post_init__(self) -> None:
        """Keep it as it is."""
        freeze(self)


def receptive_field(layers: Sequence[tuple[int, int, int]]) -> int:
    """Count the input tokens that one output of a convolutional stack can see.

    Args:
        layers: ``(kernel, dilation, stride)`` of each layer, from the input up.

    Returns:
        In tokens; 1 for no layer at all.

    Source: Araujo et al. 2019, equation 2.
    """
    size, step = 1, 1
    for kernel, dilation, stride in layers:
        size += dilation * (kernel - 1) * step
        step *= stride
    return size


def attention_field(may_look: BoolArray, n_layers: int = 1) -> Field:
    """Attention: whatever the mask allows, in one layer; more layers pass it on.

    A query that may look at two keys or more also feels its own token, masked or not: the token
    asks. The softmax of a single key is 1 whatever is asked.

    Args:
        may_look: ``(query, key)``, the mask of every layer.
        n_layers: How many layers are stacked.
    """
    asks = np.diag(may_look.sum(axis=1) > 1)
    return _stacked([may_look | asks] * n_layers)


def recurrent_field(n: int, direction: "Direction" = "forward") -> Field:
    """Recurrent: everything before (or, in both directions, everything), token by token."""
    position = np.arange(n)
    distance = np.abs(position[:, None] - position)
    reach = np.tri(n, dtype=bool) if direction == "forward" else np.ones((n, n), dtype=bool)
    return Field(reach, np.where(reach, distance + 1, 0), sequential=n)


def convolution_field(
    n: int, kernel: int, dilations: Sequence[int] = (1,), causal: bool = False
) -> Field:
    """Convolution: a window that grows with every layer."""
    return _stacked([_one_convolution(n, kernel, dilation, causal) for dilation in dilations])


def _one_convolution(n: int, kernel: int, dilation: int, causal: bool) -> BoolArray:
    """A window that ends at the token or lies around it, with the longer half ahead."""
    width = dilation * (kernel - 1)
    last = 0 if causal else (width + 1) // 2
    offsets = np.arange(last - width, last + 1, dilation)
    position = np.arange(n)
    return np.isin(position - position[:, None], offsets)  # (output, input): input - output


def _stacked(layers: Sequence[BoolArray]) -> Field:
    n = len(layers[0])
    reach = np.eye(n, dtype=bool)
    path = np.zeros((n, n), dtype=int)
    for depth, layer in enumerate(layers, start=1):
        reach = layer @ reach
        path[reach & (path == 0)] = depth
    return Field(reach, np.where(reach, path, 0), sequential=len(layers))
