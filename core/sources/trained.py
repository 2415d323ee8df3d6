"""A network that was trained here: what its attention does, and what its outputs feel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.architectures import Measured
from core.arrays import Array
from core.influence import Influence
from core.trace import AttentionTrace, LayerTrace, Origin
from core.training.contenders import Contender, Design, restored
from core.training.networks import AttentionNetwork, Network


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
            InputError: ``no_tokens``, ``too_many_symbols`` or ``unknown_symbol``, as `Task.inputs`.
            ValueError: If the contender has no attention.
        """
        network, words = self.restored_attention(), tuple(sentence.split())
        with torch.no_grad():
            found = network.all_steps(network.embedded(self.design.task.inputs(words)))
        blind = np.where(np.tri(len(words), dtype=bool), 0.0, -np.inf).astype(np.float32)
        layers = []
        for index, steps in enumerate(found):
            learned = network.bias(len(words), index)
            bias = blind if learned is None else blind + learned.numpy()
            layers.append(LayerTrace.of(steps, bias))
        return AttentionTrace(words, words, tuple(layers), self.origin)

    def measured(self, tokens: tuple[str, ...]) -> Measured:
        """How much each place's answers change when a token's vector does.

        Raises:
            InputError: ``no_tokens``, ``too_many_symbols`` or ``unknown_symbol``, as `Task.inputs`.
        """
        network = self.restored().double()
        return felt(network, network.mixed, tokens)

    @property
    def nbytes(self) -> int:
        """Bytes of the learned numbers."""
        return sum(it.nbytes for it in self.parameters.values())

    def restored(self) -> Network:
        """A network of its own with these numbers, which learns no further."""
        return restored(self.contender, self.design, self.parameters).requires_grad_(False)

    def restored_attention(self) -> AttentionNetwork:
        """As :meth:`restored`, where the layers of attention are asked for.

        Raises:
            ValueError: If the contender has no attention.
        """
        network = self.restored()
        if not isinstance(network, AttentionNetwork):
            raise ValueError(f"{self.contender} has no attention")
        return network


def felt(network: Network, mixed: Callable[[Tensor], Tensor], words: tuple[str, ...]) -> Measured:
    """How much each place's answers change when a token's vector does.

    Args:
        network: In float64.
        mixed: What mixes over its tokens: the network's own, or a reader's.
        words: Symbols of its task.
    """
    x = network.embedded(network.task.inputs(words))
    field = network.field(len(x))
    strength = torch.stack([_felt_at(network, mixed, x, place) for place in range(len(x))])
    return Measured(field, Influence(field.reach, strength.numpy()))


def _felt_at(network: Network, mixed: Callable[[Tensor], Tensor], x: Tensor, place: int) -> Tensor:
    """``(input,)``: the length of the derivative of a place's answers by each token's vector.

    Every answer has a copy of the sequence to itself, so that one backward pass is enough.
    """
    answers = network.task.questions * network.task.answers
    with torch.enable_grad():
        copies = x.repeat(answers, 1, 1).requires_grad_()  # (answer, token, width)
        scores = network.answered(mixed(copies))[:, place].flatten(-2)  # (copy, answer)
        [slopes] = torch.autograd.grad(scores.diagonal().sum(), copies)
    return torch.linalg.vector_norm(slopes, dim=(0, 2))
