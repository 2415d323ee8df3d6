"""One-dimensional convolutions over a sentence, stacked.

The layers are torch's own; only their numbers are drawn here, from a seed of their own.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad


def margin(kernel: int, dilation: int, causal: bool) -> tuple[int, int]:
    """Zeros to put before and behind a sentence, so that a convolution keeps its length."""
    total = dilation * (kernel - 1)
    before = total if causal else total // 2
    return before, total - before


class ConvolutionStack(nn.Module):
    """Seeded, untrained convolutions: every output sees a window, wider with every layer."""

    def __init__(
        self,
        d_in: int,
        d_out: int,
        *,
        kernel: int = 3,
        dilations: Sequence[int] = (1,),
        causal: bool = False,
        seed: int = 0,
    ) -> None:
        """Draw the layers' numbers.

        Args:
            d_in: Width of a token.
            d_out: Channels of every layer.
            kernel: Tokens that one layer looks at.
            dilations: One a layer: the step between the tokens it looks at.
            causal: Whether windows end at the token itself instead of lying around it.
            seed: Same seed, same stack.

        Raises:
            ValueError: If there is no layer.
        """
        super().__init__()
        if not dilations:
            raise ValueError("a stack needs at least one layer")
        self.kernel, self.dilations, self.causal = kernel, tuple(dilations), causal
        widths = [d_in] + [d_out] * len(dilations)
        # Made without memory first: torch would fill it from its global generator.
        meta = nn.ModuleList(
            nn.Conv1d(widths[i], d_out, kernel, dilation=dilation, device="meta")
            for i, dilation in enumerate(dilations)
        )
        self.layers = meta.to_empty(device="cpu").requires_grad_(False)
        _draw(self, seed)

    def forward(self, x: Tensor) -> Tensor:
        """``(token, d_in)`` to ``(token, d_out)``; tanh between layers, none after the last."""
        x = x.mT  # (d_in, token): torch's convolutions have channels first
        for index, (layer, dilation) in enumerate(zip(self.layers, self.dilations, strict=True)):
            margins = margin(self.kernel, dilation, self.causal)
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
