"""Who takes part in a race: networks of equal size, their numbers drawn from seeds of their own."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import torch
from torch import Tensor

from core.arrays import Array
from core.errors import InputError
from core.receptive_field import receptive_field
from core.training.networks import (
    KERNEL,
    STATES,
    AttentionNetwork,
    ConvolutionalNetwork,
    LinearNetwork,
    Network,
    RecurrentNetwork,
)
from core.training.tasks import Task

Contender = Literal[
    "relative",
    "rotary",
    "sinusoidal",
    "learned",
    "rnn",
    "lstm",
    "gru",
    "linear",
    "cnn",
    "wide_cnn",
]
CONTENDERS: tuple[Contender, ...] = get_args(Contender)

BUDGET_TOLERANCE = 0.1
"""How far a network's size may lie from the budget, as a part of it."""

ATTENTION: tuple[Contender, ...] = ("relative", "rotary", "sinusoidal", "learned")
"""Those whose weights can be looked at."""

RECURRENT: tuple[Contender, ...] = ("rnn", "lstm", "gru")

LINEAR: tuple[Contender, ...] = ("linear",)
"""Recurrent as well, but what its state takes in does not depend on what the state holds."""

CONVOLUTIONAL: tuple[Contender, ...] = ("cnn", "wide_cnn")

LEARNING_RATES: Mapping[Contender, float] = {
    name: 0.02 if name in (*ATTENTION, *LINEAR, "gru") else 0.01 for name in CONTENDERS
}
"""For Adam, the same for every task.

Of 0.003, 0.01 and 0.02 the one with most right answers in ``recall`` after 150 steps with seed 0,
or within 0.03 of it.
"""

_WIDEST = 512


@dataclass(frozen=True)
class Design:
    """What all contenders of a race have in common.

    Attributes:
        task: What they learn.
        budget: Parameters that each may have.
        layers: Of attention, linear attention among it.
        field: Tokens that an output of ``cnn`` sees; that of ``wide_cnn`` sees every distance.
        state: Numbers that linear attention keeps in each layer, one of ``STATES``.
    """

    task: Task
    budget: int = 15_000
    layers: int = 1
    field: int = 15
    state: int = STATES[-1]


def build(contender: Contender, design: Design, seed: int) -> Network:
    """The contender at the width that comes nearest to the budget.

    Raises:
        InputError: ``budget_too_small`` if no width comes within a tenth of it.
    """
    network = _fitting(contender, design)
    _draw(network, seed)
    return network


def size(network: Network) -> int:
    """How many parameters are learned."""
    return sum(parameter.numel() for parameter in network.parameters())


def dilations(field: int) -> tuple[int, ...]:
    """1, 2, 4, ...: those of the smallest stack that sees at least so many tokens."""
    found = [1]
    while _seen(found) < field:
        found.append(2 * found[-1])
    return tuple(found)


def field_of(contender: Contender, design: Design) -> int:
    """How many tokens an output of a CNN sees, its own included."""
    farthest = design.task.distances[-1] + (design.task.kind != "parity")
    return _seen(dilations(farthest if contender == "wide_cnn" else design.field))


def state_of(contender: Contender, design: Design) -> int | None:
    """How many numbers a contender with a state of fixed size keeps of all that it has read.

    Raises:
        InputError: ``budget_too_small``, as :func:`build`.
    """
    if contender in LINEAR:
        return design.state * design.layers
    if contender in RECURRENT:
        width = _fitting(contender, design).width
        return 2 * width if contender == "lstm" else width  # output and cell
    return None


def parameters_of(network: Network) -> dict[str, Array]:
    """Copies of the learned numbers, by name."""
    return {name: it.detach().numpy().copy() for name, it in network.named_parameters()}


def restored(contender: Contender, design: Design, parameters: Mapping[str, Array]) -> Network:
    """The network with these numbers.

    Raises:
        InputError: ``budget_too_small``, as :func:`build`.
        KeyError: If one is missing.
    """
    network = _fitting(contender, design)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(torch.from_numpy(parameters[name]))
    return network


def _fitting(contender: Contender, design: Design) -> Network:
    """The contender at its width, its numbers still to be set."""
    network = _made(contender, design, _width(contender, design))
    if abs(size(network) / design.budget - 1) > BUDGET_TOLERANCE:
        raise InputError("budget_too_small", contender=contender, budget=design.budget)
    return network


def _seen(found: list[int] | tuple[int, ...]) -> int:
    return receptive_field([(KERNEL, dilation, 1) for dilation in found])


@lru_cache(maxsize=256)
def _width(contender: Contender, design: Design) -> int:
    low, high = 1, _WIDEST
    while high - low > 1:
        middle = (low + high) // 2
        fits = size(_made(contender, design, middle)) <= design.budget
        low, high = (middle, high) if fits else (low, middle)
    pair = (_made(contender, design, width) for width in (low, high))
    return min(pair, key=lambda it: abs(size(it) - design.budget)).width


def _made(contender: Contender, design: Design, width: int) -> Network:
    match contender:
        case "rnn" | "lstm" | "gru":
            return RecurrentNetwork(design.task, width, contender)
        case "linear":
            return LinearNetwork(design.task, width, design.state, design.layers)
        case "cnn" | "wide_cnn":
            stack = dilations(field_of(contender, design))
            return ConvolutionalNetwork(design.task, width, stack)
        case _:
            return AttentionNetwork(design.task, width, contender, design.layers)


def _draw(network: Network, seed: int) -> None:
    """Torch's own ranges for recurrent and convolutional layers, variance 1 for the others."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.startswith("net."):
                _uniform(parameter, network.width, generator)
            elif name.startswith("convolutions."):
                _uniform(parameter, KERNEL * network.width, generator)
            elif name in ("embedding", "places"):
                parameter.normal_(generator=generator)
            elif parameter.ndim == 2 and not name.startswith("b_"):
                parameter.normal_(std=1 / math.sqrt(len(parameter)), generator=generator)
            elif name.startswith("b_") and getattr(network, "positions", "") == "rotary":
                # What a place looks for whatever stands there: distances are learned from it.
                parameter.normal_(std=3.0, generator=generator)
            else:
                parameter.zero_()


def _uniform(parameter: Tensor, fan_in: int, generator: torch.Generator) -> None:
    end = 1 / math.sqrt(fan_in)
    parameter.uniform_(-end, end, generator=generator)
