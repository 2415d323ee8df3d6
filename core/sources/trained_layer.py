"""One layer of a network that was trained here, laid out for readers to edit."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import pad

from core.architectures import Measured
from core.arrays import Array
from core.attention import split_heads
from core.layer import Edit, Parameters, Rules, Sizes, steps
from core.masks import MaskRule
from core.sources.toy import ToySource
from core.sources.trained import TrainedSource, felt
from core.trace import AttentionTrace, Origin
from core.training.networks import D_K, D_V, N_HEADS, POSITIONS, ROTARY_BASE, AttentionNetwork


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainedLayer(ToySource):
    """One attention layer of a network, laid out for readers to edit; `opened` makes it.

    Every vector ends in a 1. The last row of W_Q and W_K, which it meets, is what the network adds
    to queries and keys; W_V has zeros there, and W_O a column of them.

    Attributes:
        whole: What was trained.
        network: It restored, in float64.
        layer: Which of its layers, from 0.
    """

    whole: TrainedSource
    network: AttentionNetwork
    layer: int

    @property
    def origin(self) -> Origin:
        """The network's, and whether a reader changed the layer."""
        return replace(self.whole.origin, edited=bool(self.edits))

    def trace(self, sentence: str) -> AttentionTrace:
        """What the layer makes of a sequence; raises what `TrainedSource.trace` does."""
        return self.trace_of(tuple(sentence.split()))

    def untouched(self, tokens: tuple[str, ...]) -> Parameters:
        """The layer's numbers, and the vectors that it reads: positions are in them."""
        network = self.network
        w_q, w_k, w_v, w_o, b_q, b_k = (
            network.get_parameter(f"{name}_{self.layer}").float()
            for name in ("w_q", "w_k", "w_v", "w_o", "b_q", "b_k")
        )
        with torch.no_grad():
            x = network.embedded(self.whole.design.task.inputs(tokens))
            for below in range(self.layer):
                x = x + network.steps(x, below).output
        found = Parameters(
            x=pad(x.float(), (0, 1), value=1.0).numpy(),  # (token, width + 1)
            w_q=split_heads(torch.cat((w_q, b_q[None])), N_HEADS).numpy(),
            w_k=split_heads(torch.cat((w_k, b_k[None])), N_HEADS).numpy(),
            w_v=split_heads(pad(w_v, (0, 0, 0, 1)), N_HEADS).numpy(),
            w_o=pad(w_o.unflatten(0, (N_HEADS, D_V)), (0, 1)).numpy(),
        )
        if self.whole.contender != "relative":
            return found
        distances = network.get_parameter(f"b_distance_{self.layer}")
        return replace(found, b_distance=distances[:, None].float().numpy())

    def measured(self, tokens: tuple[str, ...]) -> Measured:
        """How much each place's answers change with a token's vector, in the whole network.

        The reader's numbers are in this layer; the others have their learned ones.
        """
        return felt(self.network, self._mixing(tokens), tokens)

    def answered(self, tokens: tuple[str, ...]) -> Array:
        """What the whole network answers, the reader's numbers in this layer.

        Returns:
            ``(token, question, answer)``, scores: the highest one is given.

        Raises:
            InputError: ``no_tokens``, ``too_many_symbols`` or ``unknown_symbol``, as `Task.inputs`.
        """
        x = self.network.embedded(self.network.task.inputs(tokens))
        with torch.no_grad():
            return self.network.answered(self._mixing(tokens)(x)).numpy()

    def _mixing(self, tokens: tuple[str, ...]) -> Callable[[Tensor], Tensor]:
        """All layers, this one as the reader left it."""
        now = self.parameters(tokens)
        moved = torch.from_numpy(now.x - self.untouched(tokens).x).double()

        def mixed(x: Tensor) -> Tensor:
            for layer in range(self.network.n_layers):
                if layer == self.layer:
                    read = pad(x, (0, 1), value=1.0) + moved
                    x = (read + steps(read, now, self.rules).output)[..., :-1]
                else:
                    x = x + self.network.steps(x, layer).output
            return x

        return mixed


def opened(whole: TrainedSource, layer: int, edits: tuple[Edit, ...] = ()) -> TrainedLayer:
    """A layer of a network.

    Raises:
        ValueError: If the network has no attention.
    """
    network = whole.restored_attention().double()
    positions = POSITIONS[network.positions]
    if network.encoding.adds:
        positions = "none"  # they are in the vectors that the layer reads
    rules = Rules(mask=MaskRule("causal"), positions=positions, base=ROTARY_BASE)
    return TrainedLayer(
        sizes=Sizes(network.width + 1, D_K, D_V, N_HEADS),
        rules=rules,
        edits=edits,
        whole=whole,
        network=network,
        layer=layer,
    )
