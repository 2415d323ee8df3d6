"""Things to bring about on a page, and the tests of each."""

from collections.abc import Sequence

import numpy as np

from core.arrays import Array
from core.cnn import ConvolutionSettings
from core.ideas.shuffling import OrderedHead
from core.influence import Influence
from core.layer import Edit, Rules
from core.measures import HeadFeatures

PAIRS = (("猫", "老鼠"), ("cat", "mouse"))
"""Pairs of words, the first of which is to look at the second."""

MUCH = 0.8
"""The weight to be reached by changing W_Q, and the mean weight of a head on the piece before."""

FAR = 30
"""Words that a stack of convolutions is to reach."""

REMEMBERED = 0.3
"""The first word's share in the last output of an RNN."""

LARGEST_KERNEL = 9
"""Of the stacks that can be built on the pages."""

_FEWEST_WORDS = 5


def looks_by_query(
    tokens: Sequence[str], weights: Array, edits: Sequence[Edit], rules: Rules
) -> bool:
    """Tell whether one animal looks at the other because W_Q was changed, and nothing else.

    Args:
        tokens: Of the sentence; one of ``PAIRS`` has to be in it.
        weights: ``(query, key)``.
        edits: What the reader changed.
        rules: How the layer computes: positions are free, everything else is as usual.
    """
    if not edits or any(edit.matrix != "w_q" for edit in edits):
        return False
    if rules != Rules(positions=rules.positions):
        return False
    lower = [token.lower() for token in tokens]
    found = [pair for pair in PAIRS if set(pair) <= set(lower)]
    return any(weights[lower.index(a), lower.index(b)] > MUCH for a, b in found)


def fewest_layers(n: int) -> int:
    """Fewest layers with which a stack of the pages sees ``n`` words without a gap.

    A layer sees kernel times as many as the one before at best, with dilations 1, k, k², ...
    """
    depth = 0
    while LARGEST_KERNEL**depth < n:
        depth += 1
    return depth


def words_seen(settings: ConvolutionSettings) -> int:
    """Count the words side by side, its own the last, that an output of a causal stack sees."""
    seen = np.ones(1, dtype=bool)  # by how far back
    for dilation in settings.dilations:
        steps = np.zeros(dilation * (settings.kernel - 1) + 1)
        steps[::dilation] = 1
        seen = np.convolve(seen, steps) > 0
    return int(np.argmin(np.append(seen, False)))


def reaches_far(settings: ConvolutionSettings) -> bool:
    """Tell whether a stack sees ``FAR`` words without a gap, with the fewest layers."""
    return words_seen(settings) >= FAR and len(settings.dilations) == fewest_layers(FAR)


def remembers(recurrent: Influence) -> bool:
    """Tell whether the last output of at least five words feels the first one clearly."""
    n = len(recurrent.share)
    return n >= _FEWEST_WORDS and bool(recurrent.share[-1, 0] > REMEMBERED)


def mostly_still(head: OrderedHead, places: Sequence[int]) -> bool:
    """Tell whether a shuffle under a causal mask leaves half of the outputs as they were.

    The words have to be in another order, though; at least four of them.
    """
    if head.order != "causal" or len(places) < 4 or list(places) == sorted(places):
        return False
    still = ~head.moved(places).any(axis=1)
    return bool(still.sum() * 2 >= len(places))


def looks_beside(features: HeadFeatures, layer: int, head: int) -> bool:
    """Tell whether a head of a model gives most of its attention to one neighbour of a piece."""
    beside = features.previous[layer, head], features.following[layer, head]
    return bool(max(beside) > MUCH)
