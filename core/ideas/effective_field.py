"""The field of a stack of convolutions on paper, and the part of it that is felt.

Source: Luo et al., Understanding the Effective Receptive Field in Deep Convolutional Neural
Networks, 2016.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from core.arrays import Array, IntArray, freeze
from core.cnn import ConvolutionSettings, ConvolutionStack
from core.ideas.reach import SEEDS, WIDTH
from core.receptive_field import receptive_field

NOTICED = 1 - 0.9545
"""Part of the middle input's influence from which on one counts as felt (Luo et al. 2016)."""

DEPTHS = (1, 2, 4, 8, 16, 24, 32)
"""Layers for which field sizes are measured."""

LARGEST_FIELD = 400
"""Tokens up to which they are: longer ones would keep the reader waiting."""


@dataclass(frozen=True)
class FieldSizes:
    """Field sizes of a growing stack of convolutions, in tokens: one for each of ``DEPTHS``.

    Attributes:
        layers: How many there are: those of ``DEPTHS`` whose fields are not too large.
        theoretical: What the middle output can see.
        mean: What it feels, mean over seeds.
        low: The smallest of any seed.
        high: The largest.
    """

    layers: IntArray
    theoretical: IntArray
    mean: Array
    low: Array
    high: Array

    def __post_init__(self) -> None:
        """Keep it as it is."""
        freeze(self)


def field_sizes(kernel: int, dilations: Sequence[int], first: int) -> FieldSizes:
    """Effective beside theoretical field, with as many layers as ``DEPTHS`` say.

    The sentence is as long as the theoretical field, so that no border is in the way.

    Args:
        kernel: Odd.
        dilations: Of the first layers; they are repeated where there are fewer than layers.
        first: The first of ``SEEDS`` seeds.

    Source: Luo et al. 2016: an input is felt if its influence is more than ``NOTICED`` of that of
    the one in the middle.
    """
    cycle = [dilations[layer % len(dilations)] for layer in range(DEPTHS[-1])]
    theory, felt = [], []
    for depth in DEPTHS:
        chosen = tuple(cycle[:depth])
        size = receptive_field([(kernel, dilation, 1) for dilation in chosen])
        if size > LARGEST_FIELD:
            break
        settings = ConvolutionSettings(kernel, chosen, d_out=WIDTH)
        seeds = range(first, first + SEEDS)
        theory.append(size)
        felt.append([_felt(size, replace(settings, seed=seed)) for seed in seeds])
    counts, layers = np.array(felt), np.array(DEPTHS[: len(theory)])
    ends = counts.mean(axis=1), counts.min(axis=1), counts.max(axis=1)
    return FieldSizes(layers, np.array(theory), *ends)


def _felt(n: int, settings: ConvolutionSettings) -> int:
    """Count how many of ``n`` inputs the middle output feels."""
    generator = torch.Generator().manual_seed(settings.seed)
    x = torch.randn(n, WIDTH, generator=generator).double().requires_grad_()
    with torch.enable_grad():
        middle = ConvolutionStack(WIDTH, settings).double()(x)[n // 2]  # (d_out,)
        # One output after the other: torch.func, which takes them together, loads a compiler.
        rows = [torch.autograd.grad(it, x, retain_graph=True)[0] for it in middle]
    jacobian = torch.stack(rows)  # (d_out, input, d_in)
    strength = torch.linalg.vector_norm(jacobian, dim=(0, 2))
    return int((strength > NOTICED * strength[n // 2]).sum())
