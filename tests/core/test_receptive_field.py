"""Theory against published networks, impulse responses and walks through graphs."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from core.masks import MaskRule
from core.receptive_field import (
    attention_field,
    convolution_field,
    receptive_field,
    recurrent_field,
)

Layers = list[tuple[int, int, int]]  # (kernel, dilation, stride)


def conv(kernel: int, stride: int = 1) -> Layers:
    return [(kernel, 1, stride)]


def resnet(*units: int) -> Layers:
    """As in TensorFlow's slim library: the last unit of each of the first three blocks strides."""
    layers = conv(7, 2) + conv(3, 2)
    for block, n_units in enumerate(units):
        for unit in range(n_units):
            stride = 2 if unit == n_units - 1 and block < 3 else 1
            layers += conv(1) + conv(3, stride) + conv(1)
    return layers


def vgg(*convolutions: int) -> Layers:
    return [layer for n in convolutions for layer in conv(3) * n + conv(2, 2)]


ALEXNET = conv(11, 4) + conv(3, 2) + conv(5) + conv(3, 2) + conv(3) * 3 + conv(3, 2)
MOBILE_STRIDES = (2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
MOBILENET = [layer for stride in MOBILE_STRIDES for layer in conv(3, stride) + conv(1)]
WAVENET: Layers = [(2, 2**i, 1) for i in range(10)]


@pytest.mark.parametrize(
    ("layers", "published"),
    [
        (ALEXNET, 195),
        (vgg(2, 2, 3, 3, 3), 212),
        (MOBILENET, 315),
        (resnet(3, 4, 6, 3), 483),
        (resnet(3, 4, 23, 3), 1027),
        (resnet(3, 8, 36, 3), 1507),
        (WAVENET, 1024),
    ],
)
def test_published_networks_have_their_published_fields(layers: Layers, published: int):
    assert receptive_field(layers) == published


def test_fields_by_hand():
    assert receptive_field([]) == 1
    assert receptive_field(conv(3)) == 3
    assert receptive_field([(3, 1, 1), (3, 1, 1)]) == 5
    assert receptive_field([(3, 4, 1)]) == 9
    assert receptive_field([(3, 1, 2), (3, 1, 1)]) == 7
    assert receptive_field([(1, 1, 5), (2, 1, 1)]) == 6


def test_the_stride_of_the_last_layer_does_not_matter():
    assert receptive_field([(3, 1, 1), (5, 1, 1)]) == receptive_field([(3, 1, 1), (5, 1, 9)])


# Convolutions

stacks = st.tuples(
    st.integers(1, 12),  # n
    st.integers(1, 4),  # kernel
    st.lists(st.integers(1, 3), min_size=1, max_size=3),  # dilations
    st.booleans(),  # causal
)
Stack = tuple[int, int, list[int], bool]


def impulse_responses(stack: Stack) -> np.ndarray:
    """(output, input): which outputs of torch's layers, all weights 1, answer a 1 at an input."""
    n, kernel, dilations, is_causal = stack
    signal = torch.eye(n)[:, None]  # (input, 1, token): one sentence for each impulse
    for dilation in dilations:
        total = dilation * (kernel - 1)
        layer = nn.Conv1d(1, 1, kernel, dilation=dilation, padding=total, bias=False)
        nn.init.ones_(layer.weight)
        start = 0 if is_causal else (total + 1) // 2
        signal = layer(signal)[..., start : start + n]
    return signal[:, 0].T.detach().numpy() > 0


@given(stacks)
def test_convolutions_reach_what_answers_an_impulse(stack: Stack):
    assert np.array_equal(convolution_field(*stack).reach, impulse_responses(stack))


@given(stacks)
def test_the_widest_row_has_the_size_of_the_receptive_field(stack: Stack):
    _, kernel, _, is_causal = stack
    dilations = [1] * 3
    size = receptive_field([(kernel, 1, 1)] * 3)
    reach = convolution_field(2 * size, kernel, dilations, is_causal).reach
    assert reach.sum(axis=1).max() == size


@pytest.mark.parametrize("kernel", [2, 4])
def test_an_even_window_has_one_place_more_ahead(kernel: int):
    reach = convolution_field(9, kernel, (1,)).reach[4]
    assert np.flatnonzero(reach).tolist() == list(range(5 - kernel // 2, 5 + kernel // 2))


def test_theory_does_without_what_it_is_compared_with():
    program = "import sys, core.receptive_field; assert not {'torch', 'core.cnn'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])


def test_a_convolution_by_hand():
    field = convolution_field(5, 3, (1, 1), causal=False)
    assert field.path.tolist() == [
        [1, 1, 2, 0, 0],
        [1, 1, 1, 2, 0],
        [2, 1, 1, 1, 2],
        [0, 2, 1, 1, 1],
        [0, 0, 2, 1, 1],
    ]
    assert field.sequential == 2


def test_a_causal_convolution_by_hand():
    field = convolution_field(4, 2, (2,), causal=True)
    assert field.path.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1]]


def test_dilations_that_double_reach_a_sentence_in_its_logarithm():
    field = convolution_field(16, 2, (1, 2, 4, 8), causal=True)
    assert np.array_equal(field.reach, MaskRule("causal").matrix(16))
    assert field.path.max() == 4


# Attention


def test_attention_reaches_everything_in_one_step():
    field = attention_field(MaskRule().matrix(5))
    assert (field.path == 1).all()
    assert field.sequential == 1


@pytest.mark.parametrize("n_layers", [1, 2, 3])
def test_stacked_windows_add_up(n_layers: int):
    field = attention_field(MaskRule("window", 1).matrix(9), n_layers)
    distance = np.abs(np.subtract.outer(np.arange(9), np.arange(9)))
    assert np.array_equal(field.reach, distance <= n_layers)
    assert np.array_equal(field.path[field.reach], np.maximum(distance, 1)[field.reach])


CAUSAL = MaskRule("causal").matrix(6)


def test_a_causal_mask_stays_causal_in_any_depth():
    assert np.array_equal(
        attention_field(MaskRule("causal").matrix(6), 3).reach, MaskRule("causal").matrix(6)
    )


@given(st.integers(0, 999), st.integers(1, 4))
def test_stacked_masks_reach_along_walks(seed: int, n_layers: int):
    mask = np.random.default_rng(seed).random((5, 5)) < 0.4
    asks = np.diag(mask.sum(axis=1) > 1)  # a query that chooses is felt in what it gets
    walks = np.linalg.matrix_power((mask | asks).astype(int), n_layers)
    field = attention_field(mask, n_layers)
    assert np.array_equal(field.reach, walks > 0)
    assert np.array_equal(field.path > 0, field.reach)


def test_a_token_feels_itself_when_it_looks_at_others_only():
    mask = np.array([[False, True, True], [False, False, False], [True, False, False]])
    expected = [
        [True, True, True],
        [False, False, False],
        [True, False, False],
    ]
    assert attention_field(mask).reach.tolist() == expected


# Recurrent


def test_recurrent_layers_by_hand():
    forward = recurrent_field(4)
    assert forward.path.tolist() == [[1, 0, 0, 0], [2, 1, 0, 0], [3, 2, 1, 0], [4, 3, 2, 1]]
    assert forward.sequential == 4


def test_both_directions_reach_everything():
    both = recurrent_field(3, "both")
    assert both.reach.all()
    assert both.path.tolist() == [[1, 2, 3], [2, 1, 2], [3, 2, 1]]
