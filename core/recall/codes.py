"""Codes: what stands for a word, drawn at random, so that nothing but memory can bring it back."""

import math
from hashlib import blake2b

import torch
from torch import Tensor
from torch.nn.functional import normalize

from core.recall.networks import CODE


def random_codes(batch: int, n: int, generator: torch.Generator) -> Tensor:
    """``(batch, word, CODE)``, all as long as √CODE, in every direction alike."""
    codes = torch.randn(batch, n, CODE, generator=generator)
    return normalize(codes, dim=-1) * math.sqrt(CODE)


def codes_of(words: tuple[str, ...], seed: int) -> Tensor:
    """``(word, CODE)``: the same code for the same text, in whatever sentence and place.

    Args:
        words: Their texts; a word with a capital is another word.
        seed: Another one, other codes.
    """
    return torch.cat([random_codes(1, 1, _generator(word, seed))[0] for word in words])


def nearest(answers: Tensor, codes: Tensor) -> Tensor:
    """``(..., place)``: the word with the code nearest to each answer, the first of equal ones.

    Args:
        answers: ``(..., place, CODE)``.
        codes: ``(..., word, CODE)``, all equally long: the nearest has the largest product.
    """
    return (answers @ codes.mT).argmax(dim=-1)


def _generator(word: str, seed: int) -> torch.Generator:
    found = blake2b(f"{seed} {word}".encode(), digest_size=7).digest()
    return torch.Generator().manual_seed(int.from_bytes(found))
