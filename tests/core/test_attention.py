"""Attention by hand, against torch, and by law."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional
from torch.profiler import ProfilerActivity, profile
from torch.testing import assert_close

from core.attention import (
    MultiHeadSteps,
    Steps,
    additive_attention,
    merge_heads,
    multi_head_attention,
    scaled_dot_product_attention,
    split_heads,
)

HEADS, QUERIES, KEYS, D_K, D_V = 2, 3, 5, 7, 11
INF = math.inf
Inputs = tuple[Tensor, Tensor, Tensor, Tensor | None]  # q, k, v, mask

sizes = st.integers(1, 7)
seeds = st.integers(0, 2**16)
shapes = st.tuples(sizes, sizes, sizes, sizes, sizes)  # head, query, key, d_k, d_v


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def qkv(shape: tuple[int, ...], seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    head, query, key, d_k, d_v = shape
    return (
        normal(head, query, d_k, seed=seed),
        normal(head, key, d_k, seed=seed + 1),
        normal(head, key, d_v, seed=seed + 2),
    )


def coins(*shape: int, seed: int = 0) -> Tensor:
    return normal(*shape, seed=seed + 3) > 0


Q, K, V = qkv((HEADS, QUERIES, KEYS, D_K, D_V))


def test_two_tokens_by_hand():
    q = torch.eye(2) * math.sqrt(2) * math.log(3)
    steps = scaled_dot_product_attention(q, torch.eye(2), torch.tensor([[4.0], [8.0]]))
    assert_close(steps.scores, torch.eye(2) * math.log(3))
    assert_close(steps.weights, torch.tensor([[0.75, 0.25], [0.25, 0.75]]))
    assert_close(steps.output, torch.tensor([[5.0], [7.0]]))


def test_scores_are_shown_before_the_mask():
    steps = scaled_dot_product_attention(Q, K, V, mask=coins(QUERIES, KEYS))
    assert_close(steps.scores, torch.einsum("hqd,hkd->hqk", Q, K) / math.sqrt(D_K))


@given(shapes, seeds)
def test_agrees_with_torch(shape: tuple[int, ...], seed: int):
    q, k, v = qkv(shape, seed)
    expected = functional.scaled_dot_product_attention(q, k, v)
    assert_close(scaled_dot_product_attention(q, k, v).output, expected)


@given(shapes, seeds)
def test_agrees_with_torch_under_a_boolean_mask(shape: tuple[int, ...], seed: int):
    q, k, v = qkv(shape, seed)
    mask = coins(*shape[:3], seed=seed)
    mask[..., 0] = True
    expected = functional.scaled_dot_product_attention(q, k, v, mask)
    assert_close(scaled_dot_product_attention(q, k, v, mask).output, expected)


@given(shapes, seeds)
def test_agrees_with_torch_under_a_float_mask(shape: tuple[int, ...], seed: int):
    q, k, v = qkv(shape, seed)
    mask = normal(*shape[:3], seed=seed + 4).masked_fill(~coins(*shape[:3], seed=seed), -INF)
    mask[..., -1] = 0.5
    expected = functional.scaled_dot_product_attention(q, k, v, mask)
    assert_close(scaled_dot_product_attention(q, k, v, mask).output, expected)


@pytest.mark.parametrize(("n_query", "n_key"), [(3, 3), (3, 5), (5, 3), (1, 4), (4, 1)])
def test_causal_counts_from_the_top_left_as_torch_does(n_query: int, n_key: int):
    q, k, v = qkv((HEADS, n_query, n_key, D_K, D_V))
    ours = scaled_dot_product_attention(q, k, v, is_causal=True)
    expected = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    assert_close(ours.output, expected)
    assert not ours.weights.triu(1).any()


def test_causal_and_mask_forbid_together():
    mask = torch.tensor([True, False, True, True, True])
    both = scaled_dot_product_attention(Q, K, V, mask, is_causal=True)
    one = scaled_dot_product_attention(Q, K, V, torch.ones(QUERIES, KEYS).tril().bool() & mask)
    assert torch.equal(both.weights, one.weights)


@pytest.mark.parametrize("scale", [0.0, 0.3, 1.0, -2.0])
def test_a_scale_of_ones_own_agrees_with_torch(scale: float):
    ours = scaled_dot_product_attention(Q, K, V, scale=scale)
    assert_close(ours.scores, Q @ K.mT * scale)
    expected = functional.scaled_dot_product_attention(Q, K, V, scale=scale)
    assert_close(ours.output, expected)


def test_any_number_of_leading_axes_agrees_with_torch():
    q, k, v = normal(3, 2, 5, 7), normal(3, 2, 4, 7, seed=1), normal(3, 2, 4, 6, seed=2)
    expected = functional.scaled_dot_product_attention(q, k, v)
    assert_close(scaled_dot_product_attention(q, k, v).output, expected)
    assert_close(scaled_dot_product_attention(q[1, 1], k[1, 1], v[1, 1]).output, expected[1, 1])


@given(shapes, seeds)
def test_rows_sum_to_1_and_masked_cells_are_exactly_0(shape: tuple[int, ...], seed: int):
    q, k, v = qkv(shape, seed)
    mask = coins(*shape[:3], seed=seed)
    weights = scaled_dot_product_attention(q, k, v, mask).weights
    assert_close(weights.sum(-1), mask.any(-1).double())
    assert (weights[~mask] == 0).all()
    assert (weights >= 0).all()


@given(shapes, seeds)
def test_the_output_lies_between_the_values(shape: tuple[int, ...], seed: int):
    q, k, v = qkv(shape, seed)
    output = scaled_dot_product_attention(q, k, v).output
    assert (output <= v.amax(-2, keepdim=True) + 1e-9).all()
    assert (output >= v.amin(-2, keepdim=True) - 1e-9).all()


@given(seeds)
def test_shuffled_queries_give_shuffled_outputs(seed: int):
    order = torch.randperm(QUERIES, generator=torch.Generator().manual_seed(seed))
    plain = scaled_dot_product_attention(Q, K, V)
    shuffled = scaled_dot_product_attention(Q[:, order], K, V)
    assert_close(shuffled.output, plain.output[:, order])


@given(seeds)
def test_the_order_of_what_is_looked_at_does_not_matter(seed: int):
    order = torch.randperm(KEYS, generator=torch.Generator().manual_seed(seed))
    plain = scaled_dot_product_attention(Q, K, V)
    shuffled = scaled_dot_product_attention(Q, K[:, order], V[:, order])
    assert_close(shuffled.weights, plain.weights[..., order])
    assert_close(shuffled.output, plain.output)


@pytest.mark.parametrize(
    "shape", [(KEYS,), (1, KEYS), (QUERIES, 1), (QUERIES, KEYS), (HEADS, 1, KEYS)]
)
def test_a_mask_that_broadcasts_serves_every_row(shape: tuple[int, ...]):
    mask = coins(*shape, seed=1)
    spread = mask.broadcast_to(HEADS, QUERIES, KEYS)
    ours = scaled_dot_product_attention(Q, K, V, mask)
    assert torch.equal(ours.weights, scaled_dot_product_attention(Q, K, V, spread).weights)


def test_a_float_mask_of_minus_infinity_is_a_boolean_mask():
    mask = coins(QUERIES, KEYS)
    added = torch.zeros(QUERIES, KEYS).masked_fill(~mask, -INF)
    by_float = scaled_dot_product_attention(Q, K, V, added)
    assert torch.equal(by_float.weights, scaled_dot_product_attention(Q, K, V, mask).weights)


FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("of_mask", FLOATS)
def test_the_least_number_of_any_type_hides_a_key(dtype: torch.dtype, of_mask: torch.dtype):
    mask = coins(QUERIES, KEYS)
    mask[:, 0], mask[1] = True, False
    added = torch.zeros(QUERIES, KEYS, dtype=of_mask).masked_fill(~mask, torch.finfo(of_mask).min)
    q, k, v = (x.to(dtype) for x in (Q, K, V))
    weights = scaled_dot_product_attention(q, k, v, added).weights
    assert (weights[:, mask.logical_not() & mask.any(-1, keepdim=True)] == 0).all()
    blind = weights[:, 1].double().sum(-1)  # all keys alike, or none where their type has only -inf
    assert ((blind - 1).abs().lt(0.01) | (blind == 0)).all()


@pytest.mark.parametrize("as_float", [False, True])
def test_a_query_that_may_see_nothing_gets_zeros(as_float: bool):
    mask = torch.ones(QUERIES, KEYS, dtype=torch.bool)
    mask[1] = False
    asked = torch.zeros(QUERIES, KEYS).masked_fill(~mask, -INF) if as_float else mask
    steps = scaled_dot_product_attention(Q, K, V, asked)
    free = scaled_dot_product_attention(Q, K, V)
    assert (steps.weights[:, 1] == 0).all()
    assert (steps.output[:, 1] == 0).all()
    assert_close(steps.output[:, [0, 2]], free.output[:, [0, 2]])


@pytest.mark.parametrize("as_float", [False, True])
def test_gradients_are_right_and_finite_though_a_query_sees_nothing(as_float: bool):
    mask = torch.tensor([[True, False, True], [False, False, False]])
    asked = torch.zeros(2, 3).masked_fill(~mask, -INF) if as_float else mask
    inputs = tuple(x.requires_grad_() for x in (normal(2, 3), normal(3, 3), normal(3, 2)))
    assert torch.autograd.gradcheck(
        lambda q, k, v: scaled_dot_product_attention(q, k, v, asked).output, inputs
    )


def test_nothing_at_all_to_look_at_gives_zeros():
    steps = scaled_dot_product_attention(Q, K[:, :0], V[:, :0])
    assert steps.weights.shape == (HEADS, QUERIES, 0)
    assert torch.equal(steps.output, torch.zeros(HEADS, QUERIES, D_V, dtype=Q.dtype))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("size", [60.0, 250.0])
def test_half_precision_does_not_overflow_on_the_way(dtype: torch.dtype, size: float):
    q = torch.full((2, 64), size, dtype=dtype, requires_grad=True)  # size * size * 64 > 65504
    k = torch.stack((q.detach()[0], -q.detach()[0]))
    steps = scaled_dot_product_attention(q, k, torch.tensor([[2.0], [4.0]], dtype=dtype))
    steps.output.sum().backward()
    assert steps.weights.tolist() == [[1, 0], [1, 0]]
    assert steps.output.tolist() == [[2], [2]]
    assert steps.scores.isfinite().all()
    assert q.grad is not None
    assert q.grad.isfinite().all()


def test_scores_that_fit_only_after_scaling_do_not_overflow():
    q = torch.full((1, 64), 2.5e18)  # the sum of 64 squares exceeds float32, an eighth does not
    steps = scaled_dot_product_attention(q, torch.cat((q, -q)), torch.eye(2))
    assert_close(steps.scores, torch.tensor([[5e37, -5e37]]))
    assert steps.output.tolist() == [[1, 0]]


@pytest.mark.parametrize("dtype", FLOATS)
def test_what_comes_out_has_the_type_that_went_in(dtype: torch.dtype):
    steps = scaled_dot_product_attention(Q.to(dtype), K.to(dtype), V.to(dtype), coins(KEYS))
    assert {step.dtype for step in steps} == {dtype}


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("mask", [None, coins(QUERIES, KEYS), coins(HEADS, QUERIES, KEYS).double()])
@pytest.mark.parametrize("is_causal", [False, True])
def test_steps_to_be_overwritten_do_not_change_the_result(
    dtype: torch.dtype, mask: Tensor | None, is_causal: bool
):
    q, k, v = (x.to(dtype) for x in (Q, K, V))
    if mask is not None:
        mask = mask.log() if mask.is_floating_point() else mask
        mask[..., 1, :] = mask.new_zeros(()).log() if mask.is_floating_point() else False
    expected = scaled_dot_product_attention(q, k, v, mask, is_causal)
    used = scaled_dot_product_attention(q + 1, k, v)
    for ours, theirs in zip(
        scaled_dot_product_attention(q, k, v, mask, is_causal, out=used), expected, strict=True
    ):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize(
    "inputs",
    [
        (Q[:, 1:], K, V),
        (Q, K[:, 1:], V[:, 1:]),
        (Q, K, V[..., 1:]),
        (Q[0], K[0], V[0]),
        (Q.float(), K.float(), V.float()),
    ],
)
def test_only_steps_of_such_inputs_are_overwritten(inputs: tuple[Tensor, Tensor, Tensor]):
    kept = scaled_dot_product_attention(*inputs)
    before = Steps(*(step.clone() for step in kept))
    with pytest.raises(ValueError, match=r"out must hold steps of \(2, 3, 5\), .* \(2, 3, 11\)"):
        scaled_dot_product_attention(Q, K, V, out=kept)
    assert all(torch.equal(x, y) for x, y in zip(before, kept, strict=True))


@pytest.mark.parametrize("q", [Q[0], Q[:1], Q.clone().requires_grad_()])
def test_what_serves_all_heads_and_what_was_differentiated_is_overwritten_too(q: Tensor):
    expected = scaled_dot_product_attention(q, K, V)
    used = scaled_dot_product_attention(q + 1, K, V)
    again = scaled_dot_product_attention(q.detach(), K, V, out=used)
    assert all(torch.equal(x, y) for x, y in zip(again, expected, strict=True))


def test_values_of_several_heads_for_the_same_weights_are_overwritten_too():
    used = scaled_dot_product_attention(Q[0] + 1, K[0], V)
    again = scaled_dot_product_attention(Q[0], K[0], V, out=used)
    expected = scaled_dot_product_attention(Q[0], K[0], V)
    assert again.output.shape == (HEADS, QUERIES, D_V)
    assert all(torch.equal(x, y) for x, y in zip(again, expected, strict=True))


def test_overwriting_takes_no_new_memory():
    q, k, v = (torch.randn(HEADS, 64, 8) for _ in "qkv")
    used = scaled_dot_product_attention(q, k, v)
    places = [step.data_ptr() for step in used]
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        again = scaled_dot_product_attention(q, k, v, out=used)
    assert [step.data_ptr() for step in again] == places
    taken = sum(max(0, event.self_cpu_memory_usage) for event in record.events() or ())
    assert taken <= 2 * q.nbytes  # no scores, no weights


def test_without_a_mask_there_are_two_products_and_one_softmax():
    with profile(activities=[ProfilerActivity.CPU]) as record:
        scaled_dot_product_attention(Q, K, V)
    calls = {event.key: event.count for event in record.key_averages()}
    assert calls["aten::bmm"] == 2
    assert calls["aten::_softmax"] == 1
    assert "aten::masked_fill" not in calls
    assert "aten::expand" not in calls  # what matmul would do first


def test_inputs_are_left_as_they_were():
    before = Q.clone(), K.clone(), V.clone()
    scaled_dot_product_attention(Q, K, V, coins(KEYS), is_causal=True)
    assert all(torch.equal(x, y) for x, y in zip(before, (Q, K, V), strict=True))


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ((Q, K[..., 1:], V, None), "q has width 7 and k 6"),
        ((Q, K, V[:, 1:], None), "k has 5 tokens and v 4"),
        ((Q[0, 0], K, V, None), "q must be a float tensor"),
        ((Q, K[[0, 0, 0]], V, None), r"leading axes \[\(2,\), \(3,\), \(2,\)\]"),
        ((Q, K, V[[0, 0, 0]], None), "they must broadcast"),
        ((Q, K, V.half(), None), "torch.float16: they must agree"),
        ((Q, K.int(), V, None), "k must be a float tensor"),
        ((Q, K, V, coins(KEYS, QUERIES)), r"mask of shape \(5, 3\) does not fit"),
        ((Q, K, V, coins(1, HEADS, QUERIES, KEYS)), "does not fit scores"),
        ((Q, K, V, coins(QUERIES, KEYS).int()), "must be boolean or float"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_sizes(inputs: Inputs, reason: str):
    with pytest.raises(ValueError, match=reason):
        scaled_dot_product_attention(*inputs)


# Additive attention

D_Q, D_A = 4, 6
W_Q, W_K, V_A = normal(D_A, D_Q, seed=5), normal(D_A, D_K, seed=6), normal(D_A, seed=7)
ASKED = normal(QUERIES, D_Q, seed=8)


def test_additive_scores_agree_with_a_double_loop():
    steps = additive_attention(ASKED, K[0], V[0], W_Q, W_K, V_A)
    for i in range(QUERIES):
        for j in range(KEYS):
            expected = V_A @ torch.tanh(W_Q @ ASKED[i] + W_K @ K[0, j])
            assert_close(steps.scores[i, j], expected)
    assert_close(steps.output, steps.scores.exp() @ V[0] / steps.scores.exp().sum(-1, keepdim=True))


def test_additive_attention_by_hand():
    one = torch.tensor([[1.0]])
    keys = torch.tensor([[-1.0], [1e3]])  # tanh gives 0 and 1
    steps = additive_attention(one, keys, keys, one, one, torch.tensor([math.log(3)]))
    assert_close(steps.scores, torch.tensor([[0.0, math.log(3)]]))
    assert_close(steps.weights, torch.tensor([[0.25, 0.75]]))


def test_additive_attention_keeps_to_its_mask():
    mask = torch.tensor([[True, False, True, False, True], [False] * 5, [True] * 5])
    weights = additive_attention(ASKED, K[0], V[0], W_Q, W_K, V_A, mask).weights
    assert_close(weights.sum(-1), torch.tensor([1.0, 0.0, 1.0]).double())
    assert (weights[~mask] == 0).all()


def test_additive_attention_in_half_precision_does_not_overflow_on_the_way():
    q, k, w = (torch.tensor(x).half() for x in ([[300.0]], [[300.0], [301.0]], [[300.0]]))
    steps = additive_attention(q, k, k, w, -w, torch.ones(1).half())  # 300 * 300 > 65504
    assert steps.scores.tolist() == [[0, -1]]
    assert steps.weights.dtype == steps.output.dtype == torch.float16


def test_additive_attention_takes_leading_axes():
    asked = normal(HEADS, QUERIES, D_Q, seed=9)
    together = additive_attention(asked, K, V, W_Q, W_K, V_A).output
    alone = [additive_attention(asked[h], K[h], V[h], W_Q, W_K, V_A).output for h in range(HEADS)]
    assert_close(together, torch.stack(alone))


def test_additive_attention_takes_keys_that_are_projected_already():
    steps = additive_attention(ASKED, K[0] @ W_K.mT, V[0], W_Q, None, V_A)
    for found, expected in zip(
        steps, additive_attention(ASKED, K[0], V[0], W_Q, W_K, V_A), strict=True
    ):
        torch.testing.assert_close(found, expected)
    with pytest.raises(ValueError, match="w_q and w_k"):
        additive_attention(ASKED, K[0] @ W_K[:-1].mT, V[0], W_Q, None, V_A)


def test_additive_matrices_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"must have shapes \(6, 4\) and \(6, 7\)"):
        additive_attention(ASKED, K[0], V[0], W_Q.mT, W_K, V_A)


# Multi-head attention

D_MODEL, D_CONTEXT, N_HEADS = 6, 5, 3


def torchs_layer(d_context: int, bias: bool) -> nn.MultiheadAttention:
    layer = nn.MultiheadAttention(D_MODEL, N_HEADS, bias=bias, kdim=d_context, vdim=d_context)
    layer = layer.double().requires_grad_(False)
    for seed, parameter in enumerate(layer.parameters()):
        parameter.copy_(normal(*parameter.shape, seed=seed))
    return layer


def numbers(layer: nn.MultiheadAttention) -> dict[str, Tensor]:
    """What a layer of torch has learned, under our names."""
    state = layer.state_dict()
    if "in_proj_weight" in state:
        w_q, w_k, w_v = state["in_proj_weight"].chunk(3)
    else:
        w_q, w_k, w_v = (state[f"{name}_proj_weight"] for name in "qkv")
    found = {"w_q": w_q, "w_k": w_k, "w_v": w_v, "w_o": state["out_proj.weight"]}
    if "in_proj_bias" in state:
        b_q, b_k, b_v = state["in_proj_bias"].chunk(3)
        found |= {"b_q": b_q, "b_k": b_k, "b_v": b_v, "b_o": state["out_proj.bias"]}
    return found


X, CONTEXT = normal(QUERIES, D_MODEL, seed=20), normal(KEYS, D_CONTEXT, seed=21)


def our_steps(
    w: dict[str, Tensor],
    context: Tensor | None,
    mask: Tensor | None = None,
    is_causal: bool = False,
) -> MultiHeadSteps:
    w_q, w_k, w_v, w_o = (w[name] for name in ("w_q", "w_k", "w_v", "w_o"))
    b_q, b_k, b_v, b_o = (w.get(name) for name in ("b_q", "b_k", "b_v", "b_o"))
    return multi_head_attention(
        X, context, w_q, w_k, w_v, w_o, N_HEADS, b_q, b_k, b_v, b_o, mask, is_causal
    )


@pytest.mark.parametrize("bias", [False, True])
def test_self_attention_agrees_with_torchs_layer(bias: bool):
    layer = torchs_layer(D_MODEL, bias)
    output, weights = layer(X, X, X, average_attn_weights=False)
    ours = our_steps(numbers(layer), None)
    assert_close(ours.weights, weights)
    assert_close(ours.output, output)


@pytest.mark.parametrize("bias", [False, True])
def test_cross_attention_agrees_with_torchs_layer(bias: bool):
    layer = torchs_layer(D_CONTEXT, bias)
    output, weights = layer(X, CONTEXT, CONTEXT, average_attn_weights=False)
    ours = our_steps(numbers(layer), CONTEXT)
    assert_close(ours.weights, weights)
    assert_close(ours.output, output)


def test_true_means_the_opposite_of_what_torchs_layer_means():
    layer = torchs_layer(D_CONTEXT, bias=True)
    mask = coins(QUERIES, KEYS)
    mask[:, 2] = True
    output, weights = layer(X, CONTEXT, CONTEXT, attn_mask=~mask, average_attn_weights=False)
    ours = our_steps(numbers(layer), CONTEXT, mask=mask)
    assert_close(ours.weights, weights)
    assert_close(ours.output, output)


def test_causal_self_attention_agrees_with_torchs_layer():
    layer = torchs_layer(D_MODEL, bias=True)
    forbidden = torch.ones(QUERIES, QUERIES).triu(1).bool()
    output, _ = layer(X, X, X, attn_mask=forbidden)
    ours = our_steps(numbers(layer), None, is_causal=True)
    assert_close(ours.output, output)


def test_values_may_have_a_width_of_their_own():
    w_q, w_k = normal(6, D_MODEL, seed=1), normal(6, D_CONTEXT, seed=2)
    w_v, w_o = normal(15, D_CONTEXT, seed=3), normal(4, 15, seed=4)
    steps = multi_head_attention(X, CONTEXT, w_q, w_k, w_v, w_o, n_heads=3)
    shapes = [tuple(step.shape) for step in steps]
    per_head = [(3, 3, 2), (3, 5, 2), (3, 5, 5), (3, 3, 5), (3, 3, 5), (3, 3, 5)]
    assert shapes == [*per_head, (3, 4)]


def test_each_head_is_an_attention_of_its_own():
    layer = torchs_layer(D_CONTEXT, bias=False)
    steps = our_steps(numbers(layer), CONTEXT)
    rows = slice(2, 4)  # head 1 of width 2
    w = numbers(layer)
    q, k, v = X @ w["w_q"][rows].mT, CONTEXT @ w["w_k"][rows].mT, CONTEXT @ w["w_v"][rows].mT
    assert_close(steps.heads[1], scaled_dot_product_attention(q, k, v).output)


@given(sizes, sizes, sizes)
def test_merging_undoes_splitting(heads: int, tokens: int, width: int):
    x = normal(tokens, heads * width)
    assert split_heads(x, heads).shape == (heads, tokens, width)
    assert torch.equal(merge_heads(split_heads(x, heads)), x)


def test_a_head_gets_neighbouring_columns():
    x = torch.arange(12.0).reshape(2, 6)
    assert split_heads(x, 3)[1].tolist() == [[2, 3], [8, 9]]


@pytest.mark.parametrize("n_heads", [0, -1, 4])
def test_a_width_that_cannot_be_split_evenly_is_refused(n_heads: int):
    with pytest.raises(ValueError, match="cannot be split over"):
        split_heads(X, n_heads)


def test_a_projection_that_does_not_fit_is_refused_by_name():
    w = numbers(torchs_layer(D_CONTEXT, bias=False))
    w["w_k"] = w["w_q"]
    with pytest.raises(ValueError, match=r"w_k must have shape \(out, 5\)"):
        our_steps(w, CONTEXT)


@pytest.mark.parametrize("name", ["b_q", "b_k", "b_v", "b_o"])
def test_a_bias_that_does_not_fit_is_refused_by_name(name: str):
    w = numbers(torchs_layer(D_CONTEXT, bias=True))
    w[name] = w[name][:1]
    with pytest.raises(ValueError, match=rf"{name} must have shape \(6,\), got \(1,\)"):
        our_steps(w, CONTEXT)


def test_each_head_lies_in_one_piece():
    # Products of scattered matrices take up to twice as long.
    x = torch.randn(5, 12)
    w_q, w_k, w_v, w_o = (torch.randn(12, 12) for _ in range(4))
    steps = multi_head_attention(x, None, w_q, w_k, w_v, w_o, n_heads=3)
    assert all(part.is_contiguous() for part in (steps.q, steps.k, steps.v))
