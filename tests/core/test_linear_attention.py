"""Linear attention: both forms agree, and what is kept has a fixed size."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.linear_attention import (
    feature_map,
    linear_attention,
    look_up,
    nothing_read,
    read,
    state_size,
)

sizes = st.integers(1, 6)


def normal(*shape: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def test_two_tokens_by_hand():
    # Features of 0 are 1, of 1 they are 2: the second token's weights are 1 * 1 and 1 * 2.
    k, v = torch.tensor([[0.0], [1.0]]), torch.tensor([[3.0], [6.0]])
    output = linear_attention(torch.zeros(2, 1), k, v)
    torch.testing.assert_close(output, torch.tensor([[3.0], [5.0]]), atol=1e-5, rtol=0)


def test_features_are_above_0():
    torch.testing.assert_close(
        feature_map(torch.tensor([-1.0, 0.0, 2.0])), torch.tensor([0.36787944, 1.0, 3.0])
    )


@given(heads=sizes, tokens=sizes, d_k=sizes, d_v=sizes, seed=st.integers(0, 2**16))
def test_the_recurrent_form_equals_the_matrix_form(
    heads: int, tokens: int, d_k: int, d_v: int, seed: int
):
    q, k = normal(2, heads, tokens, d_k, seed=seed)
    v = normal(heads, tokens, d_v, seed=seed + 1)
    memory = nothing_read(k, v)
    outputs = []
    for at in range(tokens):
        memory = read(memory, k[:, at : at + 1], v[:, at : at + 1])
        outputs.append(look_up(memory, q[:, at : at + 1]))
    torch.testing.assert_close(
        torch.cat(outputs, dim=1), linear_attention(q, k, v), atol=1e-6, rtol=0
    )
    at_once = read(nothing_read(k, v), k, v)
    torch.testing.assert_close(tuple(at_once), tuple(memory), atol=1e-6, rtol=0)
    assert sum(part.numel() for part in memory) == state_size(heads, d_k, d_v)


@pytest.mark.parametrize("place", [0, 1, 3])
def test_nobody_looks_ahead(place: int):
    q, k, v = normal(3, 5, 2, seed=0)
    before = linear_attention(q, k, v)
    k[place + 1 :] += 1
    v[place + 1 :] += 1
    after = linear_attention(q, k, v)
    assert after[: place + 1].equal(before[: place + 1])
    assert not after[place + 1].equal(before[place + 1])


def test_weights_sum_to_1():
    q, k = normal(2, 7, 3, seed=4)
    ones = linear_attention(q, k, torch.ones(7, 2, dtype=torch.float64))
    torch.testing.assert_close(ones, torch.ones_like(ones), atol=1e-4, rtol=0)
