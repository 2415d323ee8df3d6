"""Heads: what they add is the output, what is off is missing, blocks are heads."""

from collections.abc import Sequence
from fractions import Fraction
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core import layer
from core.ideas.heads import Blocks, Heads, heads, look_alike, one_big_head, pull_alike
from core.layer import Parameters, Rules, Sizes
from core.masks import MaskRule
from core.reader.explore import HEADS_WIDTHS, HeadsChoice
from core.sources.handset import HandsetSource
from core.sources.seeded import SeededSource
from core.tokens import words
from tests.choosing import read

CHICKEN = words("我爱吃炸鸡")
RULES = [
    Rules(),
    Rules(scaled=False, temperature=0.7),
    Rules(mask=MaskRule("causal")),
    Rules(mask=MaskRule("padding", padded=(0, 1, 2, 3, 4))),
    Rules(positions="rope"),
    Rules(positions="alibi", mask=MaskRule("window", 1)),
]


def seeded(n_heads: int, seed: int = 0, n: int = 5) -> Parameters:
    return SeededSource(Sizes(7, 4, 3, n_heads), seed=seed).parameters(
        tuple(f"w{i}" for i in range(n))
    )


@given(n_heads=st.integers(1, 8), seed=st.integers(0, 99))
def test_contributions_add_up_to_the_layers_output(n_heads: int, seed: int):
    parameters = seeded(n_heads, seed)
    found = heads(parameters, Rules())
    x = torch.from_numpy(parameters.x).double()
    expected = layer.steps(x, parameters, Rules()).output.numpy()
    assert np.array_equal(found.at_once, expected)
    assert_allclose(found.contributions.sum(axis=0), expected, rtol=0, atol=1e-14)
    assert found.rounding < 1e-14


def exact(matrix: np.ndarray) -> list[list[Fraction]]:
    return [[Fraction(float(entry)) for entry in row] for row in matrix]


def product(a: list[list[Fraction]], b: list[list[Fraction]]) -> list[list[Fraction]]:
    columns = list(zip(*b, strict=True))
    return [[dot(row, column) for column in columns] for row in a]


def dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


@given(n_heads=st.integers(1, 5), seed=st.integers(0, 99))
def test_without_rounding_they_add_up_exactly(n_heads: int, seed: int):
    found = heads(seeded(n_heads, seed, n=3), Rules())
    stacked = found.w_o.reshape(-1, found.w_o.shape[-1])
    at_once = product(exact(found.concatenated), exact(stacked))
    one_by_one = [product(exact(z), exact(w)) for z, w in zip(found.found, found.w_o, strict=True)]
    for i, row in enumerate(at_once):
        for j, entry in enumerate(row):
            assert sum(part[i][j] for part in one_by_one) == entry


def test_two_heads_by_hand():
    found = Heads(
        weights=np.ones((2, 1, 1)),
        found=np.array([[[1.0, 2.0]], [[3.0, 0.0]]]),
        w_o=np.array([[[1.0, 0.0], [1.0, 2.0]], [[-1.0, 0.0], [5.0, 5.0]]]),
        at_once=np.array([[0.0, 4.0]]),
    )
    assert found.concatenated.tolist() == [[1, 2, 3, 0]]
    assert found.contributions.tolist() == [[[3, 4]], [[-3, 0]]]
    assert found.output.tolist() == [[0, 4]]
    assert found.without([0]).tolist() == [[-3, 0]]
    assert found.moved([0]).tolist() == [5 / 4]
    assert found.moved_alone.tolist() == [[5 / 4, 3 / 4]]
    assert found.moved([0, 1]).tolist() == [1]
    assert found.rounding == 0


@given(n_heads=st.integers(1, 6), seed=st.integers(0, 99), data=st.data())
def test_a_head_that_is_off_is_one_whose_rows_of_w_o_are_zero(
    n_heads: int, seed: int, data: st.DataObject
):
    off = data.draw(st.sets(st.integers(0, n_heads - 1)))
    parameters = seeded(n_heads, seed)
    whole = heads(parameters, Rules())
    w_o = parameters.w_o.copy()
    w_o[sorted(off)] = 0
    cut = Parameters(parameters.x, parameters.w_q, parameters.w_k, parameters.w_v, w_o)
    less = heads(cut, Rules()).output
    assert_allclose(whole.without(off), less, atol=1e-13)
    expected = np.linalg.norm(whole.output - less, axis=-1) / np.linalg.norm(whole.output, axis=-1)
    assert_allclose(whole.moved(off), expected, atol=1e-12)


def test_an_output_that_is_zero_does_not_move():
    blind = Rules(mask=MaskRule("padding", padded=(0, 1, 2, 3, 4)))
    assert not heads(seeded(2), blind).moved([0]).any()


