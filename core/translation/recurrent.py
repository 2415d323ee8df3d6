"""A recurrent translator: a GRU reads, another writes, with one vector between them or attention.

Sources: Cho et al., Learning Phrase Representations using RNN Encoder–Decoder for Statistical
Machine Translation, 2014 (one vector, given to every step); Bahdanau et al., Neural Machine
Translation by Jointly Learning to Align and Translate, 2015 (additive attention before each step).
"""

import torch
from torch import Tensor, nn

from core.attention import additive_attention
from core.modules import allocate_parameters
from core.translation.network import Decoded, Drop, Network, Sizes, empty


class RecurrentNetwork(Network):
    """Two directions read; one vector, or attention, tells the writing GRU what was read.

    Attributes:
        attends: Whether it looks at every source piece, or gets the last state of each direction.
    """

    def __init__(self, sizes: Sizes, attends: bool) -> None:
        super().__init__(sizes)
        width, hidden = sizes.width, sizes.hidden
        self.attends = attends
        self.reader = nn.GRU(width, hidden, batch_first=True, bidirectional=True, device="meta")
        self.writer = nn.GRUCell(width + 2 * hidden, hidden, device="meta")
        for part in (self.reader, self.writer):
            allocate_parameters(part)
        self.w_start, self.b_start = empty(hidden, 2 * hidden), empty(hidden)
        self.w_out, self.b_out = empty(width, 3 * hidden + width), empty(width)
        if attends:
            self.w_q, self.w_k = empty(width, hidden), empty(width, 2 * hidden)
            self.v_a = empty(1, width)

    def encode(self, x: Tensor, drop: Drop) -> Tensor:
        """``(batch, source, 2 * hidden)``: what each direction has read up to each piece."""
        states, _ = self.reader(drop(x))
        return drop(states)

    def decode(self, memory: Tensor, target: Tensor, drop: Drop) -> Decoded:
        """One step after the other: each needs the state that the last one left."""
        written = drop(self.target[target])  # (batch, output, width)
        hidden = self.sizes.hidden
        summary = torch.cat((memory[:, -1, :hidden], memory[:, 0, hidden:]), dim=-1)
        state = torch.tanh(nn.functional.linear(summary, self.w_start, self.b_start))
        keys = memory @ self.w_k.mT if self.attends else None  # (batch, source, d_a)
        states, contexts, weights = [], [], []
        for before in written.unbind(1):
            context = summary
            if keys is not None:
                looked = additive_attention(
                    state[:, None], keys, memory, self.w_q, None, self.v_a[0]
                )
                context = looked.output[:, 0]
                weights.append(looked.weights)
            state = self.writer(torch.cat((before, context), dim=-1), state)
            states.append(state)
            contexts.append(context)
        known = torch.cat((torch.stack(states, 1), torch.stack(contexts, 1), written), dim=-1)
        output = torch.tanh(nn.functional.linear(drop(known), self.w_out, self.b_out))
        return Decoded(self.scores(drop(output)), _stacked(weights, memory))


def _stacked(weights: list[Tensor], memory: Tensor) -> Tensor:
    """Each step's ``(batch, 1, source)`` as ``(layer, batch, head, output, source)``."""
    if not weights:
        return memory.new_zeros(0, len(memory), 1, 0, memory.shape[1])
    return torch.cat(weights, dim=1)[None, :, None]
