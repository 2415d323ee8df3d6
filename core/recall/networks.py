"""The networks of recall, without their numbers: each turns codes into answers for every place.

All read the same tokens, a word's code beside the sinusoids of its place. What they keep of the
sentence is all that an answer is made of: a state, the last vector of a CNN, or every token.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from core.attention import merge_heads, scaled_dot_product_attention, split_heads
from core.linear_attention import look_up, nothing_read, read
from core.modules import allocate_parameters
from core.positions import sinusoidal
from core.recall.readers import Counted, Reader
from core.rnn import LAYERS

CODE = 16
"""Numbers of a word's code."""

PLACE = 16
"""Numbers that tell a place."""

BASE = 1000.0
"""Of the sinusoids: wavelengths from 6 to some 2600 words."""

ASKED = 64
"""Numbers of what a question and, in linear attention, a token pass through."""

N_HEADS, D_K, D_V = 4, 16, 16
"""Of attention."""

LINEAR_HEADS = {16: (4, 2, 1), 64: (4, 4, 3), 256: (4, 8, 7)}
"""Heads, d_k and d_v of linear attention, for each size of its state."""

SLOTS = 16
"""Into how many slots a smaller state is spread before it is asked."""

WIDTHS = {3: (48,), 7: (48, 112), 15: (48, 80, 240), 31: (48, 80, 160, 496)}
"""Channels of each convolution, for each field: at last as many as the codes in it have numbers."""

KERNEL = 3
"""Of the convolutions."""


class Network(nn.Module):
    """Codes in, answers out."""

    def __init__(self, counted: Counted) -> None:
        super().__init__()
        self.counted = counted

    def forward(self, codes: Tensor) -> Tensor:
        """``(batch, word, CODE)`` to answers ``(batch, place, CODE)``, one for each word."""
        batch, n, _ = codes.shape
        places = sinusoidal(n, PLACE, BASE)
        tokens = torch.cat((codes, places.expand(batch, n, PLACE)), dim=-1)
        return self.answered(tokens, places if self.counted == "first" else places.flip(0))

    def answered(self, tokens: Tensor, questions: Tensor) -> Tensor:
        """Read tokens ``(batch, word, CODE + PLACE)``, answer ``(place, PLACE)``."""
        raise NotImplementedError


class AttentionNetwork(Network):
    """Every question attends to every token."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader.counted)
        self.w_q = nn.Linear(PLACE, N_HEADS * D_K, device="meta")
        self.w_k = nn.Linear(CODE + PLACE, N_HEADS * D_K, device="meta")
        self.w_v = nn.Linear(CODE + PLACE, N_HEADS * D_V, device="meta")
        self.w_o = nn.Linear(N_HEADS * D_V, CODE, device="meta")

    def answered(self, tokens: Tensor, questions: Tensor) -> Tensor:
        """Keeps the keys and values of all words."""
        q = split_heads(self.w_q(questions), N_HEADS)  # (head, place, d_k)
        k, v = (split_heads(w(tokens), N_HEADS) for w in (self.w_k, self.w_v))
        heads = scaled_dot_product_attention(q.expand(len(tokens), *q.shape), k, v).output
        return self.w_o(merge_heads(heads))


class LinearNetwork(Network):
    """Linear attention: the words are summed up in one memory, then every question looks there."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader.counted)
        self.n_heads, d_k, d_v = LINEAR_HEADS[reader.size]
        self.asked = nn.Linear(PLACE, ASKED, device="meta")
        self.w_q = nn.Linear(ASKED, self.n_heads * d_k, device="meta")
        self.keyed = nn.Linear(CODE + PLACE, ASKED, device="meta")
        self.w_k = nn.Linear(ASKED, self.n_heads * d_k, device="meta")
        self.w_v = nn.Linear(CODE + PLACE, self.n_heads * d_v, device="meta")
        self.w_o = nn.Linear(self.n_heads * d_v, CODE, device="meta")

    def answered(self, tokens: Tensor, questions: Tensor) -> Tensor:
        """Keeps the sums."""
        q = split_heads(self.w_q(self.asked(questions).relu()), self.n_heads)
        k = split_heads(self.w_k(self.keyed(tokens).relu()), self.n_heads)
        v = split_heads(self.w_v(tokens), self.n_heads)  # (batch, head, word, d_v)
        return self.w_o(merge_heads(look_up(read(nothing_read(k, v), k, v), q)))


