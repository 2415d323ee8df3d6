"""Recurrent layers as maps from tokens to tokens: tanh RNN, LSTM, GRU.

The layers are torch's own; only their numbers are drawn here, from a seed of their own.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

RecurrentKind = Literal["rnn", "lstm", "gru"]
Direction = Literal["forward", "both"]

_LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


@dataclass(frozen=True)
class RecurrentSettings:
    """What decides a seeded recurrent layer.

    Attributes:
        kind: ``rnn`` is the plain one with tanh.
        d_hidden: Width of the memory, per direction.
        direction: ``both`` reads the sentence a second time from its end.
        gain: For ``rnn``: how much longer the memory gets in one step, before tanh; below 1 it
            vanishes, above 1 it explodes. Gates do this by themselves, so others ignore it.
        seed: Same seed, same layer.
    """

    kind: RecurrentKind = "rnn"
    d_hidden: int = 8
    direction: Direction = "forward"
    gain: float = 1.0
    seed: int = 0


class RecurrentLayer(nn.Module):
    """A seeded, untrained recurrent layer: reads token by token and keeps a memory."""

    def __init__(self, d_in: int, settings: RecurrentSettings) -> None:
        """Draw the numbers of a layer that reads tokens of width ``d_in``."""
        super().__init__()
        both = settings.direction == "both"
        # Made without memory first: torch would fill it from its global generator.
        make = _LAYERS[settings.kind]
        meta = make(d_in, settings.d_hidden, bidirectional=both, device="meta")
        self.net = meta.to_empty(device="cpu").requires_grad_(False)
        _draw(self.net, settings.gain if settings.kind == "rnn" else 1.0, settings.seed)

    def forward(self, x: Tensor) -> Tensor:
        """``(token, d_in)`` to ``(token, d_out)``; ``d_out`` is ``d_hidden`` for each direction."""
        output, _ = self.net(x)
        return output


def _draw(net: nn.RNNBase, gain: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in net.named_parameters():
        if name.startswith("weight_hh"):
            for gate in parameter.split(net.hidden_size):
                gate.copy_(gain * _orthogonal(net.hidden_size, generator))
        elif name.startswith("weight_ih"):
            parameter.normal_(std=1 / math.sqrt(net.input_size), generator=generator)
        else:
            parameter.zero_()


def _orthogonal(size: int, generator: torch.Generator) -> Tensor:
    """A rotation: keeps the length of what it is applied to, so that the gain alone changes it."""
    q, r = torch.linalg.qr(torch.randn(size, size, generator=generator))
    return q * r.diagonal().sign()
