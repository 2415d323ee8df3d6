"""Reach: powers of masks, strength within reach, several seeds."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.cnn import ConvolutionSettings
from core.errors import InputError
from core.ideas import reach
from core.ideas.reach import (
    MASKS,
    WIDTH,
    AttentionStack,
    Averaged,
    seen_by_layers,
    stack_jacobian,
)
from core.influence import influence
from core.layer import Rules, Sizes, steps
from core.masks import MaskRule
from core.reader.ideas import SCHEDULES, ReachChoice, read_dilations
from core.rnn import RecurrentSettings
from core.sources.seeded import SeededSource
from tests.choosing import read

stacks = st.builds(
    AttentionStack,
    rule=st.builds(
        MaskRule,
        kind=st.sampled_from(MASKS),
        width=st.integers(1, 4),
        step=st.integers(2, 4),
        n_global=st.integers(1, 3),
    ),
    n_layers=st.integers(1, 4),
)


def positions(n: int) -> tuple[str, ...]:
    return tuple(str(position) for position in range(1, n + 1))


# Masks


@given(stack=stacks, n=st.integers(1, 12))
def test_reach_is_the_power_of_the_mask(stack: AttentionStack, n: int):
    power = np.linalg.matrix_power(stack.rule.matrix(n).astype(int), stack.n_layers)
    assert np.array_equal(stack.field(n).reach, power > 0)


def test_one_global_token_joins_everything_in_two_layers():
    stack = AttentionStack(MaskRule("global", width=1, n_global=1))
    assert seen_by_layers(stack, 40, output=39)[:2].tolist() == [3, 40]
    alone = AttentionStack(MaskRule("window", width=1))
    assert seen_by_layers(alone, 40, output=39).tolist() == [2, 3, 4, 5, 6, 7, 8, 9]


# Measurement


@given(stack=stacks, n=st.integers(1, 7), seed=st.integers(0, 9))
def test_a_stacks_derivative_is_that_of_automatic_differentiation(
    stack: AttentionStack, n: int, seed: int
):
    sources = (SeededSource(Sizes(5, 4, 3, 2), seed=seed + i) for i in range(stack.n_layers))
    layers = [source.parameters(positions(n)) for source in sources]
    rules = Rules(mask=stack.rule)

    def run(x: torch.Tensor) -> torch.Tensor:
        for layer in layers:
            x = steps(x, layer, rules).output
        return x

    expected = influence(run, torch.from_numpy(layers[0].x).double(), stack.field(n).reach)
    found = np.linalg.norm(stack_jacobian(layers, rules), axis=(1, 3))
    assert_allclose(found, expected.strength, atol=1e-12)


def all_three(tokens: Sequence[str], stack: AttentionStack) -> list[Averaged]:
    return [
        reach.attention(tokens, stack, 0),
        reach.recurrent(tokens, RecurrentSettings("gru", WIDTH), 0),
        reach.convolutional(tokens, ConvolutionSettings(3, (1, 2), d_out=WIDTH), 0),
    ]


@pytest.mark.parametrize("kind", MASKS)
@pytest.mark.parametrize("n_layers", [1, 3])
def test_shares_lie_in_reach_and_sum_to_one(kind: str, n_layers: int):
    for found in all_three(positions(9), AttentionStack(MaskRule(kind), n_layers)):
        assert not found.mean[~found.field.reach].any()
        assert_allclose(found.mean.sum(axis=-1), 1)
        assert (found.low <= found.mean + 1e-15).all()
        assert (found.mean <= found.high + 1e-15).all()


def test_it_is_the_mean_of_the_seeds():
    settings = RecurrentSettings("rnn", WIDTH, gain=0.9)
    found = reach.recurrent(positions(5), settings, first=10)
    moved = reach.recurrent(positions(5), settings, first=11)
    again = reach.recurrent(positions(5), settings, first=10)
    assert np.array_equal(found.mean, again.mean)
    assert not np.allclose(found.mean, moved.mean)
    assert (found.high > found.low).any()


def test_the_rnn_fades_and_attention_does_not():
    attention, recurrent, _ = all_three(positions(24), AttentionStack())
    assert recurrent.mean[-1, 0] < 1e-3 * recurrent.mean[-1, -1]
    assert attention.mean[-1, :-1].min() > 0.1 * attention.mean[-1, :-1].mean()


# What can be chosen


@pytest.mark.parametrize(
    ("typed", "dilations"),
    [("1,2,4,8", (1, 2, 4, 8)), (" 1 2，4、8; ", (1, 2, 4, 8)), ("3", (3,)), ("32", (32,))],
)
def test_dilations_are_read_however_they_are_written(typed: str, dilations: tuple[int, ...]):
    assert read_dilations(typed) == dilations


@pytest.mark.parametrize("typed", ["", ",", "x", "0", "33", "1.5", "-1", "1,1,1,1,1,1,1,1,1"])
def test_other_dilations_are_refused(typed: str):
    with pytest.raises(InputError, match="bad_dilations"):
        read_dilations(typed)


def test_all_schedules_can_be_read():
    assert all(read_dilations(schedule) for schedule in SCHEDULES)


@pytest.mark.parametrize(
    ("name", "raw"),
    [("reach_n", 65), ("reach_n", 1), ("reach_kernel", 4), ("reach_mask", "round")],
)
def test_what_cannot_be_used_is_named(name: str, raw: object):
    assert read(ReachChoice, {name: raw}) == (ReachChoice(), (name,))


def test_a_choice_points_at_positions_that_exist():
    choice = ReachChoice(reach_output=40, reach_input=2).within(5)
    assert (choice.reach_output, choice.reach_input) == (5, 2)


def test_what_a_mask_does_not_use_makes_no_difference():
    assert ReachChoice(reach_window=3).stack == ReachChoice(reach_window=5).stack
    window, wider = (ReachChoice(reach_mask="window", reach_window=w).stack for w in (3, 5))
    assert window != wider
