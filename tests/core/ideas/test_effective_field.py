"""Fields on paper and felt."""

import numpy as np
import torch

from core.cnn import ConvolutionSettings, ConvolutionStack
from core.ideas.effective_field import DEPTHS, field_sizes
from core.ideas.reach import SEEDS, WIDTH


def test_theoretical_fields_by_hand():
    assert field_sizes(3, (1,), 0).theoretical.tolist() == [1 + 2 * depth for depth in DEPTHS]
    assert field_sizes(3, (1, 2, 4, 8), 0).theoretical[:3].tolist() == [3, 7, 31]


def test_the_effective_field_falls_behind_with_depth():
    found = field_sizes(3, (1,), 0)
    assert found.mean[0] == found.theoretical[0] == 3
    part = found.mean / found.theoretical
    assert part[-1] < 0.6 < part[3]
    assert (np.diff(found.mean) > 0).all()


def test_felt_is_counted_against_the_input_in_the_middle():
    layers, counts = 8, []
    for seed in range(SEEDS):
        settings = ConvolutionSettings(3, (1,) * layers, d_out=WIDTH, seed=seed)
        net, n = ConvolutionStack(WIDTH, settings).double(), 1 + 2 * layers
        x = torch.randn(n, WIDTH, generator=torch.Generator().manual_seed(seed)).double()
        jacobian = torch.autograd.functional.jacobian(net, x)
        strength = jacobian[layers].norm(dim=(0, 2))
        counts.append(int((strength > 0.0455 * strength[layers]).sum()))
    assert field_sizes(3, (1,), 0).mean[DEPTHS.index(layers)] == np.mean(counts)


def test_fields_that_are_too_large_are_left_out():
    found = field_sizes(9, (32,), 0)
    assert found.layers.tolist() == [1]
    assert found.theoretical.tolist() == [257]
