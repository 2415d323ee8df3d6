"""Heads of a trained model in a basis of their sentence: exact, or as near as the size allows."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.layer import Edit, Rules, Sizes
from core.masks import MaskRule
from core.models.bilingual import NAME
from core.softmax import softmax
from core.sources.basis import BasisSource, SentenceHeads, heads_of
from core.sources.pretrained import PretrainedSource
from core.trace import Origin

few = st.integers(1, 7)
RUN = PretrainedSource(model=NAME).run("猫追老鼠，因为它饿了。")
N = len(RUN.pieces.tokens)


def random_heads(n: int, n_heads: int, d_k: int, seed: int) -> SentenceHeads:
    rng = np.random.default_rng(seed)
    q, k, v = rng.normal(size=(3, n_heads, n, d_k)).astype(np.float32) * 2
    return SentenceHeads(
        tokens=tuple("abcdefghij"[:n]),
        scores=q @ k.mT,
        bias=np.zeros((n_heads, n, n)),
        brought=v @ rng.normal(size=(n_heads, d_k, 11)).astype(np.float32),
        read=rng.normal(size=(n, 11)).astype(np.float32),
    )


def source(heads: SentenceHeads, sizes: Sizes | None = None) -> BasisSource:
    return BasisSource(sizes=sizes or heads.exact, heads=heads)


# Exact


@pytest.mark.parametrize(("layer", "heads"), [(0, [3]), (5, [0, 7, 2]), (11, [*range(8)])])
def test_in_as_many_directions_as_pieces_the_weights_are_the_models_own(
    layer: int, heads: list[int]
):
    found = source(heads_of(RUN, layer, heads)).trace()
    own = RUN.trace.layers[layer]
    assert_allclose(found.layers[0].weights, own.weights[heads], rtol=0, atol=1e-5)
    assert found.query_tokens == RUN.trace.query_tokens
    assert found.origin == Origin("pretrained", NAME)


def test_all_heads_bring_what_the_layer_adds_as_far_as_it_lies_in_the_parts():
    heads = heads_of(RUN, 4, range(12))
    mixed = source(heads).trace().layers[0].mixed  # (token, direction)
    parts = np.linalg.lstsq(source(heads).parameters(heads.tokens).x, heads.read)[0]
    added = np.einsum("hqk,hkd->qd", RUN.trace.layers[4].weights, heads.brought)
    inside = added @ np.linalg.pinv(heads.read) @ heads.read
    assert_allclose(mixed @ parts, inside, atol=1e-3 * abs(inside).max())


@given(n=few, n_heads=few, d_k=few, seed=st.integers(0, 999))
def test_any_head_is_exact_in_the_sizes_that_say_so(n: int, n_heads: int, d_k: int, seed: int):
    heads = random_heads(n, n_heads, d_k, seed)
    layer = source(heads).trace().layers[0]
    assert_allclose(layer.weights, softmax(heads.scores.astype(float)), atol=1e-5)
    assert_allclose(layer.scores, heads.centred, atol=1e-4)
    cost = heads.cost(heads.exact)
    assert_allclose(np.stack(cost), 0, atol=1e-9)
    assert_allclose(heads.shares(n).sum(axis=1), 1)


def test_a_mask_and_a_temperature_do_to_it_what_they_do_to_the_model():
    heads = heads_of(RUN, 2, [5])
    rules = Rules(temperature=2.0, mask=MaskRule("causal"))
    found = replace(source(heads), rules=rules).trace().layers[0].weights[0]
    may_look = np.tri(N, dtype=bool)
    expected = softmax(np.where(may_look, heads.scores[0].astype(float) / 2, -np.inf))
    assert_allclose(found, expected, atol=1e-5)


def test_larger_tables_than_needed_end_in_zeros():
    heads = random_heads(3, 2, 4, seed=1)
    parameters = heads.parameters(Sizes(6, 5, 7, 2))
    assert parameters.x.shape == (3, 6)
    assert parameters.w_o.shape == (2, 7, 6)
    assert not parameters.x[:, 3:].any()
    assert not parameters.w_q[:, :, 3:].any()
    found = source(heads, Sizes(6, 5, 7, 2)).trace().layers[0].weights
    assert_allclose(found, softmax(heads.scores.astype(float)), atol=1e-5)


# Nearest


@given(n=few, n_heads=few, d_k=few, seed=st.integers(0, 999), data=st.data())
def test_larger_tables_never_lose_more(
    n: int, n_heads: int, d_k: int, seed: int, data: st.DataObject
):
    heads = random_heads(n, n_heads, d_k, seed)
    small, more = data.draw(st.tuples(few, few, few)), st.integers(0, 2)
    d_model, d_k, d_v = (it + data.draw(more) for it in small)
    less, most = heads.cost(Sizes(d_model, d_k, d_v, n_heads)), heads.cost(Sizes(*small, n_heads))
    assert (less.scores <= most.scores + 1e-12).all()
    assert (less.values <= most.values + 1e-12).all()


def test_no_other_tables_of_so_few_parts_are_nearer():
    heads = random_heads(6, 1, 6, seed=4)
    lost = heads.cost(replace(heads.exact, d_k=2)).scores[0] * (heads.centred**2).sum()
    expected = (np.linalg.svd(heads.centred[0])[1][2:] ** 2).sum()
    assert lost == pytest.approx(expected)


@pytest.mark.parametrize(("d_model", "d_k"), [(N, 3), (5, 4), (N - 1, 9)])
def test_the_cost_is_that_of_the_tables_that_are_given(d_model: int, d_k: int):
    heads = heads_of(RUN, 6, [1, 4])
    sizes = Sizes(d_model, d_k, 4, 2)
    layer = source(heads, sizes).trace().layers[0]
    cost = heads.cost(sizes)
    own = RUN.trace.layers[6].weights[[1, 4]]
    assert_allclose(abs(layer.weights - own).max(axis=(1, 2)), cost.weights, atol=1e-5)
    missing = ((layer.scores - heads.centred) ** 2).sum(axis=(1, 2))
    assert_allclose(missing / (heads.centred**2).sum(axis=(1, 2)), cost.scores, atol=1e-4)
    assert (cost.weights > 0.001).any()


def test_parts_come_by_their_share_of_the_score():
    shares = heads_of(RUN, 6, [1, 4]).shares(N)
    assert (np.diff(shares) <= 0).all()
    assert_allclose(shares.sum(axis=1), 1)


# Edits, and what is refused


def test_an_edit_counts_and_is_told():
    heads = heads_of(RUN, 3, [1])
    edited = replace(source(heads), edits=(Edit("w_q", (0, 0, 0), 9.0),))
    assert edited.parameters(heads.tokens).w_q[0, 0, 0] == 9
    assert edited.trace().origin == Origin("pretrained", NAME, edited=True)
    before = source(heads).trace().layers[0].weights
    assert abs(edited.trace().layers[0].weights - before).max() > 0.01


def test_the_basis_serves_no_other_sentence():
    with pytest.raises(ValueError, match="basis"):
        source(heads_of(RUN, 0, [0])).trace_of(("a",))


def test_heads_that_see_no_difference_are_exact_in_any_size():
    heads = replace(random_heads(4, 1, 2, seed=2), scores=np.zeros((1, 4, 4)))
    found = source(heads, Sizes(2, 1, 1, 1)).trace().layers[0].weights
    assert_array_equal(found, np.full((1, 4, 4), 0.25))
    assert heads.cost(Sizes(2, 1, 1, 1)).scores == 0
