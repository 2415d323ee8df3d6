"""Four measures of importance: by hand, against automatic differentiation, against scipy."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from torch import Tensor

from core.attention import MultiHeadSteps, multi_head_attention, split_heads
from core.importance import (
    Mixer,
    gradient_times_input,
    kendall_tau,
    leave_one_out,
    transformed_contribution,
)
from core.models.run import layer_trace
from core.trace import LayerTrace

HEAD, N, D_MODEL, D_OUT = 2, 5, 6, 4
QUERY = 3
seeds = st.integers(0, 999)


def layer_of(
    weights: list[float], values: list[list[float]], bias: list[float] | None = None
) -> LayerTrace:
    """One head, one query that gives these weights to these values."""
    a, v = np.array([[weights]]), np.array([values])
    scores = np.log(a, out=np.full_like(a, -60.0), where=a > 0)
    added = np.zeros_like(a) if bias is None else np.array([[bias]])
    x = np.zeros((1, len(weights), 3))
    return LayerTrace(x[:, :1], x, v, scores, added, a, a @ v, (a @ v)[0])


def run(
    x: Tensor, context: Tensor, parts: dict[str, Tensor], mask: Tensor | None = None
) -> MultiHeadSteps:
    w_q, w_k, w_v, w_o = (parts[name] for name in ("w_q", "w_k", "w_v", "w_o"))
    b_q, b_k, b_v = (parts[name] for name in ("b_q", "b_k", "b_v"))
    return multi_head_attention(
        x, context, w_q, w_k, w_v, w_o, HEAD, b_q=b_q, b_k=b_k, b_v=b_v, mask=mask
    )


def random_layer(seed: int) -> tuple[LayerTrace, Mixer, Tensor, dict[str, Tensor]]:
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(N, D_MODEL, generator=rng, dtype=torch.float64)
    shapes = {"w_q": D_MODEL, "w_k": D_MODEL, "w_v": D_MODEL, "w_o": D_OUT}
    parts = {
        name: torch.randn(rows, D_MODEL, generator=rng, dtype=torch.float64)
        for name, rows in shapes.items()
    }
    parts |= {
        name: torch.randn(D_MODEL, generator=rng, dtype=torch.float64)
        for name in ("b_q", "b_k", "b_v")
    }
    layer = layer_trace(run(x, x, parts))
    mixer = Mixer(
        split_heads(parts["w_o"], HEAD).mT.numpy(),
        split_heads(parts["b_k"][None], HEAD).numpy(),
        split_heads(parts["b_v"][None], HEAD).numpy(),
    )
    return layer, mixer, x, parts


IDENTITY = Mixer(np.eye(2)[None])


# By hand


def test_a_big_weight_on_no_value_is_not_important():
    layer = layer_of([0.9, 0.1], [[0.0, 0.0], [3.0, 4.0]])
    assert_allclose(transformed_contribution(layer, IDENTITY, 0, 0), [0, 0.5])
    output = 0.5
    assert_allclose(leave_one_out(layer, IDENTITY, 0, 0), [5 - output, output])
    assert_allclose(gradient_times_input(layer, IDENTITY, 0, 0), [0, 0.5])


def test_the_matrix_that_mixes_heads_counts():
    layer = layer_of([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]])
    squash = Mixer(np.array([[[2.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]))
    assert_allclose(transformed_contribution(layer, squash, 0, 0), [1, 0])
    assert_allclose(leave_one_out(layer, squash, 0, 0), [1, 1])


def test_equal_values_can_be_left_out_without_a_trace():
    layer = layer_of([0.7, 0.3], [[1.0, 2.0], [1.0, 2.0]])
    assert_allclose(leave_one_out(layer, IDENTITY, 0, 0), [0, 0], atol=1e-15)


def test_without_its_only_key_a_query_is_left_with_nothing():
    alone = layer_of([1.0, 0.0], [[3.0, 4.0], [9.0, 9.0]], bias=[0.0, -np.inf])
    assert_allclose(leave_one_out(alone, IDENTITY, 0, 0), [5, 0])
    assert_allclose(transformed_contribution(alone, IDENTITY, 0, 0), [5, 0])


def test_a_query_that_may_look_at_nothing_gives_0_everywhere():
    blind = layer_of([0.0, 0.0], [[3.0, 4.0], [9.0, 9.0]], bias=[-np.inf, -np.inf])
    for measure in (transformed_contribution, leave_one_out, gradient_times_input):
        assert measure(blind, IDENTITY, 0, 0).tolist() == [0, 0]


def test_what_is_left_of_a_weight_of_nearly_1_is_not_lost():
    layer = layer_of([1 - 1e-9, 1e-9], [[0.0, 0.0], [3.0, 4.0]])
    assert_allclose(leave_one_out(layer, IDENTITY, 0, 0), [5, 5e-9], rtol=1e-6)


# By law


@given(seeds)
def test_contributions_of_all_heads_add_up_to_the_output(seed: int):
    layer, mixer, _, _ = random_layer(seed)
    assert isinstance(mixer.w_o, np.ndarray)
    pieces = np.einsum("hk,hkv,hvm->hkm", layer.weights[:, QUERY], layer.v, mixer.w_o)
    assert_allclose(pieces.sum(axis=(0, 1)), layer.mixed[QUERY], atol=1e-9)
    for head in range(HEAD):
        found = transformed_contribution(layer, mixer, QUERY, head)
        assert_allclose(found, np.linalg.norm(pieces[head], axis=-1), atol=1e-9)


@given(seeds, st.integers(0, N - 1), st.integers(0, HEAD - 1))
def test_leaving_one_out_is_running_the_layer_with_that_key_masked(seed: int, key: int, head: int):
    layer, mixer, x, parts = random_layer(seed)
    mask = torch.ones(HEAD, N, N, dtype=torch.bool)
    mask[head, QUERY, key] = False
    masked = run(x, x, parts, mask).output.numpy()
    expected = np.linalg.norm(masked[QUERY] - layer.mixed[QUERY])
    assert leave_one_out(layer, mixer, QUERY, head)[key] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("key", [0, QUERY])
def test_gradient_times_input_is_what_automatic_differentiation_says(seed: int, key: int):
    layer, mixer, x, parts = random_layer(seed)

    def outputs(context: Tensor) -> Tensor:  # (head, d_v)
        return run(x, context, parts).heads[:, QUERY]

    towards = torch.zeros_like(x)
    towards[key] = x[key]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch about itself, on first use
        slopes = torch.func.jvp(outputs, (x,), (towards,))[1].numpy()
    for head in range(HEAD):
        found = gradient_times_input(layer, mixer, QUERY, head)
        expected = np.linalg.norm(slopes[head] @ mixer.w_o[head])
        assert found[key] == pytest.approx(expected, abs=1e-9)


def test_biases_that_are_not_given_are_0():
    layer, mixer, _, _ = random_layer(2)
    zeros = Mixer(mixer.w_o, np.zeros_like(layer.k), np.zeros_like(layer.v))
    found = gradient_times_input(layer, Mixer(mixer.w_o), QUERY, 1)
    assert_array_equal(found, gradient_times_input(layer, zeros, QUERY, 1))


def test_the_scale_of_the_scores_counts():
    layer, mixer, _, _ = random_layer(1)
    scaled = replace(layer, scale=(D_MODEL // HEAD) ** -0.5)
    first = gradient_times_input(layer, mixer, QUERY, 0)
    assert_array_equal(gradient_times_input(scaled, mixer, QUERY, 0), first)
    other = replace(layer, scale=1.0)
    assert not np.allclose(gradient_times_input(other, mixer, QUERY, 0), first)


CAP, SINK = 1.5, 0.7


def bent(
    x: Tensor, context: Tensor, parts: dict[str, Tensor], seen: Tensor | None = None
) -> Tensor:
    """What each head finds for the query below a cap, beside a sink: ``(head, d_v)``."""
    steps = run(x, context, parts)
    capped = CAP * torch.tanh(steps.scores[:, QUERY] / CAP)  # (head, key)
    if seen is not None:
        capped = capped.masked_fill(~seen, -torch.inf)
    beside = torch.full((HEAD, 1), SINK, dtype=capped.dtype)
    weights = torch.cat((capped, beside), dim=1).softmax(dim=1)[:, :-1]
    return torch.einsum("hk,hkv->hv", weights, steps.v)


def bent_layer(layer: LayerTrace) -> LayerTrace:
    raised = np.exp(CAP * np.tanh(layer.scores / CAP))
    weights = raised / (raised.sum(axis=-1, keepdims=True) + np.exp(SINK))
    return replace(layer, weights=weights, cap=CAP, sinks=np.full(HEAD, SINK))


@given(seeds)
def test_importance_is_right_below_a_cap_and_beside_a_sink(seed: int):
    layer, mixer, x, parts = random_layer(seed)
    layer, key = bent_layer(layer), 1
    towards = torch.zeros_like(x)
    towards[key] = x[key]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        slopes = torch.func.jvp(lambda it: bent(x, it, parts), (x,), (towards,))[1].numpy()
    moved = (bent(x, x, parts, torch.arange(N) != key) - bent(x, x, parts)).numpy()
    for head in range(HEAD):
        w_o = mixer.w_o[head]
        slope = gradient_times_input(layer, mixer, QUERY, head)[key]
        assert slope == pytest.approx(np.linalg.norm(slopes[head] @ w_o), abs=1e-9)
        left = leave_one_out(layer, mixer, QUERY, head)[key]
        assert left == pytest.approx(np.linalg.norm(moved[head] @ w_o), abs=1e-9)


def test_a_mixer_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        IDENTITY.w_o[0][0] = 1


# Agreement of rankings


def test_tau_by_hand():
    assert kendall_tau(np.array([1, 2, 3]), np.array([10, 20, 30])) == pytest.approx(1)
    assert kendall_tau(np.array([1, 2, 3]), np.array([3, 2, 1])) == pytest.approx(-1)
    assert kendall_tau(np.array([1, 2, 3]), np.array([1, 3, 2])) == pytest.approx(1 / 3)
    ties = kendall_tau(np.array([1, 1, 2]), np.array([1, 2, 3]))
    assert ties == pytest.approx(2 / np.sqrt(2 * 3))


@pytest.mark.parametrize("a", [[1, 1, 1], [4], []])
def test_no_order_agrees_with_nothing(a: list[int]):
    assert np.isnan(kendall_tau(np.array(a, float), np.arange(len(a), dtype=float)))


def test_rankings_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"\(3,\) and \(2,\)"):
        kendall_tau(np.zeros(3), np.zeros(2))


@pytest.mark.parametrize("seed", range(5))
def test_tau_is_that_of_scipy(seed: int):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stats = pytest.importorskip("scipy.stats")
    a, b = np.random.default_rng(seed).integers(0, 9, (2, 30)).astype(float)
    assert kendall_tau(a, b) == pytest.approx(stats.kendalltau(a, b).statistic)
