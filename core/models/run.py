"""What a trained model made of a sentence: the trace, and what the trace has no place for."""

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Literal

import numpy as np
from torch import Tensor

from core.arrays import Array, freeze
from core.attention import MultiHeadSteps
from core.importance import Mixer
from core.measures import HeadFeatures, head_features
from core.models.pieces import Pieces
from core.trace import STEPS, AttentionTrace, LayerTrace

Attention = Literal["encoder", "decoder", "cross"]
"""What there is to be seen of a model with two stacks: one looks at itself, or at the other."""


@dataclass(frozen=True)
class ModelRun:
    """One sentence through one model.

    Attributes:
        pieces: What the model read of the sentence, and what was left out.
        trace: Every layer's attention; query and key tokens are the pieces.
        mixers: One a layer: the parameters that measures of importance need. Empty where it is
            not known how the layers mix their heads.
        hidden: ``(layer + 1, token, d_model)``: what went into the first layer, then what came
            out of every layer.
        embedding: ``(d_model,)`` of length 1, the sentence's; ``None`` where the model was not
            trained to give one.
        asking: What looks at ``pieces``, if that is another text: what a decoder writes after it.
        attention: Which it is, of a model with an encoder and a decoder.
    """

    pieces: Pieces
    trace: AttentionTrace
    mixers: tuple[Mixer, ...]
    hidden: Array
    embedding: Array | None = None
    asking: Pieces | None = None
    attention: Attention | None = None

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def queries(self) -> Pieces:
        """The pieces that ask; in self-attention those that are looked at."""
        return self.asking or self.pieces

    @property
    def crossing(self) -> bool:
        """Whether one text looks at another."""
        return self.asking is not None

    @cached_property
    def features(self) -> HeadFeatures:
        """What each head does where pieces look at each other: ``(layer, head)`` each."""
        special = self.pieces.special
        found = [head_features(it.weights[None], special) for it in self.trace.layers]
        return HeadFeatures(*map(np.concatenate, zip(*found, strict=True)))

    @property
    def nbytes(self) -> int:
        """Bytes that the run holds besides the model's own parameters."""
        parts = [getattr(layer, part) for layer in self.trace.layers for part in (*STEPS, "bias")]
        biases = [it for mixer in self.mixers for it in (mixer.b_k, mixer.b_v)]
        return sum(map(_held, (self.hidden, *parts, *biases)))


def _held(array: Array | float) -> int:
    """Count the bytes of an array; what all rows of an axis share counts once."""
    array = np.asarray(array)
    sizes = [n for n, step in zip(array.shape, array.strides, strict=True) if step]
    return array.itemsize * prod(sizes)


def layer_trace(steps: MultiHeadSteps, mask: Tensor | None = None) -> LayerTrace:
    """The steps of a layer as a checked record.

    Args:
        steps: Of a layer whose scores nothing was added to.
        mask: ``(query, key)``, ``True`` = may look. ``None`` allows everything.
    """
    scores = steps.scores.numpy()
    bias = np.zeros(scores.shape[1:], dtype=scores.dtype)  # (query, key): one map serves all heads
    if mask is not None:
        bias[~mask.numpy()] = -np.inf
    return LayerTrace.of(steps, bias)
