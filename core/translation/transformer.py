"""A Transformer that translates, on `core.attention`.

Source: Vaswani et al., Attention Is All You Need, 2017, section 3; norms stand before each part
(Xiong et al., On Layer Normalization in the Transformer Architecture, 2020).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm, linear, relu

from core.attention import MultiHeadSteps, multi_head_attention
from core.positions import sinusoidal
from core.translation.network import Decoded, Drop, Network, Sizes, empty

N_HEADS = 4
ENCODER_LAYERS, DECODER_LAYERS = 3, 2


class TransformerNetwork(Network):
    """Layers of self-attention read; layers of self-attention and attention to the source write."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        self.encoder = nn.ModuleList(Layer(sizes, reads=True) for _ in range(ENCODER_LAYERS))
        self.decoder = nn.ModuleList(Layer(sizes, reads=False) for _ in range(DECODER_LAYERS))
        self.encoder_norm, self.decoder_norm = Norm(sizes.width), Norm(sizes.width)

    def encode(self, x: Tensor, drop: Drop) -> Tensor:
        """``(batch, source, width)``: each piece with what it took from the others."""
        x = self._placed(x, drop)
        for layer in self.encoder:
            x, _ = layer(x, None, drop)
        return self.encoder_norm(x)

    def decode(self, memory: Tensor, target: Tensor, drop: Drop) -> Decoded:
        """All outputs at once; each looks at itself and those before it only."""
        x, weights = self._placed(self.target[target], drop), []
        for layer in self.decoder:
            x, looked = layer(x, memory, drop)
            weights.append(looked.weights)
        return Decoded(self.scores(drop(self.decoder_norm(x))), torch.stack(weights))

    def _placed(self, x: Tensor, drop: Drop) -> Tensor:
        width = self.sizes.width
        return drop(x * math.sqrt(width) + sinusoidal(x.shape[1], width).to(x.dtype))


class Layer(nn.Module):
    """Self-attention, attention to the source if the layer writes, and a feed-forward part."""

    def __init__(self, sizes: Sizes, reads: bool) -> None:
        super().__init__()
        self.own = Attention(sizes.width)
        self.to_source = None if reads else Attention(sizes.width)
        self.norm = Norm(sizes.width)
        self.w_up, self.b_up = empty(sizes.hidden, sizes.width), empty(sizes.hidden)
        self.w_down, self.b_down = empty(sizes.width, sizes.hidden), empty(sizes.width)

    def forward(
        self, x: Tensor, memory: Tensor | None, drop: Drop
    ) -> tuple[Tensor, MultiHeadSteps]:
        """``(batch, token, width)`` to the same, and the steps of the attention that came last."""
        writes = self.to_source is not None
        steps = self.own(x, None, is_causal=writes)
        x = x + drop(steps.output)
        if self.to_source is not None:
            steps = self.to_source(x, memory, is_causal=False)
            x = x + drop(steps.output)
        inner = drop(relu(linear(self.norm(x), self.w_up, self.b_up)))
        return x + drop(linear(inner, self.w_down, self.b_down)), steps


class Attention(nn.Module):
    """Multi-head attention after a norm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = Norm(width)
        self.w_q, self.w_k, self.w_v, self.w_o = (empty(width, width) for _ in "qkvo")

    def forward(self, x: Tensor, context: Tensor | None, is_causal: bool) -> MultiHeadSteps:
        """``context`` as in `core.attention.multi_head_attention`; only ``x`` is normed."""
        return multi_head_attention(
            self.norm(x), context, self.w_q, self.w_k, self.w_v, self.w_o, N_HEADS,
            is_causal=is_causal,
        )  # fmt: skip


class Norm(nn.Module):
    """Layer normalisation (Ba et al. 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale, self.shift = empty(width), empty(width)

    def forward(self, x: Tensor) -> Tensor:
        """``(..., width)`` with mean 0 and variance 1, then scaled and shifted."""
        return layer_norm(x, x.shape[-1:], self.scale, self.shift)
