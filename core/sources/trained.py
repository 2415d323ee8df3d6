"""A network that was trained here: what its attention does, and what its outputs feel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array
from core.influence import Influence, influence
from core.trace import AttentionTrace, LayerTrace, Origin
from core.training.contenders import Contender, Design, restored
from core.training.networks import AttentionNetwork, Network

_ROWS = 4  # outputs measured at once: all together would need a gigabyte


@dataclass(frozen=True, eq=False)
class TrainedSource:
    """A contender with its learned numbers.

    Attributes:
        contender: Which one.
        design: What it was made for.
        parameters: By name, as in `Snapshot.parameters`.
        seed: Of its run.
        step: Steps it had learned.
    """

    contender: Contender
    design: Design
    parameters: Mapping[str, Array]
    seed: int
    step: int

    @property
    def origin(self) -> Origin:
        """Trained here; before the first step, the numbers are only seeded."""
        return Origin("trained", str(self.step)) if self.step else Origin("seeded", str(self.seed))

    def trace(self, sentence: str) -> AttentionTrace:
        """What every attention layer makes of a sequence, written as `Task.words` writes it.

        Raises:
            InputError: ``no_tokens``, or ``unknown_symbol`` with the word.
            ValueError: If the contender has no attention.
        """
        network = self.network
        if not isinstance(network, AttentionNetwork):
            raise ValueError(f"{self.contender} has no attention")
        words = tuple(sentence.split())
        with torch.no_grad():
            steps = network.all_steps(network.embedded(self.design.task.inputs(words)))
        blind = np.where(np.tri(len(words), dtype=bool), 0.0, -np.inf).astype(np.float32)
        layers = []
        for index, it in enumerate(steps):
            learned = network.bias(len(words), index)
            bias = blind if learned is None else blind + learned.numpy()
            q, k, v, scores, weights, heads, output = (step.numpy() for step in it)
            bias = np.broadcast_to(bias, scores.shape)
            layers.append(LayerTrace(q, k, v, scores, bias, weights, heads, output))
        return AttentionTrace(words, words, tuple(layers), self.origin)

    def influence(self, sentence: str) -> Influence:
        """How much each output's scores change when a token's vector does.

        Raises:
            InputError: ``no_tokens``, or ``unknown_symbol`` with the word.
        """
        network = self.network.double()
        with torch.no_grad():
            x = network.embedded(self.design.task.inputs(tuple(sentence.split())))
        reach = network.reach(len(x))
        parts = [
            influence(_some_rows(network, first), x, reach[first : first + _ROWS]).strength
            for first in range(0, len(x), _ROWS)
        ]
        return Influence(reach, np.concatenate(parts))

    @property
    def network(self) -> Network:
        """The network itself, anew."""
        made = restored(self.contender, self.design, self.parameters)
        return made.requires_grad_(False)


def _some_rows(network: Network, first: int) -> Callable[[Tensor], Tensor]:
    def rows(x: Tensor) -> Tensor:
        return network.layer(x)[first : first + _ROWS]

    return rows
