"""What a network makes of a sentence: its own translation, or one that it is made to write."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from core.translation.network import Decoded, Network, keep
from core.translation.pieces import END, LONGEST, PADDING, START, UNKNOWN

_NEVER = [PADDING, START, UNKNOWN]  # not written


class Forced(NamedTuple):
    """What a network makes of every piece of a translation that is given, and of its end.

    Attributes:
        log_probabilities: ``(output,)`` of the pieces that were given, in nats.
        best: ``(output,)``, the ids that the network would have written.
        weights: ``(layer, head, output, source)``; no layers without attention.
    """

    log_probabilities: Tensor
    best: Tensor
    weights: Tensor


class GoingOn(NamedTuple):
    """What a network makes of the piece after those that are written.

    Attributes:
        scores: ``(piece,)``; ``-inf`` for those that are never written.
        weights: ``(layer, head, output, source)`` of the pieces written and the one that comes; no
            layers without attention.
    """

    scores: Tensor
    weights: Tensor


def greedy(network: Network, sources: Tensor, longest: int = LONGEST) -> list[tuple[int, ...]]:
    """Write the most probable piece, again and again, until each sentence ends.

    Args:
        network: That translates.
        sources: ``(sentence, source)`` ids.
        longest: Pieces, at most.

    Returns:
        The ids of each translation, without its end.
    """
    with torch.no_grad():
        memory = network.encode(network.source[sources], keep)
        written = torch.full((len(sources), 1), START)
        while written.shape[1] <= longest and not (written == END).any(dim=1).all():
            scores = network.decode(memory, written, keep).scores[:, -1]
            scores[:, _NEVER] = -math.inf
            written = torch.cat((written, scores.argmax(dim=-1, keepdim=True)), dim=1)
    return [_until_end(ids) for ids in written[:, 1:].tolist()]


def going_on(network: Network, source: Sequence[int], written: Sequence[int]) -> GoingOn:
    """Ask a network for the next piece of a translation.

    Args:
        network: That translates.
        source: Ids of pieces.
        written: Ids of the pieces so far, without an end.
    """
    with torch.no_grad():
        memory = network.encode(network.source[torch.tensor([source])], keep)
        decoded = network.decode(memory, torch.tensor([(START, *written)]), keep)
    scores = decoded.scores[0, -1].clone()
    scores[_NEVER] = -math.inf
    return GoingOn(scores, decoded.weights[:, 0])


def forced(network: Network, source: Sequence[int], target: Sequence[int]) -> Forced:
    """Make a network write a translation.

    Args:
        network: That translates.
        source, target: Ids of pieces.
    """
    with torch.no_grad():
        memory = network.encode(network.source[torch.tensor([source])], keep)
        decoded = network.decode(memory, torch.tensor([(START, *target)]), keep)
    chosen = torch.tensor([*target, END])
    scores = decoded.scores[0].clone()  # (output, piece)
    logs = scores.log_softmax(dim=-1)[torch.arange(len(chosen)), chosen]
    scores[:, _NEVER] = -math.inf
    return Forced(logs, scores.argmax(dim=-1), decoded.weights[:, 0])


def slopes(network: Network, source: Sequence[int], target: Sequence[int]) -> Tensor:
    """How the score of each piece that a network is made to write changes with the source.

    A score counts against the mean of all pieces' scores: what is added to all of them changes no
    probability. Unlike a probability, it still moves when the network is sure.

    Args:
        network: That translates.
        source, target: Ids of pieces.

    Returns:
        ``(output, source, width)``: the derivative by the source pieces' vectors; the last output
        is the end.
    """
    chosen = torch.tensor([*target, END])
    n, place = len(chosen), torch.arange(len(chosen))
    x = network.source[torch.tensor(source)].detach()
    with torch.enable_grad():
        # Every output has a copy of the source to itself, so that one backward pass is enough.
        copies = x.repeat(n, 1, 1).requires_grad_()
        before = torch.tensor([(START, *target)]).expand(n, -1)
        decoded: Decoded = network.decode(network.encode(copies, keep), before, keep)
        scores = decoded.scores[place, place]  # (output, piece)
        against_mean = scores[place, chosen] - scores.mean(dim=-1)
        [derivative] = torch.autograd.grad(against_mean.sum(), copies)
    return derivative


def typical_length(network: Network) -> float:
    """Of a source piece's vector: the root of the mean square."""
    return float(network.source.detach().square().sum(dim=-1).mean().sqrt())


def _until_end(ids: list[int]) -> tuple[int, ...]:
    return tuple(ids[: ids.index(END)] if END in ids else ids)
