"""Stacked convolutions against plain loops and torch's own."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.testing import assert_close

from core.cnn import ConvolutionSettings, ConvolutionStack, margin

D_IN, D_OUT = 3, 5


def sentence(n: int = 9) -> Tensor:
    return torch.randn(n, D_IN, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def stack_of(
    kernel: int = 3, dilations: tuple[int, ...] = (1,), causal: bool = False, seed: int = 0
) -> ConvolutionStack:
    return ConvolutionStack(D_IN, ConvolutionSettings(kernel, dilations, causal, D_OUT, seed))


def convolutions(stack: ConvolutionStack) -> list[nn.Conv1d]:
    return [module for module in stack.modules() if isinstance(module, nn.Conv1d)]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1, 1, False), (0, 0)),
        ((3, 1, False), (1, 1)),
        ((3, 4, False), (4, 4)),
        ((2, 1, False), (0, 1)),
        ((4, 1, False), (1, 2)),
        ((2, 2, False), (1, 1)),
        ((3, 1, True), (2, 0)),
        ((2, 4, True), (4, 0)),
    ],
)
def test_margins_by_hand(shape: tuple[int, int, bool], expected: tuple[int, int]):
    assert margin(*shape) == expected


@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_a_centred_layer_agrees_with_torchs_same_padding(kernel: int, dilation: int):
    stack = stack_of(kernel, (dilation,)).double()
    torchs = nn.Conv1d(D_IN, D_OUT, kernel, dilation=dilation, padding="same").double()
    torchs.load_state_dict(convolutions(stack)[0].state_dict())
    assert_close(stack(sentence()), torchs(sentence().mT).mT.detach())


@pytest.mark.parametrize("kernel", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 3])
def test_a_causal_layer_agrees_with_torchs_padding_cut_at_the_end(kernel: int, dilation: int):
    stack = stack_of(kernel, (dilation,), causal=True)
    before = dilation * (kernel - 1)
    torchs = nn.Conv1d(D_IN, D_OUT, kernel, dilation=dilation, padding=before)
    torchs.load_state_dict(convolutions(stack)[0].state_dict())
    x = sentence().float()
    assert_close(stack(x), torchs(x.mT)[:, : len(x)].mT.detach())


def test_one_layer_in_plain_loops():
    stack = stack_of(3, (2,)).double()
    x, w = sentence(), convolutions(stack)[0].weight  # w: (d_out, d_in, kernel)
    for i, output in enumerate(stack(x)):
        seen = [(i + 2 * (tap - 1), tap) for tap in range(3)]
        expected = sum(w[:, :, tap] @ x[j] for j, tap in seen if 0 <= j < len(x))
        assert_close(output, expected)


def test_tanh_stands_between_layers_but_not_at_the_end():
    stack = stack_of(dilations=(1, 2, 4)).double()
    hidden = sentence().mT
    for index, (layer, dilation) in enumerate(zip(convolutions(stack), (1, 2, 4), strict=True)):
        hidden = hidden.tanh() if index else hidden
        hidden = nn.functional.conv1d(hidden, layer.weight, padding=dilation, dilation=dilation)
    assert_close(stack(sentence()), hidden.mT)


@given(st.integers(1, 9), st.integers(1, 5), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_every_stack_keeps_the_length_of_the_sentence(n: int, kernel: int, dilations: list[int]):
    for causal in (False, True):
        stack = stack_of(kernel, tuple(dilations), causal)
        assert stack(sentence(n).float()).shape == (n, D_OUT)


def test_the_same_seed_gives_the_same_stack_and_another_seed_another():
    first, again, other = (
        stack_of(dilations=(1, 2), seed=seed).double()(sentence()) for seed in (3, 3, 4)
    )
    assert torch.equal(first, again)
    assert not torch.isclose(first, other).any()


def test_a_layer_keeps_its_numbers_when_others_are_put_on_top():
    small = stack_of(dilations=(1,))
    large = stack_of(dilations=(1, 2))
    assert torch.equal(convolutions(small)[0].weight, convolutions(large)[0].weight)


def test_numbers_keep_the_variance_and_biases_are_0():
    stack = ConvolutionStack(40, ConvolutionSettings(3, (1, 1), d_out=50))
    for layer in convolutions(stack):
        assert layer.weight.var().item() == pytest.approx(1 / layer.weight[0].numel(), rel=0.1)
        assert layer.bias is not None
        assert not layer.bias.any()


def test_nothing_in_the_stack_learns():
    stack = stack_of()
    assert not any(parameter.requires_grad for parameter in stack.parameters())


def test_a_stack_without_layers_is_refused():
    with pytest.raises(ValueError, match="at least one layer"):
        ConvolutionSettings(dilations=())