class StateNetwork(Network):
    """One vector is kept of the sentence; a question weighs its slots of ``CODE`` numbers each.

    A small state is spread over more slots first, by one matrix.
    """

    def __init__(self, counted: Counted, width: int, spread: bool) -> None:
        super().__init__(counted)
        self.w_s = nn.Linear(width, SLOTS * CODE, device="meta") if spread else nn.Identity()
        self.asked = nn.Linear(PLACE, ASKED, device="meta")
        self.weighed = nn.Linear(ASKED, SLOTS if spread else width // CODE, device="meta")

    def answered(self, tokens: Tensor, questions: Tensor) -> Tensor:
        """Keeps the state."""
        slots = self.weighed(self.asked(questions).relu())  # (place, slot)
        return slots @ self.w_s(self.state(tokens)).unflatten(-1, (-1, CODE))

    def state(self, tokens: Tensor) -> Tensor:
        """``(batch, word, CODE + PLACE)`` to ``(batch, width)``."""
        raise NotImplementedError


class RecurrentNetwork(StateNetwork):
    """A recurrent layer of torch's, from the first word to the last."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader.counted, reader.size, spread=reader.size < SLOTS * CODE)
        width = reader.size // 2 if reader.kind == "lstm" else reader.size
        self.net = LAYERS[reader.kind](CODE + PLACE, width, batch_first=True, device="meta")

    def state(self, tokens: Tensor) -> Tensor:
        """The last output; in an LSTM its cell, too."""
        last = self.net(tokens)[1]
        return torch.cat([*last], dim=-1)[0] if isinstance(last, tuple) else last[0]


class ConvolutionalNetwork(StateNetwork):
    """Causal convolutions, each dilated twice as much as the one before, at the last word alone."""

    def __init__(self, reader: Reader) -> None:
        widths = WIDTHS[reader.size]
        super().__init__(reader.counted, widths[-1], spread=False)
        self.field = reader.size
        ends = zip((CODE + PLACE, *widths), widths, strict=False)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(d_in, d_out, KERNEL, stride=2, device="meta") for d_in, d_out in ends
        )

    def state(self, tokens: Tensor) -> Tensor:
        """A stride of 2 leaves out what the last word's window does not need of a layer."""
        x = tokens[:, -self.field :].mT  # (batch, channel, word)
        x = pad(x, (self.field - x.shape[-1], 0))
        for depth, convolution in enumerate(self.convolutions):
            x = convolution(torch.tanh(x) if depth else x)
        return x[..., 0]


def unset(reader: Reader) -> Network:
    """The reader's network, its numbers still to be set."""
    match reader.kind:
        case "attention":
            network = AttentionNetwork(reader)
        case "linear":
            network = LinearNetwork(reader)
        case "cnn":
            network = ConvolutionalNetwork(reader)
        case _:
            network = RecurrentNetwork(reader)
    allocate_parameters(network)
    return network


def drawn(reader: Reader, generator: torch.Generator) -> Network:
    """The network before training.

    Numbers are uniform within 1/√fan-in, as torch draws them, but for matrices from state to
    state, which are rotations, and from questions and keys to features, three times as large:
    with small ones attention learns to look at one place only after many steps.
    """
    network = unset(reader)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "weight_hh" in name:
                for gate in parameter.split(parameter.shape[1]):
                    gate.copy_(_rotation(len(gate), generator))
            else:
                large = name in ("w_q.weight", "w_k.weight") and hasattr(network, "w_k")
                end = (3 if large else 1) / math.sqrt(_fan_in(network, name))
                parameter.uniform_(-end, end, generator=generator)
    return network


def _fan_in(network: Network, name: str) -> int:
    """Numbers that each output of the layer with this parameter is a sum of."""
    weight = network.get_parameter(name.replace("bias", "weight"))
    return weight[0].numel()


def _rotation(size: int, generator: torch.Generator) -> Tensor:
    q, r = torch.linalg.qr(torch.randn(size, size, generator=generator))
    return q * r.diagonal().sign()