# Similarity


@given(n_heads=st.integers(1, 5), seed=st.integers(0, 99))
def test_similarity_is_one_with_itself_and_the_same_both_ways(n_heads: int, seed: int):
    found = heads(seeded(n_heads, seed), Rules())
    for alike, low in ((look_alike(found.weights), 0), (pull_alike(found.contributions), -1)):
        assert_allclose(np.diagonal(alike), 1)
        assert_allclose(alike, alike.T)
        assert (alike >= low).all()
        assert (alike <= 1).all()


def test_similarity_by_hand():
    weights = np.array([[[1.0, 0.0]], [[0.0, 1.0]], [[0.5, 0.5]]])
    between = 0.5 + 0.75 * np.log2(4 / 3) + 0.25 * np.log2(4) - 0.5 * 1
    assert look_alike(weights)[0, 1] == 0  # never at the same word
    assert look_alike(weights)[0, 2] == pytest.approx(1 - between + 0.5)
    pulls = np.array([[[1.0, 0.0]], [[-2.0, 0.0]], [[0.0, 3.0]], [[0.0, 0.0]]])
    assert pull_alike(pulls)[0].tolist() == [1, -1, 0, 0]


@pytest.mark.parametrize("n_heads", [1, 3])
def test_rows_without_weights_say_nothing_about_similarity(n_heads: int):
    weights = heads(seeded(n_heads, seed=3), Rules()).weights
    blind = np.concatenate([np.zeros((n_heads, 4, 5)), weights], axis=1)
    assert_allclose(look_alike(blind), look_alike(weights))
    assert (look_alike(blind[:, :4]) == 1).all()


def test_heads_that_look_evenly_are_alike():
    found = heads(HandsetSource(Sizes(n_heads=6)).parameters(CHICKEN), Rules())
    assert_allclose(look_alike(found.weights)[3:, 3:], 1)


# One big head


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("n_heads", [1, 2, 5])
def test_with_a_block_mask_one_big_head_is_all_heads(n_heads: int, rules: Rules):
    parameters = seeded(n_heads, seed=3)
    expected, big = heads(parameters, rules), one_big_head(parameters, rules)
    assert_allclose(big.output, expected.output, rtol=0, atol=1e-13)
    n = len(parameters.x)
    for head in range(n_heads):
        block = slice(head * n, (head + 1) * n)
        assert_allclose(big.weights[block, block], expected.weights[head], atol=1e-14)
        outside = np.delete(big.weights[block], np.r_[block], axis=1)
        assert not outside.any()


def test_without_the_mask_a_score_of_zero_is_no_weight_of_zero():
    parameters = seeded(2, seed=3)
    big = one_big_head(parameters, Rules(), "open")
    assert (big.weights > 0).all()
    assert_allclose(big.weights.sum(axis=-1), 1)
    assert np.abs(big.output - heads(parameters, Rules()).output).max() > 0.01


def test_filled_blocks_make_all_maps_the_same():
    parameters = seeded(3, seed=3)
    big = one_big_head(parameters, Rules(), "merged")
    maps = [big.weights[i : i + 5, i : i + 5] for i in (0, 5, 10)]
    assert_allclose(maps[0], maps[1])
    assert_allclose(maps[0], maps[2])
    x = torch.from_numpy(parameters.x).double()
    scores = layer.steps(x, parameters, Rules()).scores.sum(dim=0)
    assert_allclose(maps[0], scores.softmax(dim=-1).numpy())
    assert np.abs(big.output - heads(parameters, Rules()).output).max() > 0.01


@pytest.mark.parametrize("blocks", get_args(Blocks))
def test_one_head_is_its_own_block(blocks: Blocks):
    parameters = seeded(1)
    big = one_big_head(parameters, Rules(), blocks)
    assert_allclose(big.output, heads(parameters, Rules()).output, atol=1e-14)


# What can be chosen


@pytest.mark.parametrize("raw", [3, "x", [9], [-1], [0.5], None])
def test_heads_that_do_not_exist_are_named(raw: object):
    assert read(HeadsChoice, {"heads_off": raw}) == (HeadsChoice(), ("heads_off",))


def test_heads_are_read_once_and_in_order():
    choice, unusable = read(HeadsChoice, {"heads_off": [3, 0, 3], "heads_width": 8})
    assert (choice, unusable) == (HeadsChoice(heads_off=(0, 3), heads_width=8), ())


@pytest.mark.parametrize("raw", [7, 9, 1024, "wide", True])
def test_a_width_that_cannot_be_split_is_refused(raw: object):
    assert read(HeadsChoice, {"heads_width": raw})[1] == ("heads_width",)
    assert all(width % 8 == 0 for width in HEADS_WIDTHS)
