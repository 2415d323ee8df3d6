"""Positions: the papers' formulas in plain loops, and what each of them promises."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from core.positions import alibi_bias, alibi_slopes, rotate, sinusoidal


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


# Sinusoidal


@given(st.integers(1, 9), st.integers(1, 13), st.sampled_from([10.0, 10000.0]))
def test_sinusoidal_is_the_papers_formula(n: int, d_model: int, base: float):
    waves = sinusoidal(n, d_model, base)
    assert waves.shape == (n, d_model)
    for position in range(n):
        for column in range(d_model):
            angle = position / base ** (2 * (column // 2) / d_model)
            expected = math.cos(angle) if column % 2 else math.sin(angle)
            assert waves[position, column].item() == pytest.approx(expected, abs=1e-6)


def test_position_zero_is_sines_of_zero_and_cosines_of_zero():
    assert sinusoidal(1, 5).tolist() == [[0, 1, 0, 1, 0]]


def test_far_positions_keep_their_precision():
    assert sinusoidal(5001, 2)[5000, 0].item() == pytest.approx(math.sin(5000), abs=1e-6)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_products_of_sinusoids_depend_on_distance_only(m: int, n: int, shift: int):
    waves = sinusoidal(41, 8)
    assert_close(waves[m] @ waves[n], waves[m + shift] @ waves[n + shift])


def test_no_position_at_all_is_fine():
    assert sinusoidal(0, 4).shape == (0, 4)


@pytest.mark.parametrize(("n", "d_model"), [(-1, 4), (3, 0)])
def test_sinusoidal_refuses_impossible_sizes(n: int, d_model: int):
    with pytest.raises(ValueError, match=f"got {n} and {d_model}"):
        sinusoidal(n, d_model)


# RoPE


def test_rotate_by_hand():
    x = torch.tensor([[1.0, 2.0, 3.0, 4.0]] * 2)
    c, s = math.cos(1), math.sin(1)
    slow_c, slow_s = math.cos(0.01), math.sin(0.01)  # 1 / 10000^(2/4)
    turned = [c - 2 * s, s + 2 * c, 3 * slow_c - 4 * slow_s, 3 * slow_s + 4 * slow_c]
    assert_close(rotate(x), torch.tensor([[1.0, 2.0, 3.0, 4.0], turned]))


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_products_of_rotated_vectors_depend_on_distance_only(m: int, n: int, shift: int):
    q, k = normal(1, 6), normal(1, 6, seed=1)
    here = rotate(q, torch.tensor([m])) @ rotate(k, torch.tensor([n])).mT
    there = rotate(q, torch.tensor([m + shift])) @ rotate(k, torch.tensor([n + shift])).mT
    assert_close(here, there)


@given(st.integers(1, 7), st.integers(1, 5), st.integers(0, 99))
def test_rotating_keeps_the_length_of_every_pair(n: int, pairs: int, seed: int):
    x = normal(3, n, 2 * pairs, seed=seed)
    before, after = x.unflatten(-1, (pairs, 2)), rotate(x).unflatten(-1, (pairs, 2))
    assert_close(after.norm(dim=-1), before.norm(dim=-1))


def test_rotating_back_gives_the_vectors_back():
    x, positions = normal(5, 6), torch.tensor([3, 1, 4, 1, 5])
    assert_close(rotate(rotate(x, positions), -positions), x)


def test_positions_may_be_given():
    x = normal(2, 7, 4)
    assert_close(rotate(x[:, 3:5], torch.tensor([3, 4])), rotate(x)[:, 3:5])


def test_a_smaller_base_turns_the_later_pairs_faster():
    turned = rotate(torch.tensor([[0.0] * 4, [0.0, 0.0, 1.0, 0.0]]), base=4.0)
    assert_close(turned[1, 2:], torch.tensor([math.cos(0.5), math.sin(0.5)]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_rotating_keeps_the_dtype(dtype: torch.dtype):
    assert rotate(torch.ones(3, 2, dtype=dtype)).dtype == dtype


def test_an_odd_width_cannot_be_turned():
    with pytest.raises(ValueError, match="must be even, got 5"):
        rotate(normal(3, 5))


def test_positions_must_be_as_many_as_tokens():
    with pytest.raises(ValueError, match=r"must have shape \(3,\), got \(2,\)"):
        rotate(normal(3, 4), torch.tensor([0, 1]))


# ALiBi


@pytest.mark.parametrize(
    ("n_heads", "exponents"),
    [
        (1, [8]),
        (2, [4, 8]),
        (3, [4, 8, 2]),
        (6, [2, 4, 6, 8, 1, 3]),
        (8, [1, 2, 3, 4, 5, 6, 7, 8]),
        (12, [1, 2, 3, 4, 5, 6, 7, 8, 0.5, 1.5, 2.5, 3.5]),
    ],
)
def test_slopes_are_those_of_the_original(n_heads: int, exponents: list[float]):
    assert_close(alibi_slopes(n_heads), torch.tensor([2.0**-e for e in exponents]))


@given(st.integers(1, 200))
def test_every_head_has_a_slope_of_its_own(n_heads: int):
    slopes = alibi_slopes(n_heads)
    assert slopes.shape == (n_heads,)
    assert len(slopes.unique()) == n_heads
    assert ((slopes > 0) & (slopes < 1)).all()


@pytest.mark.parametrize("n_heads", [0, -3])
def test_slopes_need_a_head(n_heads: int):
    with pytest.raises(ValueError, match=f"at least one head, got {n_heads}"):
        alibi_slopes(n_heads)


def test_alibi_bias_by_hand():
    by_hand = torch.tensor([[0.0, -1.0, -2.0], [-1.0, 0.0, -1.0]])
    assert_close(alibi_bias(2, 2, 3), torch.stack((by_hand / 16, by_hand / 256)))


def test_alibi_bias_depends_on_distance_only():
    bias = alibi_bias(3, 7, 7)
    assert torch.equal(bias[:, 1:, 1:], bias[:, :-1, :-1])
    assert torch.equal(bias, bias.mT)
