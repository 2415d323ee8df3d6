"""One contract for every source of editable numbers, then what each promises besides."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.errors import InputError
from core.layer import Edit, Parameters, Rules, Sizes
from core.masks import MaskRule
from core.positions import rotate
from core.sources.handset import CONTENT, HEADS, HandsetSource, head_at
from core.sources.seeded import SeededSource
from core.sources.toy import ToySource
from core.tokens import LIMIT
from core.trace import Array, AttentionTrace, LayerTrace

SENTENCE = "the cat 猫抓老鼠, the flibbertigibbet"
TOKENS = ("the", "cat", "猫", "抓", "老鼠", ",", "the", "flibbertigibbet")
N = len(TOKENS)
SIZES = Sizes(d_model=7, d_k=2, d_v=5, n_heads=3)
BLIND = MaskRule("drawn", blocked=tuple((2, key) for key in range(N)))

every_source = pytest.mark.parametrize("source", [HandsetSource(), SeededSource(seed=3)])
every_rule = pytest.mark.parametrize(
    "rules",
    [
        Rules(),
        Rules(scaled=False, temperature=0.5),
        Rules(mask=MaskRule("causal"), positions="rope"),
        Rules(mask=MaskRule("window", width=2), positions="alibi"),
        Rules(mask=BLIND, positions="sinusoidal"),
    ],
)
sizes = st.builds(
    Sizes,
    d_model=st.integers(1, 17),
    d_k=st.integers(1, 7),
    d_v=st.integers(1, 7),
    n_heads=st.integers(1, 6),
)


def only_layer(trace: AttentionTrace) -> LayerTrace:
    [layer] = trace.layers
    return layer


def softmax(scores: Array) -> Array:
    """Row by row, in plain numpy; a row of -inf gives zeros."""
    highest = scores.max(axis=-1, keepdims=True)
    raised = np.exp(scores - np.where(np.isfinite(highest), highest, 0))
    total = raised.sum(axis=-1, keepdims=True)
    return np.divide(raised, total, out=np.zeros_like(raised), where=total > 0)


def assert_same(first: Parameters | LayerTrace, second: Parameters | LayerTrace) -> None:
    for name, array in vars(first).items():
        assert_array_equal(array, getattr(second, name), err_msg=name)


# What every source promises


@every_source
def test_tokens_name_the_rows_and_columns(source: ToySource):
    trace = source.trace(SENTENCE)
    assert trace.query_tokens == trace.key_tokens == TOKENS


@every_source
@every_rule
def test_every_step_follows_from_the_one_before(source: ToySource, rules: Rules):
    source = replace(source, sizes=SIZES, rules=rules)
    layer = only_layer(source.trace(SENTENCE))
    scale = 1 / (rules.temperature * (np.sqrt(SIZES.d_k) if rules.scaled else 1))
    assert_allclose(layer.scores, layer.q @ layer.k.swapaxes(1, 2) * scale, atol=1e-4)
    assert_allclose(layer.weights, softmax(layer.scores + layer.bias), atol=1e-5)
    assert_allclose(layer.output, layer.weights @ layer.v, atol=1e-5)
    w_o = source.parameters(TOKENS).w_o
    assert_allclose(layer.mixed, np.einsum("hqv,hvm->qm", layer.output, w_o), atol=1e-5)


@every_source
def test_queries_keys_and_values_are_the_words_times_the_matrices(source: ToySource):
    parameters, layer = source.parameters(TOKENS), only_layer(source.trace(SENTENCE))
    for projected, matrix in (("q", "w_q"), ("k", "w_k"), ("v", "w_v")):
        expected = parameters.x @ getattr(parameters, matrix)
        assert_allclose(getattr(layer, projected), expected, atol=1e-5)


@every_source
def test_rope_turns_the_queries_of_the_same_words(source: ToySource):
    turned = replace(source, rules=Rules(positions="rope"))
    q = turned.parameters(TOKENS).x @ turned.parameters(TOKENS).w_q
    expected = rotate(torch.from_numpy(q)).numpy()
    assert_allclose(only_layer(turned.trace(SENTENCE)).q, expected, atol=1e-5)


@every_source
@given(sizes)
def test_shapes_follow_the_sizes(source: ToySource, sizes: Sizes):
    source = replace(source, sizes=sizes)
    parameters, layer = source.parameters(TOKENS), only_layer(source.trace(SENTENCE))
    head, d_model, d_k, d_v = sizes.n_heads, sizes.d_model, sizes.d_k, sizes.d_v
    arrays = dict(vars(parameters))
    assert arrays.pop("b_distance").size == 0  # learned ones only
    shapes = [array.shape for array in arrays.values()]
    matrices = [(head, d_model, d_k), (head, d_model, d_k), (head, d_model, d_v)]
    assert shapes == [(N, d_model), *matrices, (head, d_v, d_model)]
    assert layer.q.shape == layer.k.shape == (head, N, d_k)
    assert layer.output.shape == layer.v.shape == (head, N, d_v)
    assert layer.mixed.shape == (N, d_model)


@every_source
def test_the_same_sentence_gives_the_same_trace(source: ToySource):
    first, again = source.trace(SENTENCE), replace(source).trace(SENTENCE)
    assert_same(only_layer(first), only_layer(again))


@every_source
def test_equal_words_stand_apart_but_share_a_vector(source: ToySource):
    x = source.parameters(TOKENS).x
    assert TOKENS[0] == TOKENS[6]
    assert_array_equal(x[0], x[6])
    assert only_layer(source.trace(SENTENCE)).weights.shape[1:] == (N, N)


@every_source
def test_numbers_are_float32(source: ToySource):
    records = source.parameters(TOKENS), only_layer(source.trace(SENTENCE))
    values = [it for record in records for it in vars(record).values()]
    arrays = [it for it in values if isinstance(it, np.ndarray)]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


@every_source
def test_characters_may_be_the_tokens(source: ToySource):
    trace = replace(source, unit="characters").trace("天空 ok")
    assert trace.key_tokens == ("天", "空", "o", "k")


@every_source
def test_a_long_sentence_is_cut_at_the_limit(source: ToySource):
    trace = source.trace("na " * (LIMIT + 5))
    assert len(trace.query_tokens) == LIMIT


@every_source
def test_one_word_looks_at_itself(source: ToySource):
    assert (only_layer(source.trace("猫")).weights == 1).all()


@every_source
@pytest.mark.parametrize("nothing", ["", "  ", "\u200b"])
def test_a_sentence_without_tokens_is_refused(source: ToySource, nothing: str):
    with pytest.raises(InputError, match="no_tokens"):
        source.trace(nothing)


@every_source
def test_settings_are_a_key_of_a_cache(source: ToySource):
    edited = replace(source, edits=(Edit("x", (0, 0, 0), 1.0),))
    assert len({source, replace(source), edited}) == 2


# Edits


@every_source
def test_an_edit_reaches_the_trace_and_its_origin(source: ToySource):
    edited = replace(source, edits=(Edit("w_q", (0, 1, 2), 50.0),))
    assert edited.parameters(TOKENS).w_q[0, 1, 2] == 50.0
    assert edited.trace(SENTENCE).origin == replace(source.origin, edited=True)
    assert not source.trace(SENTENCE).origin.edited
    before, after = only_layer(source.trace(SENTENCE)), only_layer(edited.trace(SENTENCE))
    assert np.abs(after.q[0, :, 2] - before.q[0, :, 2]).max() > 1
    assert_array_equal(after.q[1], before.q[1])


@every_source
def test_an_edit_outside_the_sizes_is_left_out_and_comes_back(source: ToySource):
    edited = replace(source, edits=(Edit("w_k", (1, 5, 3), 50.0),))
    for small in (Sizes(d_model=5), Sizes(d_k=3), Sizes(n_heads=1)):
        parameters = replace(edited, sizes=small).parameters(TOKENS)
        assert_same(parameters, replace(source, sizes=small).parameters(TOKENS))
    back = replace(replace(edited, sizes=Sizes(d_k=3)), sizes=Sizes())
    assert back.parameters(TOKENS).w_k[1, 5, 3] == 50.0


@every_source
def test_an_edit_of_a_word_waits_for_the_word(source: ToySource):
    edited = replace(source, edits=(Edit("x", (0, 4, 0), 50.0),))
    assert_array_equal(edited.parameters(TOKENS[:4]).x, source.parameters(TOKENS[:4]).x)
    assert edited.parameters(TOKENS).x[4, 0] == 50.0


@every_source
def test_edits_of_one_reader_do_not_reach_the_next(source: ToySource):
    before = source.parameters(TOKENS)
    edits = tuple(Edit(name, (0, 0, 0), 99.0) for name in vars(before))
    replace(source, edits=edits).trace(SENTENCE)
    assert_same(source.parameters(TOKENS), before)


# Seeded


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    first, again, other = (SeededSource(seed=seed).parameters(TOKENS) for seed in (3, 3, 4))
    assert_same(first, again)
    for name, array in vars(first).items():
        assert not np.isclose(array, getattr(other, name)).all(axis=-1).any(), name


@pytest.mark.parametrize("n_heads", [1, 2, 5])
def test_heads_keep_their_numbers_when_others_are_added(n_heads: int):
    few = SeededSource(Sizes(n_heads=n_heads)).parameters(TOKENS)
    many = SeededSource(Sizes(n_heads=6)).parameters(TOKENS)
    for name in ("w_q", "w_k", "w_v"):
        assert_array_equal(getattr(few, name), getattr(many, name)[:n_heads])
    shrunk = few.w_o * np.sqrt(n_heads / 6)  # more heads share the same variance
    assert_allclose(many.w_o[:n_heads], shrunk, rtol=1e-5)


def test_heads_and_matrices_differ_from_each_other():
    p = SeededSource(Sizes(d_model=4, d_k=4, d_v=4, n_heads=2)).parameters(TOKENS)
    blocks = np.concatenate([p.w_q, p.w_k, p.w_v, p.w_o])
    assert len(np.unique(blocks)) == blocks.size


def test_seeded_matrices_keep_the_variance_of_what_they_are_given():
    source = SeededSource(Sizes(d_model=64, d_k=64, d_v=64, n_heads=4))
    words = tuple(f"w{i}" for i in range(60))
    layer = only_layer(source.trace(" ".join(words)))
    for projected in (layer.q, layer.k, layer.v, layer.scores):
        assert projected.var() == pytest.approx(1, abs=0.2)


def test_a_seeded_trace_says_its_seed():
    assert str(SeededSource(seed=7).trace(SENTENCE).origin) == "seeded (7)"


# Hand-set


def test_a_handset_trace_says_so():
    assert str(HandsetSource().trace(SENTENCE).origin) == "handset"


@pytest.mark.parametrize("small", [Sizes(d_model=3), Sizes(d_k=2), Sizes(d_v=2)])
def test_smaller_sizes_leave_out_the_last_features_or_channels(small: Sizes):
    full, cut = (HandsetSource(sizes).parameters(("猫", "抓")) for sizes in (Sizes(), small))
    for name, array in vars(cut).items():
        kept = tuple(slice(0, size) for size in array.shape)
        assert_array_equal(array, getattr(full, name)[kept], err_msg=name)


def test_larger_sizes_add_zeros_and_keep_the_weights():
    large = HandsetSource(Sizes(d_model=13, d_k=4, d_v=9)).trace("猫抓老鼠")
    small = HandsetSource().trace("猫抓老鼠")
    assert_allclose(only_layer(large).weights, only_layer(small).weights, rtol=1e-6)
    assert not only_layer(large).v[..., len(CONTENT) :].any()


def test_a_head_that_looks_for_nothing_looks_evenly():
    layer = only_layer(HandsetSource(Sizes(n_heads=6)).trace("我爱吃炸鸡"))
    assert_allclose(layer.weights[3:], 1 / 4)


def test_heads_beyond_the_last_repeat_it():
    assert [head_at(index).name for index in range(6)] == [
        *(head.name for head in HEADS),
        HEADS[-1].name,
        HEADS[-1].name,
    ]


def test_a_value_carries_what_its_word_is():
    layer = only_layer(HandsetSource().trace("猫抓老鼠，天空很蓝"))
    living, thing, deed, state = np.eye(len(CONTENT))
    nothing = np.zeros(len(CONTENT))
    expected = [living, deed, living, nothing, thing, nothing, state]
    assert_allclose(layer.v[0], expected)
