"""Recurrent layers as maps from tokens to tokens: tanh RNN, LSTM, GRU.

The layers are torch's own; only their numbers are drawn here, from a seed of their own.
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from core.modules import allocate_parameters

RecurrentKind = Literal["rnn", "lstm", "gru"]
Direction = Literal["forward", "both"]

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


@dataclass(frozen=True)
class RecurrentSettings:
    """Settings of a seeded recurrent layer.

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


class StepDerivatives(NamedTuple):
    """Derivatives of a recurrent layer's state after one step.

    Attributes:
        keeps: ``(step, state, state)``, ∂state_t/∂state_(t-1).
        takes: ``(step, state, d_in)``, ∂state_t/∂x_t.
    """

    keeps: Tensor
    takes: Tensor


class RecurrentLayer(nn.Module):
    """A seeded, untrained recurrent layer: reads token by token and keeps a memory."""

    def __init__(self, d_in: int, settings: RecurrentSettings) -> None:
        """Draw the numbers of a layer that reads tokens of width ``d_in``."""
        super().__init__()
        both = settings.direction == "both"
        # Made without memory first: torch would fill it from its global generator.
        make = LAYERS[settings.kind]
        self.net = make(d_in, settings.d_hidden, bidirectional=both, device="meta")
        allocate_parameters(self.net)
        self.net.requires_grad_(False)
        _draw(self.net, settings.gain if settings.kind == "rnn" else 1.0, settings.seed)

    def forward(self, x: Tensor) -> Tensor:
        """``(token, d_in)`` to ``(token, d_out)``; ``d_out`` is ``d_hidden`` for each direction."""
        output, _ = self.net(x)
        return output

    def step_derivatives(self, x: Tensor, backward: bool = False) -> StepDerivatives:
        """The derivatives of all steps at once, in the order in which tokens are read.

        The state is the output, in an LSTM followed by its cell; both are ``d_hidden`` wide.

        Args:
            x: ``(token, d_in)``.
            backward: Of the direction that reads from the end.
        """
        size, suffix = self.net.hidden_size, "_reverse" if backward else ""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        w_x, w_h, b_x, b_h = (getattr(self.net, f"{name}_l0{suffix}") for name in names)
        after = self(x)[:, size:] if backward else self(x)[:, :size]  # (step, d_hidden)
        if backward:
            x, after = x.flip(0), after.flip(0)
        before = nn.functional.pad(after, (0, 0, 1, 0))[:-1]
        from_x = (x @ w_x.mT + b_x).unflatten(1, (-1, size))  # (step, gate, d_hidden)
        from_h = (before @ w_h.mT + b_h).unflatten(1, (-1, size))
        w_x, w_h = w_x.unflatten(0, (-1, size)), w_h.unflatten(0, (-1, size))
        match self.net.mode:
            case "LSTM":
                return _lstm_steps(from_x + from_h, w_x, w_h)
            case "GRU":
                return _gru_steps(from_x, from_h, before, w_x, w_h)
            case _:
                slope = (1 - after**2)[:, None]
                return StepDerivatives(_through(slope, w_h), _through(slope, w_x))


def _lstm_steps(gates: Tensor, w_x: Tensor, w_h: Tensor) -> StepDerivatives:
    """``gates`` are before their sigmoid or tanh, in torch's order: i, f, g, o."""
    i, f, o = gates[:, [0, 1, 3]].sigmoid().unbind(1)  # (step, d_hidden)
    g = gates[:, 2].tanh()
    cells = [torch.zeros_like(g[0])]
    for forget, added in zip(f, i * g, strict=True):
        cells.append(forget * cells[-1] + added)
    before, cell = torch.stack(cells[:-1]), torch.stack(cells[1:]).tanh()
    into_cell = g * i * (1 - i), before * f * (1 - f), i * (1 - g**2), torch.zeros_like(cell)
    slope = torch.stack(into_cell, dim=1)  # (step, gate, d_hidden)
    out_of_cell = o * (1 - cell**2)  # what of the cell's change reaches the output
    opened = out_of_cell[:, None] * slope
    opened[:, 3] = cell * o * (1 - o)
    remembers = torch.diag_embed(f)
    from_output = torch.cat((_through(opened, w_h), _through(slope, w_h)), dim=1)
    from_cell = torch.cat((out_of_cell[..., None] * remembers, remembers), dim=1)
    takes = torch.cat((_through(opened, w_x), _through(slope, w_x)), dim=1)
    return StepDerivatives(torch.cat((from_output, from_cell), dim=2), takes)


def _gru_steps(
    from_x: Tensor, from_h: Tensor, before: Tensor, w_x: Tensor, w_h: Tensor
) -> StepDerivatives:
    """Before their sigmoid or tanh, gates stand in torch's order: r, z, n."""
    r, z = (from_x + from_h)[:, :2].sigmoid().unbind(1)  # (step, d_hidden)
    n = (from_x[:, 2] + r * from_h[:, 2]).tanh()
    by_n = (1 - z) * (1 - n**2)
    by_z = (before - n) * z * (1 - z)
    by_r = by_n * from_h[:, 2] * r * (1 - r)
    takes = _through(torch.stack((by_r, by_z, by_n), dim=1), w_x)
    keeps = _through(torch.stack((by_r, by_z, by_n * r), dim=1), w_h)
    return StepDerivatives(keeps + torch.diag_embed(z), takes)


def _through(slope: Tensor, w: Tensor) -> Tensor:
    """``(step, gate, d_hidden)`` and ``(gate, d_hidden, any)`` to ``(step, d_hidden, any)``."""
    return torch.einsum("tgh,gha->tha", slope, w)


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
