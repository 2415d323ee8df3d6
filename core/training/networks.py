"""The networks of the race, without their numbers: attention, linear, recurrent, convolutional.

All of them sum up the vectors of a token's parts, mix over tokens, and end in one linear map to
the answers. No output sees a token behind its own place.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from core.attention import MultiHeadSteps, merge_heads, scaled_dot_product_attention, split_heads
from core.linear_attention import linear_attention, state_size
from core.modules import allocate_parameters
from core.positions import ENCODINGS, sinusoidal
from core.receptive_field import Field, attention_field, convolution_field, recurrent_field
from core.rnn import LAYERS, RecurrentKind
from core.training.tasks import Task

N_HEADS, D_K, D_V = 8, 16, 6
"""Of attention, at any budget."""

D_V_LINEAR = 5
"""Of linear attention, which has as many heads: its state is sums of products and of features."""

STATES = tuple(state_size(N_HEADS, d_k, D_V_LINEAR) for d_k in (1, 2, 4, 8, 16))
"""Numbers that linear attention may keep in each layer, to choose from."""

ROTARY_BASE = 100.0
"""Turns that suit distances up to a hundred; the usual 10000 is meant for longer texts."""

POSITIONS = {"relative": "none", "rotary": "rope", "sinusoidal": "sinusoidal", "learned": "none"}
"""The networks with attention, and the encoding of each that has no numbers to learn."""

KERNEL = 3
"""Of the convolutions."""


class Network(nn.Module):
    """What the contenders share: vectors in, answers out.

    Attributes:
        task: What is asked.
        width: Of a token.
    """

    def __init__(self, task: Task, width: int) -> None:
        super().__init__()
        self.task, self.width = task, width
        self.embedding = _empty(task.vocabulary, width)
        self.readout = _empty(width, task.questions * task.answers)
        self.readout_bias = _empty(task.questions * task.answers)

    def forward(self, inputs: Tensor) -> Tensor:
        """``(batch, token, part)`` to scores ``(batch, token, question, answer)``."""
        return self.answered(self.mixed(self.embedded(inputs)))

    def embedded(self, inputs: Tensor) -> Tensor:
        """``(..., token, part)`` to vectors ``(..., token, width)``."""
        return self.embedding[inputs].sum(dim=-2)

    def mixed(self, x: Tensor) -> Tensor:
        """``(batch, token, width)`` to ``(batch, token, width)``: where tokens learn of others."""
        raise NotImplementedError

    def answered(self, x: Tensor) -> Tensor:
        """``(..., token, width)`` to scores ``(..., token, question, answer)``."""
        scores = x @ self.readout + self.readout_bias
        return scores.unflatten(-1, (self.task.questions, self.task.answers))

    def layer(self, x: Tensor) -> Tensor:
        """One sequence ``(token, width)`` to its scores ``(token, question * answer)``."""
        return self.answered(self.mixed(x[None]))[0].flatten(-2)

    def field(self, n: int) -> Field:
        """What theory lets each output feel of ``n`` tokens."""
        raise NotImplementedError


class AttentionNetwork(Network):
    """Causal self-attention with residual connections; no feed-forward layers, no normalisation."""

    def __init__(self, task: Task, width: int, positions: str, n_layers: int) -> None:
        super().__init__(task, width)
        self.positions, self.n_layers = positions, n_layers
        self.encoding = ENCODINGS[POSITIONS[positions]]
        for layer in range(n_layers):
            for name in ("q", "k"):
                self.register_parameter(f"w_{name}_{layer}", _empty(width, N_HEADS * D_K))
                self.register_parameter(f"b_{name}_{layer}", _empty(N_HEADS * D_K))
            self.register_parameter(f"w_v_{layer}", _empty(width, N_HEADS * D_V))
            self.register_parameter(f"w_o_{layer}", _empty(N_HEADS * D_V, width))
            if positions == "relative":
                self.register_parameter(f"b_distance_{layer}", _empty(N_HEADS, task.length))
        if positions == "learned":
            self.places = _empty(task.length, width)

    def embedded(self, inputs: Tensor) -> Tensor:
        """With vectors of their places added, if these are told that way."""
        x = super().embedded(inputs)
        if self.encoding.adds:
            return x + self.encoding.adds(*x.shape[-2:])
        return x + self.places[: x.shape[-2]] if self.positions == "learned" else x

    def mixed(self, x: Tensor) -> Tensor:
        """Layer by layer, each added to what it read."""
        for layer in range(self.n_layers):
            x = x + self.steps(x, layer).output
        return x

    def steps(self, x: Tensor, layer: int) -> MultiHeadSteps:
        """Every step of one layer on vectors ``(..., token, width)``."""
        w_q, w_k, w_v, w_o, b_q, b_k = (
            self.get_parameter(f"{name}_{layer}")
            for name in ("w_q", "w_k", "w_v", "w_o", "b_q", "b_k")
        )
        q, k = split_heads(x @ w_q + b_q, N_HEADS), split_heads(x @ w_k + b_k, N_HEADS)
        v = split_heads(x @ w_v, N_HEADS)  # (..., head, token, d_v)
        if self.encoding.turns:
            q, k = (self.encoding.turns(it, None, ROTARY_BASE) for it in (q, k))
        bias = self.bias(x.shape[-2], layer)
        scores, weights, heads = scaled_dot_product_attention(q, k, v, bias, is_causal=True)
        return MultiHeadSteps(q, k, v, scores, weights, heads, merge_heads(heads) @ w_o)

    def bias(self, n: int, layer: int) -> Tensor | None:
        """What is added to the scores, ``(head, query, key)``: a number for each distance."""
        if self.encoding.bias:
            return self.encoding.bias(N_HEADS, n, n)
        if self.positions != "relative":
            return None
        place = torch.arange(n)
        ago = (place[:, None] - place).clamp(min=0)
        return self.get_parameter(f"b_distance_{layer}")[:, ago]

    def all_steps(self, x: Tensor) -> list[MultiHeadSteps]:
        """Every step of every layer."""
        found = []
        for layer in range(self.n_layers):
            found.append(self.steps(x, layer))
            x = x + found[-1].output
        return found

    def field(self, n: int) -> Field:
        """Everything before, and the token itself."""
        return attention_field(np.tri(n, dtype=bool), self.n_layers)


class LinearNetwork(Network):
    """Linear attention with residual connections, at sinusoidal positions.

    Trained in its matrix form; read token by token it keeps ``state`` numbers in each layer.
    """

    def __init__(self, task: Task, width: int, state: int, n_layers: int) -> None:
        super().__init__(task, width)
        self.n_layers = n_layers
        d_k = state // state_size(N_HEADS, 1, D_V_LINEAR)
        for layer in range(n_layers):
            for name in ("q", "k"):
                self.register_parameter(f"w_{name}_{layer}", _empty(width, N_HEADS * d_k))
                self.register_parameter(f"b_{name}_{layer}", _empty(N_HEADS * d_k))
            self.register_parameter(f"w_v_{layer}", _empty(width, N_HEADS * D_V_LINEAR))
            self.register_parameter(f"w_o_{layer}", _empty(N_HEADS * D_V_LINEAR, width))

    def embedded(self, inputs: Tensor) -> Tensor:
        """With vectors of their places added."""
        x = super().embedded(inputs)
        return x + sinusoidal(*x.shape[-2:])

    def mixed(self, x: Tensor) -> Tensor:
        """Layer by layer, each added to what it read."""
        for layer in range(self.n_layers):
            q, k, v = self.heads(x, layer)
            found = merge_heads(linear_attention(q, k, v))
            x = x + found @ self.get_parameter(f"w_o_{layer}")
        return x

    def heads(self, x: Tensor, layer: int) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values, ``(..., head, token, d)``."""
        w_q, w_k, w_v, b_q, b_k = (
            self.get_parameter(f"{name}_{layer}") for name in ("w_q", "w_k", "w_v", "b_q", "b_k")
        )
        projected = x @ w_q + b_q, x @ w_k + b_k, x @ w_v
        q, k, v = (split_heads(each, N_HEADS) for each in projected)
        return q, k, v

    def field(self, n: int) -> Field:
        """Everything before, and the token itself."""
        return recurrent_field(n)


