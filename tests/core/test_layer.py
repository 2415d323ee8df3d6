"""One layer with the reader's numbers: by hand, against the general attention, and by law."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from core.attention import multi_head_attention
from core.layer import Edit, Parameters, Rules, as_function, resized, score_bias, steps, trace
from core.masks import MASKS, MaskRule
from core.positions import ENCODINGS, alibi_bias, rotate, sinusoidal
from core.trace import Origin

TOKENS = ("a", "b", "c", "d", "e")
CAUSAL = MaskRule("causal")


def numbers(seed: int = 0, d_model: int = 6, d_k: int = 4, d_v: int = 3) -> Parameters:
    rng = np.random.default_rng(seed)
    return Parameters(
        x=rng.standard_normal((len(TOKENS), d_model)),
        w_q=rng.standard_normal((2, d_model, d_k)),
        w_k=rng.standard_normal((2, d_model, d_k)),
        w_v=rng.standard_normal((2, d_model, d_v)),
        w_o=rng.standard_normal((2, d_v, d_model)),
    )


PARAMETERS = numbers()
X = torch.from_numpy(PARAMETERS.x)


def test_one_head_of_width_one_by_hand():
    one = np.ones((1, 1, 1))
    parameters = Parameters(np.array([[0.0], [1.0]]), one, one * math.log(3), one * 8, one / 2)
    found = steps(torch.from_numpy(parameters.x), parameters, Rules())
    assert_close(found.scores[0], torch.tensor([[0.0, 0.0], [0.0, math.log(3)]]).double())
    assert_close(found.weights[0], torch.tensor([[0.5, 0.5], [0.25, 0.75]]).double())
    assert_close(found.output, torch.tensor([[2.0], [3.0]]).double())


def side_by_side(blocks: np.ndarray) -> torch.Tensor:
    """(head, d_model, d) as nn.Linear lays it out: (head * d, d_model)."""
    return torch.from_numpy(np.concatenate(list(blocks), axis=1)).mT


def test_a_layer_is_multi_head_attention_with_matrices_on_their_side():
    p = PARAMETERS
    w_q, w_k, w_v = (side_by_side(blocks) for blocks in (p.w_q, p.w_k, p.w_v))
    w_o = torch.from_numpy(np.concatenate(list(p.w_o))).mT
    expected = multi_head_attention(X, None, w_q, w_k, w_v, w_o, n_heads=2)
    for ours, theirs in zip(steps(X, p, Rules()), expected, strict=True):
        assert_close(ours, theirs)


@pytest.mark.parametrize(
    ("rules", "factor"),
    [
        (Rules(), 1 / 2),
        (Rules(scaled=False), 1.0),
        (Rules(temperature=0.5), 1.0),
        (Rules(scaled=False, temperature=4.0), 1 / 4),
    ],
)
def test_scores_are_divided_by_the_root_of_d_k_and_by_the_temperature(rules: Rules, factor: float):
    assert rules.scale(d_k=4) == factor
    q, k, _, scores, *_ = steps(X, PARAMETERS, rules)
    assert_close(scores, q @ k.mT * factor)


def test_a_small_temperature_makes_attention_sharp():
    sharpness = [
        steps(X, PARAMETERS, Rules(temperature=t)).weights.amax(-1).mean() for t in (0.1, 1, 10)
    ]
    assert sharpness == sorted(sharpness, reverse=True)


@given(st.permutations(range(len(TOKENS))))
def test_without_positions_shuffled_words_give_shuffled_outputs(order: list[int]):
    layer = as_function(PARAMETERS, Rules())
    assert_close(layer(X[order]), layer(X)[order], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "rules",
    [
        Rules(positions="sinusoidal"),
        Rules(positions="rope"),
        Rules(positions="alibi"),
        Rules(mask=CAUSAL),
    ],
)
def test_positions_or_a_causal_mask_make_order_count(rules: Rules):
    order = [1, 0, 2, 4, 3]
    layer = as_function(PARAMETERS, rules)
    assert (layer(X[order]) - layer(X)[order]).abs().max() > 0.01


def test_sinusoids_are_added_to_the_words():
    expected = steps(X + sinusoidal(5, 6), PARAMETERS, Rules())
    assert_close(steps(X, PARAMETERS, Rules(positions="sinusoidal")).output, expected.output)


def test_rope_turns_queries_and_keys_but_not_values():
    plain, turned = steps(X, PARAMETERS, Rules()), steps(X, PARAMETERS, Rules(positions="rope"))
    assert_close(turned.q, rotate(plain.q))
    assert_close(turned.k, rotate(plain.k))
    assert torch.equal(turned.v, plain.v)


def test_rope_gives_equal_words_scores_that_depend_on_distance_only():
    same = X[:1].expand(5, -1)
    scores = steps(same, PARAMETERS, Rules(positions="rope")).scores
    assert_close(scores[:, 1:, 1:], scores[:, :-1, :-1])


def test_rope_with_an_odd_width_is_refused():
    with pytest.raises(ValueError, match="must be even, got 3"):
        steps(X, numbers(d_k=3), Rules(positions="rope"))


def test_positions_that_there_are_not_are_refused():
    with pytest.raises(ValueError, match="sinusoid'"):
        Rules(positions="sinusoid")


def test_alibi_is_added_to_the_scores():
    plain, near = steps(X, PARAMETERS, Rules()), steps(X, PARAMETERS, Rules(positions="alibi"))
    assert torch.equal(near.scores, plain.scores)
    assert_close(near.weights, (plain.scores + alibi_bias(2, 5, 5)).softmax(-1))


def test_alibi_and_a_mask_work_together():
    bias = score_bias(PARAMETERS, Rules(mask=CAUSAL, positions="alibi"), 5)
    above = torch.ones(5, 5).triu(1).bool()
    assert (bias[:, above] == -math.inf).all()
    assert torch.equal(bias[:, ~above], alibi_bias(2, 5, 5)[:, ~above])


def test_a_number_for_each_distance_is_added_for_each_head():
    by_distance = np.array([[[0.0, 5.0, 7.0, 0.0, 1.0]], [[2.0, 0.0, 0.0, 3.0, 0.0]]])
    parameters = replace(PARAMETERS, b_distance=by_distance)
    bias = score_bias(parameters, Rules(mask=CAUSAL), 5)
    assert bias[0, 2, :3].tolist() == [7, 5, 0]  # two, one and no tokens back
    assert bias[1, 3, :4].tolist() == [3, 0, 0, 2]
    found, plain = steps(X, parameters, Rules()), steps(X, PARAMETERS, Rules())
    assert torch.equal(found.scores, plain.scores)
    added = score_bias(parameters, Rules(), 5)
    assert_close(found.weights, (plain.scores + added).softmax(-1))


@pytest.mark.parametrize("positions", tuple(ENCODINGS))
def test_sentences_can_be_taken_together(positions: str):
    rules = Rules(mask=CAUSAL, positions=positions, base=7.0)
    both = torch.stack((X, 2 * X))
    together = steps(both, PARAMETERS, rules)
    for place, x in enumerate(both):
        for ours, alone in zip(together, steps(x, PARAMETERS, rules), strict=True):
            assert_close(ours[place], alone)


def test_rope_turns_by_its_base():
    found = steps(X, PARAMETERS, Rules(positions="rope", base=50.0))
    plain = steps(X, PARAMETERS, Rules())
    assert_close(found.q, rotate(plain.q, base=50.0))
    assert_close(found.k, rotate(plain.k, base=50.0))


@pytest.mark.parametrize("kind", tuple(MASKS))
@pytest.mark.parametrize("positions", tuple(ENCODINGS))
def test_masked_cells_are_exactly_0_with_any_positions(kind: str, positions: str):
    rule = MaskRule(kind, width=1, padded=(0, 3), blocked=((2, 2), *((4, j) for j in range(5))))
    weights = steps(X, PARAMETERS, Rules(mask=rule, positions=positions)).weights
    may_look = torch.from_numpy(rule.matrix(5))
    assert (weights[:, ~may_look] == 0).all()
    assert_close(weights.sum(-1), may_look.any(-1).double().expand(2, 5))


def test_the_function_takes_other_vectors_than_the_parameters_own():
    other = torch.from_numpy(numbers(seed=1).x)
    expected = steps(other, PARAMETERS, Rules()).output
    assert torch.equal(as_function(PARAMETERS, Rules())(other), expected)


def test_the_function_can_be_differentiated():
    rules = Rules(mask=CAUSAL, positions="alibi")
    x = X.clone().requires_grad_()
    assert torch.autograd.gradcheck(as_function(PARAMETERS, rules), (x,))


def test_a_trace_keeps_the_steps_and_what_was_added():
    rules = Rules(mask=CAUSAL, positions="alibi")
    [layer] = trace(TOKENS, PARAMETERS, rules, Origin("handset")).layers
    found = steps(X, PARAMETERS, rules)
    names = "q", "k", "v", "scores", "weights", "output", "mixed"
    for name, step in zip(names, found, strict=True):
        np.testing.assert_array_equal(getattr(layer, name), step.numpy(), err_msg=name)
    np.testing.assert_array_equal(layer.bias, score_bias(PARAMETERS, rules, 5).numpy())


def test_making_a_trace_leaves_the_parameters_as_they_were():
    parameters = numbers()
    trace(TOKENS, parameters, Rules(), Origin("handset"))
    for name, array in vars(parameters).items():
        np.testing.assert_array_equal(array, getattr(PARAMETERS, name))
        assert array.flags.writeable


# Edits


@pytest.mark.parametrize("matrix", ["x", "w_q", "w_k", "w_v", "w_o"])
def test_an_edit_changes_one_cell_of_a_copy(matrix: str):
    head = 0 if matrix == "x" else 1
    after = getattr(PARAMETERS.edited((Edit(matrix, (head, 2, 1), 9.5),)), matrix)
    before = getattr(PARAMETERS, matrix)
    changed = [(2, 1)] if matrix == "x" else [(1, 2, 1)]
    assert [tuple(at) for at in np.argwhere(after != before)] == changed
    assert after[changed[0]] == 9.5


@pytest.mark.parametrize("index", [(2, 0, 0), (0, 6, 0), (0, 0, 4), (0, -1, 0), (-1, 0, 0)])
def test_an_edit_outside_the_sizes_is_left_out(index: tuple[int, int, int]):
    edited = PARAMETERS.edited((Edit("w_q", index, 9.0),))
    np.testing.assert_array_equal(edited.w_q, PARAMETERS.w_q)


def test_an_edit_of_a_word_that_is_not_there_is_left_out():
    edited = PARAMETERS.edited((Edit("x", (0, 5, 0), 9.0), Edit("x", (0, 4, 5), 7.0)))
    assert np.argwhere(edited.x != PARAMETERS.x).tolist() == [[4, 5]]


def test_the_last_edit_of_a_cell_counts():
    edits = Edit("w_v", (1, 1, 1), 1.0), Edit("w_v", (1, 1, 1), 2.0)
    assert PARAMETERS.edited(edits).w_v[1, 1, 1] == 2.0


def test_equal_rules_are_one_key_of_a_cache():
    assert len({Rules(), Rules(), replace(Rules(), scaled=False)}) == 2


# Resizing


def test_resizing_keeps_what_fits_and_fills_with_zeros():
    array = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32)
    assert resized(array, (3, 2)).tolist() == [[1, 2], [4, 5], [0, 0]]
    assert resized(array, (1, 5)).tolist() == [[1, 2, 3, 0, 0]]
    assert resized(array, (2, 3)).dtype == np.float32


@given(st.tuples(*[st.integers(0, 5)] * 4))
def test_resizing_there_and_back_keeps_the_common_part(sizes: tuple[int, int, int, int]):
    rows, columns, new_rows, new_columns = sizes
    array = np.arange(1.0, rows * columns + 1).reshape(rows, columns)
    back = resized(resized(array, (new_rows, new_columns)), (rows, columns))
    kept = slice(0, new_rows), slice(0, new_columns)
    np.testing.assert_array_equal(back[kept], array[kept])
    assert np.count_nonzero(back) == array[kept].size
