"""One-dimensional convolutions over a sentence, stacked.

The layers are torch's own; only their numbers are drawn here, from a seed of their own.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from core.modules import allocate_parameters


def margin(kernel: int, dilation: int, causal: bool) -> tuple[int, int]:
    """Zeros to put before and behind a sentence, so that a convolution keeps its length."""
    total = dilation * (kernel - 1)
    before = total if causal else total // 2
    return before, total - before


@dataclass(frozen=True)
class ConvolutionSettings:
    """Settings of a seeded stack of convolutions.

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
        layers = [
            nn.Conv1d(width, settings.d_out, settings.kernel, dilation=dilation, device="meta")
            for width, dilation in zip(widths, settings.dilations, strict=False)
        ]
        self.layers = nn.ModuleList(layers)
        allocate_parameters(self.layers)
        self.layers.requires_grad_(False)
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

    def jacobian(self, x: Tensor) -> Tensor:
        """Derive every output by every input.

        Every layer is passed token by token, on what its window has felt so far and no more.

        Args:
            x: ``(token, d_in)``.

        Returns:
            ``(output, input, d_in, d_out)``, 0 outside the window.
        """
        n, d_in = x.shape
        felt = [torch.eye(d_in, dtype=x.dtype)[None]] * n  # a token: (input, d_in, channel)
        seen = [range(i, i + 1) for i in range(n)]  # a token: which inputs
        hidden, settings = x, self.settings
        for index, (layer, dilation) in enumerate(
            zip(self.layers, settings.dilations, strict=True)
        ):
            if index:
                hidden = torch.tanh(hidden)
                felt = [it * slope for it, slope in zip(felt, 1 - hidden**2, strict=True)]
            before, _ = margins = margin(settings.kernel, dilation, settings.causal)
            felt, seen = _passed(felt, seen, layer.get_parameter("weight"), dilation, before)
            hidden = layer(pad(hidden.mT, margins)).mT
        whole = x.new_zeros(n, n, d_in, settings.d_out)
        for row, derivative, inputs in zip(whole, felt, seen, strict=True):
            row[inputs.start : inputs.stop] = derivative
        return whole


def _passed(
    felt: list[Tensor], seen: list[range], w: Tensor, dilation: int, before: int
) -> tuple[list[Tensor], list[range]]:
    """Derivatives after one more convolution, given those before it."""
    n, (d_out, _, kernel) = len(felt), w.shape
    taps = w.permute(2, 1, 0).contiguous()  # (kernel, channel, d_out)
    after, windows = [], []
    for i in range(n):
        places = [(i + tap * dilation - before, tap) for tap in range(kernel)]
        places = [(place, tap) for place, tap in places if 0 <= place < n]
        window = range(
            min((seen[place].start for place, _ in places), default=i),
            max((seen[place].stop for place, _ in places), default=i),
        )
        total = w.new_zeros(len(window), felt[0].shape[1], d_out)
        for place, tap in places:
            first = seen[place].start - window.start
            total[first : first + len(seen[place])] += felt[place] @ taps[tap]
        after.append(total)
        windows.append(window)
    return after, windows


def _draw(stack: ConvolutionStack, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in stack.named_parameters():
        if name.endswith("bias"):
            parameter.zero_()
        else:
            fan_in = parameter[0].numel()
            parameter.normal_(std=1 / math.sqrt(fan_in), generator=generator)
