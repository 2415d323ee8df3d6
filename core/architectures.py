"""The same sentence through attention, an RNN and a CNN: theory and measurement of each.

All three read the same vectors and answer the same question: how much does output i change when
input j does?
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from core import layer
from core.choice import Choice
from core.cnn import ConvolutionStack
from core.influence import Influence, influence
from core.layer import Parameters
from core.receptive_field import Field, attention_field, convolution_field, recurrent_field
from core.rnn import RecurrentLayer


class Measured(NamedTuple):
    """One architecture on one sentence."""

    field: Field
    influence: Influence


def attention(choice: Choice, parameters: Parameters) -> Measured:
    """Self-attention as chosen, all heads together, mixed by W_O."""
    rules = choice.layer_source.rules
    field = attention_field(rules.mask.matrix(len(parameters.x)))
    return _measure(layer.as_function(parameters, rules), parameters, field)


def recurrent(choice: Choice, parameters: Parameters) -> Measured:
    """A seeded recurrent layer on the words' vectors."""
    net = RecurrentLayer(
        choice.rnn_kind,
        choice.d_model,
        choice.rnn_hidden,
        direction=choice.rnn_direction,
        gain=choice.rnn_gain,
        seed=choice.seed,
    )
    field = recurrent_field(len(parameters.x), choice.rnn_direction)
    return _measure(net.double(), parameters, field)


def convolutional(choice: Choice, parameters: Parameters) -> Measured:
    """A seeded stack of convolutions on the words' vectors."""
    net = ConvolutionStack(
        choice.d_model,
        choice.d_model,
        kernel=choice.cnn_kernel,
        dilations=choice.dilations,
        causal=choice.cnn_causal,
        seed=choice.seed,
    )
    n_tokens = len(parameters.x)
    field = convolution_field(n_tokens, choice.cnn_kernel, choice.dilations, choice.cnn_causal)
    return _measure(net.double(), parameters, field)


def _measure(net: Callable[[Tensor], Tensor], parameters: Parameters, field: Field) -> Measured:
    x = torch.from_numpy(parameters.x).double()
    return Measured(field, influence(net, x, field.reach))
