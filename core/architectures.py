"""The same sentence through attention, an RNN and a CNN: theory and measurement of each.

All three read the same vectors and answer the same question: how much does output i change when
input j does?
"""

from typing import NamedTuple

import torch

from core.arrays import Array
from core.cnn import ConvolutionSettings, ConvolutionStack
from core.influence import (
    Influence,
    attention_influence,
    convolution_influence,
    recurrent_influence,
)
from core.layer import Parameters, Rules
from core.receptive_field import Field, attention_field, convolution_field, recurrent_field
from core.rnn import RecurrentLayer, RecurrentSettings


class Measured(NamedTuple):
    """One architecture on one sentence."""

    field: Field
    influence: Influence


def attention(parameters: Parameters, rules: Rules) -> Measured:
    """Self-attention as chosen: all heads together, mixed by W_O."""
    field = attention_field(rules.mask.matrix(len(parameters.x)))
    return Measured(field, attention_influence(parameters, rules, field.reach))


def recurrent(x: Array, settings: RecurrentSettings) -> Measured:
    """A seeded recurrent layer on vectors ``x``: ``(token, d_model)``."""
    field = recurrent_field(len(x), settings.direction)
    net = RecurrentLayer(x.shape[1], settings).double()
    return Measured(field, recurrent_influence(net, torch.from_numpy(x).double(), field.reach))


def convolutional(x: Array, settings: ConvolutionSettings) -> Measured:
    """A seeded stack of convolutions on vectors ``x``: ``(token, d_model)``."""
    field = convolution_field(len(x), settings.kernel, settings.dilations, settings.causal)
    net = ConvolutionStack(x.shape[1], settings).double()
    return Measured(field, convolution_influence(net, torch.from_numpy(x).double(), field.reach))
