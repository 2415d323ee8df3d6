"""The same sentence through three architectures: theory holds, and the numbers are torch's own."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from core import architectures
from core.architectures import Measured
from core.cnn import ConvolutionSettings, ConvolutionStack
from core.layer import Edit, Parameters
from core.positions import ENCODINGS
from core.reader.explore import MASKS, Choice
from core.reader.records import limits
from core.receptive_field import receptive_field
from core.rnn import Direction, RecurrentKind, RecurrentLayer, RecurrentSettings
from core.tokens import LIMIT
from core.trace import Array
from tests.memory import needs_proc

WORDS = ("猫", "zork", "吃", "the", "炸鸡", "zork", "blue", ".")
N = len(WORDS)
SEEDED = Choice(source="seeded", seed=5, d_model=5, d_k=4, d_v=3, n_heads=2, d_hidden=4)

choices = st.builds(
    Choice,
    source=st.sampled_from(["handset", "seeded"]),
    seed=st.integers(0, 99),
    d_model=st.integers(2, 7),
    d_k=st.integers(1, 4),
    d_v=st.integers(1, 5),
    n_heads=st.integers(1, 3),
    scaled=st.booleans(),
    temperature=st.floats(0.1, 10),
    mask=st.sampled_from(MASKS),
    window=st.integers(0, 3),
    padded=st.sets(st.integers(0, N)).map(tuple),
    blocked=st.sets(st.tuples(st.integers(0, N), st.integers(0, N)), max_size=30).map(tuple),
    positions=st.sampled_from(tuple(ENCODINGS)),
    rnn_kind=st.sampled_from(["rnn", "lstm", "gru"]),
    rnn_gain=st.floats(0.1, 3),
    rnn_direction=st.sampled_from(["forward", "both"]),
    d_hidden=st.integers(1, 5),
    cnn_kernel=st.integers(1, 9),
    cnn_layers=st.integers(1, 3),
    cnn_growth=st.integers(1, 3),
    cnn_causal=st.booleans(),
)
lengths = st.integers(1, N)
Measure = Callable[[Choice, Parameters], Measured]


def attention(choice: Choice, numbers: Parameters) -> Measured:
    return architectures.attention(numbers, choice.layer_source.rules)


def recurrent(choice: Choice, numbers: Parameters) -> Measured:
    return architectures.recurrent(numbers.x, choice.recurrent)


def convolutional(choice: Choice, numbers: Parameters) -> Measured:
    return architectures.convolutional(numbers.x, choice.convolution)


every_architecture = pytest.mark.parametrize("measure", [attention, recurrent, convolutional])


def parameters(choice: Choice, n: int = N) -> Parameters:
    return choice.layer_source.parameters(WORDS[:n])


def strength_of(jacobian: Tensor) -> Array:
    """(output, d_out, input, d_in) to (output, input)."""
    return jacobian.square().sum(dim=(1, 3)).sqrt().numpy()


# Laws for any choice


@every_architecture
@given(choices, lengths)
def test_nothing_is_felt_that_theory_forbids(measure: Measure, choice: Choice, n: int):
    field, measured = measure(choice, parameters(choice, n))
    assert measured.reach.shape == measured.strength.shape == field.path.shape == (n, n)
    assert np.array_equal(measured.reach, field.reach)
    assert not measured.strength[~field.reach].any()
    assert_allclose(measured.share.sum(axis=1), measured.strength.any(axis=1), atol=1e-6)


@every_architecture
@given(choices, lengths)
def test_random_numbers_are_felt_wherever_theory_allows(measure: Measure, choice: Choice, n: int):
    choice = replace(choice, source="seeded", temperature=1.0)
    field, measured = measure(choice, parameters(choice, n))
    assert np.array_equal(measured.strength > 0, field.reach)


@every_architecture
@given(choices)
def test_measuring_leaves_the_numbers_alone_and_repeats_itself(measure: Measure, choice: Choice):
    numbers = parameters(choice)
    first, again = measure(choice, numbers), measure(choice, numbers)
    assert np.array_equal(first.influence.strength, again.influence.strength)
    for name, array in vars(parameters(choice)).items():
        assert np.array_equal(getattr(numbers, name), array)


@every_architecture
def test_one_word_feels_itself_in_one_step(measure: Measure):
    field, measured = measure(SEEDED, parameters(SEEDED, 1))
    assert field.path.tolist() == [[1]]
    assert measured.share.tolist() == [[1]]


# The same numbers as torch's own layers, differentiated by torch


def test_attention_agrees_with_torch():
    choice = replace(SEEDED, temperature=0.7)
    p = parameters(choice)
    w_q, w_k, w_v, w_o = (torch.from_numpy(w).double() for w in (p.w_q, p.w_k, p.w_v, p.w_o))

    def layer(x: Tensor) -> Tensor:
        heads = scaled_dot_product_attention(x @ w_q / 0.7, x @ w_k, x @ w_v)
        return (heads @ w_o).sum(dim=0)

    expected = strength_of(torch.func.jacrev(layer)(torch.from_numpy(p.x).double()))
    assert_allclose(attention(choice, p).influence.strength, expected, rtol=1e-6)


def test_evenly_spread_attention_by_hand():
    choice = replace(SEEDED, n_heads=1)
    p = parameters(choice)
    p = replace(p, w_q=np.zeros_like(p.w_q))  # all scores are 0, whatever a word is
    mixed = np.linalg.norm(p.w_v[0].astype(float) @ p.w_o[0])
    found = attention(choice, p).influence.strength
    assert_allclose(found, np.full((N, N), mixed / N), rtol=1e-6)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("direction", ["forward", "both"])
def test_recurrent_layers_agree_with_torch(kind: RecurrentKind, direction: Direction):
    choice = replace(SEEDED, rnn_kind=kind, rnn_direction=direction)
    p = parameters(choice)
    net = RecurrentLayer(5, RecurrentSettings(kind, 4, direction, gain=0.9, seed=5)).double()
    expected = strength_of(torch.func.jacrev(net)(torch.from_numpy(p.x).double()))
    assert_allclose(recurrent(choice, p).influence.strength, expected, rtol=1e-6)


@pytest.mark.parametrize("is_causal", [True, False])
def test_convolutions_agree_with_torch(is_causal: bool):
    choice = replace(SEEDED, cnn_kernel=2, cnn_layers=3, cnn_growth=2, cnn_causal=is_causal)
    p = parameters(choice)
    settings = ConvolutionSettings(2, (1, 2, 4), is_causal, d_out=4, seed=5)
    stack = ConvolutionStack(5, settings).double()
    expected = strength_of(torch.func.jacrev(stack)(torch.from_numpy(p.x).double()))
    assert_allclose(convolutional(choice, p).influence.strength, expected, rtol=1e-6)


# Attention


def test_a_causal_mask_hides_the_future():
    choice = replace(SEEDED, mask="causal")
    strength = attention(choice, parameters(choice)).influence.strength
    assert not np.triu(strength, 1).any()
    assert np.tril(strength).any(axis=1).all()


def test_a_word_that_may_look_at_nothing_feels_nothing():
    choice = replace(SEEDED, mask="drawn", blocked=tuple((2, key) for key in range(N)))
    found = attention(choice, parameters(choice))
    assert not found.field.reach[2].any()
    assert not found.influence.strength[2].any()
    assert found.influence.strength[3].all()


def test_everything_masked_feels_nothing_at_all():
    choice = replace(SEEDED, mask="padding", padded=tuple(range(N)))
    assert not attention(choice, parameters(choice)).influence.strength.any()


def test_an_edit_changes_what_attention_feels():
    edited = replace(SEEDED, edits=(Edit("w_v", (1, 0, 0), 9.0),))
    before, after = (attention(c, parameters(c)).influence.strength for c in (SEEDED, edited))
    assert (after != before).all()


def test_far_words_are_as_near_as_neighbours():
    assert (attention(SEEDED, parameters(SEEDED)).field.path == 1).all()


# Recurrent: the memory's gain


def by_distance(strength: Array) -> list[float]:
    """What the last output feels of words 0, 1, 2, ... tokens before it."""
    return strength[-1, ::-1].tolist()


def test_a_weak_memory_vanishes():
    felt = by_distance(recurrent_strength(replace(SEEDED, rnn_gain=0.3)))
    assert 0 < felt[6] < 0.01 * felt[1]


@given(st.floats(0.1, 3), st.integers(0, 99))
def test_a_step_multiplies_what_is_felt_by_the_gain_at_most(gain: float, seed: int):
    strength = recurrent_strength(replace(SEEDED, rnn_gain=gain, seed=seed))
    for earlier, later in pairwise(strength):
        reached = earlier > 0
        assert (later[reached] <= gain * earlier[reached] * (1 + 1e-6)).all()


def test_a_strong_memory_keeps_more_of_the_first_word():
    felt = [
        by_distance(recurrent_strength(replace(SEEDED, rnn_gain=gain)))[-1]
        for gain in (0.3, 0.6, 0.9)
    ]
    assert felt == sorted(felt)
    assert felt[2] > 100 * felt[0]


def test_small_words_pass_through_a_memory_without_gain_or_loss():
    p = parameters(SEEDED)
    choice = replace(SEEDED, rnn_gain=1.0)
    strength = recurrent(choice, replace(p, x=p.x * 1e-5)).influence.strength
    assert_allclose(by_distance(strength), strength[0, 0], rtol=1e-6)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_gates_ignore_the_gain(kind: RecurrentKind):
    weak, strong = (
        recurrent_strength(replace(SEEDED, rnn_kind=kind, rnn_gain=gain)) for gain in (0.1, 3.0)
    )
    assert np.array_equal(weak, strong)


def test_both_directions_feel_both_sides():
    assert recurrent_strength(replace(SEEDED, rnn_direction="both")).all()
    assert not np.triu(recurrent_strength(SEEDED), 1).any()


def recurrent_strength(choice: Choice) -> Array:
    return recurrent(choice, parameters(SEEDED)).influence.strength


# Convolutions


@given(st.integers(1, 9), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_a_convolution_sees_its_receptive_field(
    kernel: int, layers: int, growth: int, is_causal: bool
):
    choice = replace(
        SEEDED, cnn_kernel=kernel, cnn_layers=layers, cnn_growth=growth, cnn_causal=is_causal
    )
    field, _ = convolutional(choice, parameters(choice))
    size = receptive_field([(kernel, dilation, 1) for dilation in choice.convolution.dilations])
    assert field.reach.sum(axis=1).max() <= size
    assert not (is_causal and np.triu(field.reach, 1).any())
    assert field.sequential == layers


def test_two_layers_see_what_one_cannot():
    one, two = (
        convolutional(replace(SEEDED, cnn_layers=n), parameters(SEEDED)).influence for n in (1, 2)
    )
    distance = np.abs(np.subtract.outer(np.arange(N), np.arange(N)))
    assert np.array_equal(one.strength > 0, distance <= 1)
    assert np.array_equal(two.strength > 0, distance <= 2)


# The largest page

LARGEST = """
from core import architectures
from core.reader.explore import Choice
from tests.memory import peak
choice = Choice(d_model=64, d_k=64, d_v=64, n_heads=8, rnn_kind="lstm", rnn_direction="both",
    d_hidden=16, cnn_kernel=9, cnn_layers=6)
parameters = choice.layer_source.parameters(tuple(f"w{i}" for i in range(64)))
architectures.attention(parameters, choice.layer_source.rules)
architectures.recurrent(parameters.x, choice.recurrent)
architectures.convolutional(parameters.x, choice.convolution)
print(peak())
"""


@needs_proc
def test_the_largest_sizes_need_less_than_a_gigabyte():
    assert {limits(name)[1] for name in ("d_model", "d_k", "d_v")} == {64} == {LIMIT}
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", LARGEST], cwd=root, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 1 << 30


# What is not loaded

LOADED = """
import sys
from core import architectures
from core.reader.explore import Choice
for kind in ("rnn", "lstm", "gru"):
    choice = Choice(rnn_kind=kind, rnn_direction="both", cnn_layers=2)
    parameters = choice.layer_source.parameters(tuple("abcd"))
    architectures.attention(parameters, choice.layer_source.rules)
    architectures.recurrent(parameters.x, choice.recurrent)
    architectures.convolutional(parameters.x, choice.convolution)
    print(*sorted({"torch._dynamo", "sympy"} & set(sys.modules)), end="")
"""


def test_measuring_loads_no_machinery_of_automatic_derivatives():
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""  # about 70 MB