class RecurrentNetwork(Network):
    """A recurrent layer of torch's, from the first token to the last."""

    def __init__(self, task: Task, width: int, kind: RecurrentKind) -> None:
        super().__init__(task, width)
        # Made without memory first: torch would fill it from its global generator.
        self.net = LAYERS[kind](width, width, batch_first=True, device="meta")
        allocate_parameters(self.net)

    def mixed(self, x: Tensor) -> Tensor:
        """Token by token."""
        return self.net(x)[0]

    def field(self, n: int) -> Field:
        """Everything before, and the token itself."""
        return recurrent_field(n)


class ConvolutionalNetwork(Network):
    """Causal convolutions, each dilated twice as much as the one before, with residuals."""

    def __init__(self, task: Task, width: int, dilations: tuple[int, ...]) -> None:
        super().__init__(task, width)
        self.dilations = dilations
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, KERNEL, dilation=dilation, device="meta")
            for dilation in dilations
        )
        allocate_parameters(self.convolutions)

    def mixed(self, x: Tensor) -> Tensor:
        """Layer by layer, each added to what it read."""
        x = x.mT  # (batch, width, token): torch's convolutions have channels first
        for convolution, dilation in zip(self.convolutions, self.dilations, strict=True):
            x = x + torch.relu(convolution(pad(x, (dilation * (KERNEL - 1), 0))))
        return x.mT

    def field(self, n: int) -> Field:
        """The window."""
        return convolution_field(n, KERNEL, self.dilations, causal=True)


def _empty(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.empty(shape))
