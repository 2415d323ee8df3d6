"""Positions: the papers' formulas in plain loops, and what each of them promises."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from core.layer import Parameters, Rules, score_bias, steps
from core.positions import ENCODINGS, alibi_bias, alibi_slopes, rotate, sinusoidal
from pages.shared.text import labels
from tests.core import formulas
from tests.core.formulas import FORMULAS, Head


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


# All encodings

encodings = pytest.mark.parametrize("name", ENCODINGS)
turning = pytest.mark.parametrize("name", [name for name, it in ENCODINGS.items() if it.turns])


def test_every_encoding_has_its_formula():
    assert set(FORMULAS) == set(ENCODINGS)


@encodings
def test_every_encoding_has_its_labels(name: str):
    assert {f"positions.{name}", f"positions_kind.{name}"} <= set(labels())


@st.composite
def layers(draw: st.DrawFn, name: str) -> tuple[Parameters, Rules]:
    n, n_heads, half = draw(st.integers(1, 6)), draw(st.integers(1, 7)), draw(st.integers(1, 4))
    d_k = 2 * half if ENCODINGS[name].in_pairs else half
    rng = np.random.default_rng((n, n_heads, d_k))
    shapes = (n, 5), *[(n_heads, 5, d_k)] * 3, (n_heads, d_k, 5)
    rules = Rules(draw(st.booleans()), positions=name, base=draw(st.sampled_from([7.0, 1e4])))
    return Parameters(*(rng.standard_normal(shape) for shape in shapes)), rules


@encodings
@given(st.data())
def test_a_layer_computes_the_formula(name: str, data: st.DataObject):
    p, rules = data.draw(layers(name))
    n, n_heads, (_, d_k) = len(p.x), len(p.w_q), p.w_q.shape[1:]
    found, bias = steps(torch.from_numpy(p.x), p, rules), score_bias(p, rules, n).double()
    read, scale = formulas.vectors(name, p.x), rules.scale(d_k)
    for head in range(n_heads):
        its = Head(head, n_heads, p.w_q[head], p.w_k[head], scale, rules.base)
        scores = formulas.scores(name, read, its)
        assert_close(found.scores[head] + bias[head], torch.from_numpy(scores), atol=1e-5, rtol=0)
        assert_close(found.v[head], torch.from_numpy(read @ p.w_v[head]), atol=1e-5, rtol=0)


@encodings
def test_an_encoding_acts_at_one_place_and_says_so_in_the_program(name: str):
    it = ENCODINGS[name]
    acts = [part for part in (it.adds, it.turns, it.bias) if part]
    assert len(acts) == bool(it.program) == (name != "none")


@turning
@given(st.integers(1, 7), st.integers(1, 4), st.integers(0, 99), st.sampled_from([7.0, 1e4]))
def test_a_turn_is_linear_keeps_lengths_and_is_taken_back(
    name: str, n: int, pairs: int, seed: int, base: float
):
    turns = ENCODINGS[name].turns
    assert turns is not None
    places = torch.arange(n)
    x, y = normal(2, n, 2 * pairs, seed=seed)
    turned = turns(x, None, base)
    assert_close(turned.norm(dim=-1), x.norm(dim=-1))
    assert_close(turns(turned, -places, base), x)
    assert_close(turns(x + 3 * y, places, base), turned + 3 * turns(y, None, base))


@encodings
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 5))
def test_longer_sentences_leave_the_first_tokens_what_they_were(
    name: str, n: int, more: int, width: int
):
    it = ENCODINGS[name]
    if it.adds:
        assert torch.equal(it.adds(n + more, width)[:n], it.adds(n, width))
    if it.bias:
        longer = it.bias(width, n + more, n + more)[:, :n, :n]
        assert torch.equal(longer, it.bias(width, n, n))
