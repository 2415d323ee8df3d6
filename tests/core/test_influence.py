"""Measured influence against finite differences, and against what theory allows."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from core.cnn import ConvolutionSettings, ConvolutionStack
from core.influence import (
    Influence,
    _remembered,
    attention_influence,
    convolution_influence,
    influence,
    recurrent_influence,
)
from core.layer import Parameters, Rules, as_function
from core.masks import MASKS, MaskRule
from core.positions import ENCODINGS
from core.receptive_field import attention_field, convolution_field, recurrent_field
from core.rnn import Direction, RecurrentKind, RecurrentLayer, RecurrentSettings

N, D = 5, 3
Layer = Callable[[Tensor], Tensor]


def sentence(n: int = N) -> Tensor:
    return torch.randn(n, D, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def attention(rules: Rules) -> Layer:
    rng = np.random.default_rng(0)
    shapes = (N, D), (2, D, 4), (2, D, 4), (2, D, 7), (2, 7, D)
    return as_function(Parameters(*(rng.standard_normal(shape) for shape in shapes)), rules)


def recurrent(kind: RecurrentKind) -> Layer:
    return RecurrentLayer(D, RecurrentSettings(kind, 4, gain=0.9)).double()


def finite_differences(layer: Layer, x: Tensor, step: float = 1e-5) -> np.ndarray:
    """(output, input): the Frobenius norm of each block of the Jacobian, by moving the inputs."""
    squares = np.zeros((len(x), len(x)))
    for token in range(len(x)):
        for feature in range(x.shape[1]):
            moved = torch.zeros_like(x)
            moved[token, feature] = step
            slope = (layer(x + moved) - layer(x - moved)) / (2 * step)
            squares[:, token] += (slope**2).sum(-1).numpy()
    return np.sqrt(squares)


LAYERS: dict[str, Layer] = {
    "attention": attention(Rules()),
    "causal attention with rope": attention(Rules(mask=MaskRule("causal"), positions="rope")),
    "rnn": recurrent("rnn"),
    "lstm": recurrent("lstm"),
    "gru": recurrent("gru"),
    "both directions": RecurrentLayer(D, RecurrentSettings("rnn", 4, "both")).double(),
    "convolutions": ConvolutionStack(D, ConvolutionSettings(dilations=(1, 2), d_out=4)).double(),
}


@pytest.mark.parametrize("name", LAYERS)
def test_strength_agrees_with_finite_differences(name: str):
    measured = influence(LAYERS[name], sentence(), MaskRule().matrix(N)).strength
    np.testing.assert_allclose(measured, finite_differences(LAYERS[name], sentence()), atol=1e-8)


def test_a_linear_map_by_hand():
    mixing = torch.tensor([[1.0, 0.0], [2.0, -3.0]])
    measured = influence(lambda x: mixing @ x, torch.zeros(2, 4), MaskRule("causal").matrix(2))
    assert measured.strength.tolist() == [[2, 0], [4, 6]]  # a column of 4 ones has length 2


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_a_recurrent_layer_feels_exactly_nothing_to_the_right(kind: RecurrentKind):
    field = recurrent_field(N)
    measured = influence(recurrent(kind), sentence(), field.reach).strength
    assert np.array_equal(measured > 0, field.reach)
    assert (measured[np.triu_indices(N, 1)] == 0).all()


@given(st.integers(1, 4), st.lists(st.integers(1, 3), min_size=1, max_size=2), st.booleans())
def test_a_convolution_feels_its_window_and_exactly_nothing_outside(
    kernel: int, dilations: list[int], is_causal: bool
):
    settings = ConvolutionSettings(kernel, tuple(dilations), is_causal, d_out=4)
    stack = ConvolutionStack(D, settings).double()
    reach = convolution_field(9, kernel, dilations, is_causal).reach
    measured = influence(stack, sentence(9), reach).strength
    assert np.array_equal(measured > 0, reach)


@pytest.mark.parametrize("kind", ["none", "causal", "window", "dilated", "global"])
@pytest.mark.parametrize("positions", tuple(ENCODINGS))
def test_attention_feels_exactly_what_its_mask_allows(kind: str, positions: str):
    rules = Rules(mask=MaskRule(kind), positions=positions)
    reach = attention_field(rules.mask.matrix(N)).reach
    measured = influence(attention(rules), sentence(), reach).strength
    assert np.array_equal(measured > 0, reach)


def test_a_word_that_nobody_may_look_at_is_still_felt_as_its_own_query():
    padded = MaskRule("padding", padded=(1,))
    reach = attention_field(padded.matrix(N)).reach
    measured = influence(attention(Rules(mask=padded)), sentence(), reach).strength
    assert np.array_equal(measured > 0, reach)
    assert np.flatnonzero(measured[:, 1]).tolist() == [1]


def test_a_query_that_may_see_nothing_feels_nothing_and_others_do():
    blind = MaskRule("drawn", blocked=tuple((2, key) for key in range(N)))
    reach = attention_field(blind.matrix(N)).reach
    measured = influence(attention(Rules(mask=blind)), sentence(), reach).strength
    assert np.array_equal(measured > 0, reach)
    assert not measured[2].any()


def test_the_memory_of_a_plain_layer_fades():
    weak = RecurrentLayer(D, RecurrentSettings(d_hidden=4, gain=0.3)).double()
    last = influence(weak, sentence(), MaskRule("causal").matrix(N)).strength[-1]
    assert (np.diff(last) > 0).all()


# Attention in closed form

lengths = st.integers(1, 6)
widths = st.integers(1, 5)
masks = st.builds(
    MaskRule,
    st.sampled_from(tuple(MASKS)),
    st.integers(0, 2),
    st.sets(st.integers(0, 5)).map(tuple),
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=20).map(tuple),
)
rules_of_layers = st.builds(
    Rules,
    st.booleans(),
    st.floats(0.3, 3),
    masks,
    st.sampled_from(tuple(ENCODINGS)),
)


@given(rules_of_layers, lengths, st.integers(1, 4), st.tuples(widths, widths, widths))
def test_the_closed_form_is_the_derivative(
    rules: Rules, n: int, n_heads: int, sizes: tuple[int, int, int]
):
    d_model, half_d_k, d_v = sizes
    d_k = 2 * half_d_k if rules.encoding.in_pairs else half_d_k
    rng = np.random.default_rng(n)
    shapes = (d_model, d_k), (d_model, d_k), (d_model, d_v), (d_v, d_model)
    heads = (rng.standard_normal((n_heads, *shape)) for shape in shapes)
    distances = rng.standard_normal((n_heads, 1, n if rules.scaled else 0))
    parameters = Parameters(rng.standard_normal((n, d_model)), *heads, b_distance=distances)
    reach = attention_field(rules.mask.matrix(n)).reach
    x = torch.from_numpy(parameters.x)
    expected = influence(as_function(parameters, rules), x, reach).strength
    found = attention_influence(parameters, rules, reach).strength
    # Parts that cancel each other leave half of the digits.
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


def test_the_closed_form_turns_back_by_ropes_base():
    rng = np.random.default_rng(0)
    shapes = (N, D), (2, D, 6), (2, D, 6), (2, D, 4), (2, 4, D)
    parameters = Parameters(*(rng.standard_normal(shape) for shape in shapes))
    rules, reach = Rules(positions="rope", base=30.0), MaskRule().matrix(N)
    expected = influence(as_function(parameters, rules), torch.from_numpy(parameters.x), reach)
    found = attention_influence(parameters, rules, reach)
    np.testing.assert_allclose(found.strength, expected.strength, rtol=1e-6, atol=1e-8)


def test_the_closed_form_refuses_what_theory_does_not_allow():
    rng = np.random.default_rng(0)
    shapes = (N, D), (2, D, 4), (2, D, 4), (2, D, 7), (2, 7, D)
    parameters = Parameters(*(rng.standard_normal(shape) for shape in shapes))
    with pytest.raises(ValueError, match="output 0 feels input 1, which should be out of reach"):
        attention_influence(parameters, Rules(), MaskRule("causal").matrix(N))


# Recurrent layers and convolutions in closed form


@given(
    st.sampled_from(["rnn", "lstm", "gru"]),
    st.sampled_from(["forward", "both"]),
    st.tuples(lengths, widths, widths),
    st.floats(0.1, 3),
)
def test_the_product_of_steps_is_the_derivative(
    kind: RecurrentKind, direction: Direction, sizes: tuple[int, int, int], gain: float
):
    n, d_in, d_hidden = sizes
    layer = RecurrentLayer(d_in, RecurrentSettings(kind, d_hidden, direction, gain, n)).double()
    with_biases(layer)
    x = 2 * torch.randn(n, d_in, generator=torch.Generator().manual_seed(n), dtype=torch.float64)
    reach = recurrent_field(n, direction).reach
    expected = influence(layer, x, reach).strength
    found = recurrent_influence(layer, x, reach).strength
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-300)


@given(
    st.integers(1, 5),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.booleans(),
    st.tuples(st.integers(1, 9), widths, widths),
)
def test_what_passes_through_convolutions_is_the_derivative(
    kernel: int, dilations: list[int], is_causal: bool, sizes: tuple[int, int, int]
):
    n, d_in, d_out = sizes
    settings = ConvolutionSettings(kernel, tuple(dilations), is_causal, d_out, seed=n)
    stack = ConvolutionStack(d_in, settings).double()
    with_biases(stack)
    x = torch.randn(n, d_in, generator=torch.Generator().manual_seed(n), dtype=torch.float64)
    reach = convolution_field(n, kernel, dilations, is_causal).reach
    jacobian = torch.func.jacrev(stack)(x).permute(0, 2, 3, 1)  # (output, input, d_in, d_out)
    torch.testing.assert_close(stack.jacobian(x), jacobian)
    expected = influence(stack, x, reach).strength
    found = convolution_influence(stack, x, reach).strength
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def with_biases(layer: nn.Module) -> None:
    """Layers are drawn with biases of 0; the derivatives hold with others."""
    for seed, (name, parameter) in enumerate(layer.named_parameters()):
        if "bias" in name:
            parameter.normal_(generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_the_closed_form_does_not_let_a_layer_read_from_the_right(kind: RecurrentKind):
    layer = RecurrentLayer(D, RecurrentSettings(kind, 4, "both")).double()
    with pytest.raises(ValueError, match="output 0 feels input 1, which should be out of reach"):
        recurrent_influence(layer, sentence(), MaskRule("causal").matrix(N))


# What closed forms cost: operations, counted by torch


def counted(run: Callable[[], object]) -> int:
    """Operations of all matrix products and convolutions."""
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops()


def test_attention_costs_a_small_part_of_its_whole_derivative():
    n, d_model, n_heads, d_k = 32, 16, 2, 8
    rng = np.random.default_rng(0)
    shapes = (d_model, d_k), (d_model, d_k), (d_model, d_k), (d_k, d_model)
    heads = (rng.standard_normal((n_heads, *shape)) for shape in shapes)
    parameters = Parameters(rng.standard_normal((n, d_model)), *heads)
    x, reach = torch.from_numpy(parameters.x), MaskRule().matrix(n)
    automatic = counted(lambda: influence(as_function(parameters, Rules()), x, reach))
    assert counted(lambda: attention_influence(parameters, Rules(), reach)) < automatic / 50


def test_a_recurrent_layer_takes_each_step_once_for_all_earlier_inputs():
    n, d_in, d_hidden = 24, 5, 7
    layer = RecurrentLayer(d_in, RecurrentSettings("gru", d_hidden)).double()
    steps = layer.step_derivatives(sentence(n)[:, :1].expand(n, d_in))
    products = n * (n - 1) // 2 * d_in * d_hidden * d_hidden * 2
    assert counted(lambda: _remembered(steps, d_hidden)) == products


def test_convolutions_cost_as_much_as_their_windows():
    stack = ConvolutionStack(D, ConvolutionSettings(dilations=(1, 2))).double()
    short, long = (counted(lambda n=n: stack.jacobian(sentence(n))) for n in (40, 80))
    assert long < 2.2 * short


# What is refused


def test_a_layer_that_reads_from_the_right_cannot_pass_for_one_that_reads_from_the_left():
    layer = recurrent("rnn")
    with pytest.raises(ValueError, match="output 0 feels input 1, which should be out of reach"):
        influence(lambda x: layer(x.flip(0)).flip(0), sentence(), recurrent_field(N).reach)


def test_a_window_that_is_one_too_wide_is_found_out():
    stack = ConvolutionStack(D, ConvolutionSettings(5, d_out=4)).double()
    with pytest.raises(ValueError, match="output 0 feels input 2"):
        influence(stack, sentence(), convolution_field(N, 3, (1,), causal=False).reach)


def test_even_the_smallest_strength_out_of_reach_is_refused():
    strength = np.eye(3)
    strength[1, 2] = 1e-300
    with pytest.raises(ValueError, match="output 1 feels input 2"):
        Influence(MaskRule("causal").matrix(3), strength)


def test_theory_and_measurement_must_have_one_shape():
    with pytest.raises(ValueError, match=r"\(3, 3\) and strength \(2, 2\)"):
        Influence(MaskRule("causal").matrix(3), np.eye(2))


def test_less_than_theory_allows_is_fine():
    assert Influence(MaskRule().matrix(3), np.zeros((3, 3))).strength.sum() == 0


# Shares


def test_shares_by_hand():
    strength = np.array([[4.0, 0.0], [1.0, 3.0]])
    assert Influence(MaskRule("causal").matrix(2), strength).share.tolist() == [
        [1, 0],
        [0.25, 0.75],
    ]


def test_an_output_that_feels_nothing_has_shares_of_0():
    assert Influence(
        MaskRule("causal").matrix(2), np.array([[0.0, 0.0], [0.0, 2.0]])
    ).share.tolist() == [
        [0, 0],
        [0, 1],
    ]


@pytest.mark.parametrize("enabled", [True, False])
def test_measuring_works_in_any_grad_mode_and_leaves_the_input_alone(enabled: bool):
    x = sentence().requires_grad_()
    with torch.set_grad_enabled(enabled):
        measured = influence(recurrent("rnn"), x, MaskRule("causal").matrix(N)).strength
        assert torch.is_grad_enabled() == enabled
    assert x.grad is None
    assert measured.any()
