"""One-dimensional convolutions over a sentence, stacked.

The layers are torch's own; only their numbers are drawn here, from a seed of their own.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import pad


def margin(kernel: int, dilation: int, causal: bool) -> tuple[int, int]:
    """Zeros to put before and behind a sentence, so that a convolution keeps its length."""
    total = dilation * (kernel - 1)
    before = total if causal else total // 2
    return before, total - before


@dataclass(frozen=True)
class ConvolutionSettings:
    """What decides a seeded stack of convolutions.

    Attributes:
        kernel: Tokens that one layer looks at.
        dilations: One a layer, at least one: the step between the tokens it looks at.
        causal: Whether windows end at the token itself instead of lying around it.
        d_out: Channels of every layer.
        seed: Same seed, same stack.
    """

    kernel: int = 3
    dilations: tuple[int, ...] = (1,)
    causal: bool = False
    d_out: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        """Check that there is a layer.

        Raises:
            ValueError: If there is none.
        """
        if not self.dilations:
            raise ValueError("a stack needs at least one layer")


class ConvolutionStack(nn.Module):
    """Seeded, untrained convolutions: every output sees a window, wider with every layer."""

    def __init__(self, d_in: int, settings: ConvolutionSettings) -> None:
        """Draw the numbers of layers, the first of which reads tokens of width ``d_in``."""
        super().__init__()
        self.settings = settings
        widths = [d_in] + [settings.d_out] * len(settings.dilations)
        # Made without memory first: torch would fill it from its global generator.
        meta = nn.ModuleList(
            nn.Conv1d(width, settings.d_out, settings.kernel, dilation=dilation, device="meta")
            for width, dilation in zip(widths, settings.dilations, strict=False)
        )
        self.layers = meta.to_empty(device="cpu").requires_grad_(False)
        _draw(self, settings.seed)

    def forward(self, x: Tensor) -> Tensor:
        """``(token, d_in)`` to ``(token, d_out)``; tanh between layers, none after the last."""
        x = x.mT  # (d_in, token): torch's convolutions have channels first
        settings = self.settings
        for index, (layer, dilation) in enumerate(
            zip(self.layers, settings.dilations, strict=True)
        ):
            margins = margin(settings.kernel, dilation, settings.causal)
            x = layer(pad(torch.tanh(x) if index else x, margins))
        return x.mT


def _draw(stack: ConvolutionStack, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in stack.named_parameters():
        if name.endswith("bias"):
            parameter.zero_()
        else:
            fan_in = parameter[0].numel()
            parameter.normal_(std=1 / math.sqrt(fan_in), generator=generator)
