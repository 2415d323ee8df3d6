"""Counted operations by hand, and against torch's own counter."""

from typing import Any, get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from core.attention import multi_head_attention, scaled_dot_product_attention
from core.cnn import ConvolutionSettings, ConvolutionStack
from core.complexity import LayerKind, operations
from core.rnn import RecurrentKind, RecurrentLayer, RecurrentSettings

N, D = 5, 6
ONE_LAYER: list[LayerKind] = ["projections", "rnn", "gru", "lstm", "convolution"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("self_attention", 4 * 100 * 3),
        ("projections", 8 * 10 * 9),
        ("restricted_self_attention", 4 * 10 * 2 * 3),
        ("rnn", 4 * 10 * 9),
        ("gru", 12 * 10 * 9),
        ("lstm", 16 * 10 * 9),
        ("convolution", 2 * 5 * 10 * 9),
    ],
)
def test_operations_by_hand(kind: LayerKind, expected: int):
    assert operations(kind, n=10, d=3, k=5, r=2) == expected


def test_attention_agrees_with_torchs_counter():
    x = torch.ones(N, D)
    with FlopCounterMode(display=False) as counter:
        scaled_dot_product_attention(x, x, x)
    assert operations("self_attention", N, D) == counter.get_total_flops()


@pytest.mark.parametrize("n_heads", [1, 2, 3])
def test_heads_share_the_work_of_one(n_heads: int):
    with FlopCounterMode(display=False) as counter:
        multi_head_attention(torch.ones(N, D), None, *torch.ones(4, D, D), n_heads=n_heads)
    expected = operations("self_attention", N, D) + operations("projections", N, D)
    assert expected == counter.get_total_flops()


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_recurrent_layers_agree_with_torchs_counter(kind: RecurrentKind):
    layer = RecurrentLayer(D, RecurrentSettings(kind, D))
    layer = layer.double()  # in float32 the LSTM runs where none is counted
    with FlopCounterMode(display=False) as counter:
        layer(torch.ones(N, D).double())
    assert operations(kind, N, D) == counter.get_total_flops()


@pytest.mark.parametrize("kernel", [1, 3, 4])
def test_a_convolution_agrees_with_torchs_counter(kernel: int):
    with FlopCounterMode(display=False) as counter:
        ConvolutionStack(D, ConvolutionSettings(kernel, d_out=D))(torch.ones(N, D))
    assert operations("convolution", N, D, k=kernel) == counter.get_total_flops()


@given(st.integers(1, 99), st.integers(1, 99))
def test_attention_grows_with_the_square_of_length_and_the_others_do_not(n: int, d: int):
    assert operations("self_attention", 2 * n, d) == 4 * operations("self_attention", n, d)
    for kind in ONE_LAYER:
        assert operations(kind, 2 * n, d) == 2 * operations(kind, n, d)
        assert operations(kind, n, 2 * d) == 4 * operations(kind, n, d)


@given(st.integers(1, 99), st.integers(1, 99))
def test_attention_restricted_to_everybody_is_plain_attention(n: int, d: int):
    expected = operations("self_attention", n, d)
    assert operations("restricted_self_attention", n, d, r=n) == expected


@pytest.mark.parametrize("kind", get_args(LayerKind))
def test_counts_are_whole_numbers(kind: LayerKind):
    assert isinstance(operations(kind, 10**6, 10**4, r=3), int)


def test_restricted_attention_needs_its_neighbours():
    with pytest.raises(ValueError, match="needs r"):
        operations("restricted_self_attention", N, D)


def test_an_unknown_kind_is_refused_by_name():
    unchecked: Any = "transformer"
    with pytest.raises(ValueError, match="'transformer'"):
        operations(unchecked, N, D)
