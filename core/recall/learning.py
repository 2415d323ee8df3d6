"""How a reader learns to recall, and which share of words it then recalls."""

import math

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.arrays import Array
from core.recall.codes import nearest, random_codes
from core.recall.networks import Network, drawn
from core.recall.readers import Reader

FEWEST, MOST = 2, 16
"""Words of the sentences that readers learn from."""

COUNTS = (2, 4, 8, 12, 16, 24, 32)
"""Words of the sentences that readers are scored on."""

SCORED = 512
"""Sentences that readers are scored on, for each number of words."""

_WARM_UP = 50
_SCORES = 1_000_003
"""The seed of the codes that are scored; those of training lie below."""


def learned(reader: Reader, seed: int) -> Network:
    """The network after its updates, its numbers rounded to float16 as files hold them.

    Every sentence has new codes, nothing is learned twice; the loss is that of naming the word
    by the products of its code with the answer.

    Args:
        reader: Whom to train.
        seed: Of the numbers at the start and of the codes.
    """
    generator = torch.Generator().manual_seed(seed)
    network = drawn(reader, generator)
    optimiser = torch.optim.Adam(network.parameters(), lr=reader.rate)
    for update in range(reader.updates):
        optimiser.param_groups[0]["lr"] = reader.rate * _pace(update, reader.updates)
        n = int(torch.randint(FEWEST, MOST + 1, (), generator=generator))
        with torch.enable_grad():
            optimiser.zero_grad()
            _loss(network, random_codes(reader.batch, n, generator)).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.half())
    return network


def shares(network: Network, n: int) -> Array:
    """``(place,)``: how often the word at each place of ``n`` words is recalled."""
    codes = random_codes(SCORED, n, torch.Generator().manual_seed(_SCORES + n))
    with torch.no_grad():
        right = nearest(network(codes), codes) == torch.arange(n)
    return right.double().mean(dim=0).numpy()


def _pace(update: int, updates: int) -> float:
    """The part of the learning rate: rising at first, then half a cosine down to 0."""
    falling = (1 + math.cos(math.pi * update / updates)) / 2
    return falling * min(1.0, (update + 1) / _WARM_UP)


def _loss(network: Network, codes: Tensor) -> Tensor:
    batch, n, _ = codes.shape
    scores = network(codes) @ codes.mT  # (batch, place, word)
    return cross_entropy(scores.flatten(0, 1), torch.arange(n).repeat(batch))
