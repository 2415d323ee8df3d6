"""Pairs as batches to learn from: sentences of similar lengths, in an order of chance."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from core.translation.files import shared_pieces
from core.translation.pairs import Pair
from core.translation.pieces import END, LONGEST, PADDING, START, Language

BATCH = 32
"""Sentences, at most."""

_POOL = 8 * BATCH  # sentences that are sorted by the length of the target

Example = tuple[tuple[int, ...], tuple[int, ...]]
"""The ids of a source, and of its translation."""


class Batch(NamedTuple):
    """Sentences to learn from at once; their sources are equally long.

    Attributes:
        source: ``(sentence, source)`` ids.
        before: ``(sentence, output)``, the pieces that stand before each output.
        after: ``(sentence, output)``, the pieces that should follow; ``PADDING`` behind the end.
    """

    source: Tensor
    before: Tensor
    after: Tensor


def examples(pairs: Sequence[Pair], source: Language, target: Language) -> list[Example]:
    """Pairs as ids, without those that are too long."""
    pieces = shared_pieces()
    sources = (pieces[source].encode(getattr(pair, source).text) for pair in pairs)
    targets = (pieces[target].encode(getattr(pair, target).text) for pair in pairs)
    coded = zip(sources, targets, strict=True)
    return [example for example in coded if max(map(len, example)) <= LONGEST]


def batch_of(chosen: Sequence[Example]) -> Batch:
    """Examples whose sources are equally long, as tensors."""
    length = 1 + max(len(target) for _, target in chosen)
    padded = [(*target, END) + (PADDING,) * (length - 1 - len(target)) for _, target in chosen]
    after = torch.tensor(padded)
    before = pad(after, (1, -1), value=START)
    return Batch(torch.tensor([source for source, _ in chosen]), before, after)


def epoch(data: Sequence[Example], generator: torch.Generator) -> list[Batch]:
    """All examples once."""
    by_length: dict[int, list[Example]] = {}
    for place in torch.randperm(len(data), generator=generator).tolist():
        by_length.setdefault(len(data[place][0]), []).append(data[place])
    chosen = []
    for group in by_length.values():
        for start in range(0, len(group), _POOL):
            pool = sorted(group[start : start + _POOL], key=lambda example: len(example[1]))
            chosen += [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]
    order = torch.randperm(len(chosen), generator=generator).tolist()
    return [batch_of(chosen[place]) for place in order]


def batches(data: Sequence[Example], generator: torch.Generator, skipped: int) -> Iterator[Batch]:
    """Epoch after epoch, without the first batches."""
    while True:
        drawn = epoch(data, generator)
        yield from drawn[skipped:]
        skipped = max(0, skipped - len(drawn))
