"""The ideas that the product teaches: each has its place, and each claim holds in numbers.

One test an idea, through core, and one for its place: a page in the menu, which is one click.
"""

from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from core import architectures
from core.arrays import Array
from core.attention import scaled_dot_product_attention
from core.cnn import ConvolutionSettings
from core.ideas.buffet import DISHES, laid, serve
from core.ideas.cost import ROWS, Setting, counted, crossing, formula, longest_path, sequential
from core.ideas.crossing import SIZES, CrossSource
from core.ideas.heads import heads, one_big_head
from core.ideas.heads_cost import costs
from core.ideas.shuffling import OrderedHead, shuffled
from core.importance import kendall_tau, leave_one_out, transformed_contribution
from core.measures import entropy
from core.reader.examples import EXAMPLES
from core.reader.explore import Choice
from core.reader.ideas import BuffetChoice, CrossChoice
from core.rnn import RecurrentSettings
from core.sources.pretrained import PretrainedSource
from core.sources.seeded import SeededSource
from core.taken.snippet import MOST_LINES, snippet
from core.tokens import tokenize
from core.trace import LayerTrace
from core.training.contenders import Design
from core.training.race import Race, race, sizes
from core.training.tasks import Task
from pages import CONTENTS
from pages.shared.views.path.steps import STEPS

PLACES = {
    "highlighting": "explore",
    "a pair's weight": "explore",
    "query, key, value": "explore",
    "three steps": "explore",
    "the root": "explore",
    "masks": "explore",
    "many heads": "heads",
    "self or cross": "cross",
    "buffet": "buffet",
    "three architectures": "reach",
    "cost": "cost",
    "training": "training",
    "positions": "positions",
    "the pronoun": "model",
    "weights are no explanations": "model",
    "ten lines": "explore",
}
"""The rows of the brief's table, and the page of each."""

EATING = Choice(sentence="我爱吃炸鸡", query=2, key=3)
WORDS = ("我", "爱", "吃", "炸鸡")
PAIR = tuple(CrossChoice().words(name).kept for name in ("a", "b"))
IT, ANIMAL, CLS = 10, 2, 0  # word pieces of the two famous sentences


def layer(choice: Choice) -> LayerTrace:
    return choice.layer_source.trace_of(tokenize(choice.sentence).kept).layers[0]


def softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def test_there_are_sixteen_ideas_and_every_one_has_a_page_in_the_menu():
    assert len(PLACES) == 16
    assert set(PLACES.values()) <= {entry.name for entry in CONTENTS}


def test_every_page_is_linked_from_the_learning_path_or_is_in_the_menu():
    linked = {there.page for step in STEPS for there in step.links.values()}
    assert set(PLACES.values()) <= linked


@pytest.mark.parametrize("sentence", ["我爱吃炸鸡", "我爱北京天安门", "猫抓老鼠，天空很蓝"])
def test_the_sentences_that_must_be_there_are(sentence: str):
    assert sentence in [it.sentence for it in EXAMPLES.values()]


def test_highlighting_one_word_stands_out_and_an_unrelated_one_does_not():
    row = layer(EATING).weights[0, 2]
    assert WORDS[int(row.argmax())] == "炸鸡"
    assert row.max() > 3 * np.sort(row)[-2]
    words = ("猫", "抓", "老鼠", "，", "天空", "很", "蓝")
    kind = layer(Choice(sentence="".join(words))).weights[1, words.index("猫")]
    assert kind[words.index("老鼠")] > 5 * kind[words.index("天空")]


def test_a_weight_belongs_to_a_pair_the_same_word_gets_other_weights_from_others():
    weights = layer(EATING).weights[0]
    received = weights[:, 3]
    assert received.max() > 3 * received.min()
    assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)
    assert abs(weights.sum(axis=0) - 1).max() > 0.5


@pytest.mark.parametrize(("changed", "moves"), [("w_q", "q"), ("w_k", "k"), ("w_v", "v")])
def test_query_key_and_value_are_three_maps_of_one_vector(changed: str, moves: str):
    source = EATING.layer_source
    parameters, it = source.parameters(WORDS), layer(EATING)
    for name in ("q", "k", "v"):
        assert_allclose(getattr(it, name)[0], parameters.x @ getattr(parameters, f"w_{name}")[0])
    matrix = getattr(parameters, changed) + 1
    edited = replace(parameters, **{changed: matrix})
    other = [parameters.x @ getattr(edited, f"w_{name}")[0] for name in ("q", "k", "v")]
    same = [np.array_equal(other[i], getattr(it, name)[0]) for i, name in enumerate("qkv")]
    assert same == [name != moves for name in "qkv"]


def test_three_steps_score_softmax_weighted_sum():
    it = layer(EATING)
    scores = it.q @ it.k.swapaxes(1, 2) / np.sqrt(it.q.shape[-1])
    assert_allclose(it.scores, scores, rtol=1e-6)
    assert_allclose(it.weights, softmax(scores), rtol=1e-5)
    assert_allclose(it.output, it.weights @ it.v, rtol=1e-5)


def test_without_the_root_softmax_saturates_as_d_k_grows():
    bits = {
        (scaled, d_k): entropy(
            layer(replace(EATING, source="seeded", d_k=d_k, scaled=scaled)).weights
        ).mean()
        for scaled in (True, False)
        for d_k in (1, 8, 64)
    }
    assert bits[False, 1] == bits[True, 1]
    assert bits[False, 1] > bits[False, 8] > bits[False, 64]
    assert bits[False, 64] < bits[True, 64] / 2
    assert bits[True, 64] > 1


@pytest.mark.parametrize("mask", ["causal", "window", "padding", "drawn"])
def test_masked_cells_are_exactly_0(mask: str):
    choice = replace(EATING, mask=mask, padded=(1,), blocked=((2, 3), (0, 1)))
    it = layer(choice)
    assert not it.may_look.all()
    assert (it.weights[~it.may_look] == 0).all()
    assert (it.weights[it.may_look] > 0).all()
    assert_allclose(it.weights.sum(axis=-1), 1, rtol=1e-6)
    assert (layer(EATING).weights > 0).all()


def test_heads_are_concatenated_mixed_by_w_o_and_one_can_be_missed():
    choice = replace(EATING, n_heads=4)
    parameters, rules = choice.layer_source.parameters(WORDS), choice.layer_source.rules
    it = heads(parameters, rules)
    stacked = parameters.w_o.reshape(-1, parameters.w_o.shape[-1])
    assert_allclose(it.concatenated @ stacked, it.at_once, atol=1e-12)
    assert_allclose(it.output, it.at_once, atol=1e-12)
    assert (it.moved_alone > 0).any()
    assert_allclose(it.output - it.without([0]), it.contributions[0], atol=1e-12)
    assert_allclose(one_big_head(parameters, rules).output, it.output, atol=1e-12)
    assert len({cost.counted for cost in costs(n=4, d=64)}) == 1


def test_self_attention_is_cross_attention_with_one_sentence():
    a, b = PAIR
    source = CrossSource(numbers="seeded")
    own, crossed = source.trace(a, a).layers[0], source.trace(b, a).layers[0]
    alone = SeededSource(SIZES).trace_of(a).layers[0]  # the layer that knows one sentence only
    for name in ("q", "k", "v", "scores", "weights", "output", "mixed"):
        assert_allclose(getattr(own, name), getattr(alone, name), atol=1e-6)
    assert_array_equal(crossed.k, own.k)  # K and V come from A in both
    assert_array_equal(crossed.v, own.v)
    assert (crossed.q != own.q).any()  # Q does not
    assert source.trace(b[:2], a).layers[0].weights.shape[1:] == (2, len(a))


def test_additive_and_dot_product_scores_on_the_same_pair_of_sentences():
    a, b = PAIR
    dot = CrossSource().trace(b, a).layers[0].weights[1]
    additive = CrossSource("additive").trace(b, a).layers[0].weights[0]
    assert_array_equal(additive.argmax(axis=-1), dot.argmax(axis=-1))  # the same words meet
    assert abs(additive - dot).max() > 0.01


def test_the_buffet_is_the_same_attention_and_labels_decide():
    table, goal = laid(), BuffetChoice().goal
    plate = serve(goal, table)
    q, k, v = (torch.from_numpy(part)[None] for part in (goal[None], *table))
    assert_array_equal(plate.output, scaled_dot_product_attention(q, k, v).output.numpy())
    names = [dish.name for dish in DISHES]
    weights = plate.weights[0, 0]
    assert weights[names.index("salad")] == weights[names.index("broccoli")]  # labelled alike
    richer = table._replace(contents=table.contents + np.eye(len(DISHES))[:, :1])
    assert_array_equal(serve(goal, richer).weights, plate.weights)
    assert (serve(goal, richer).output != plate.output).any()


def test_attention_sees_everything_an_rnn_what_was_before_a_cnn_a_window():
    choice = Choice(sentence="a b c d e f g h i", source="seeded")
    source = choice.layer_source
    parameters = source.parameters(tuple("abcdefghi"))
    attention = architectures.attention(parameters, source.rules)
    recurrent = architectures.recurrent(parameters.x, RecurrentSettings(gain=0.5))
    convolution = architectures.convolutional(parameters.x, ConvolutionSettings(kernel=3))
    n = len(parameters.x)
    apart = np.subtract.outer(np.arange(n), np.arange(n))
    assert (attention.influence.strength > 0).all()
    assert_array_equal(recurrent.influence.strength > 0, apart >= 0)
    assert_array_equal(convolution.influence.strength > 0, abs(apart) <= 1)
    fading = recurrent.influence.strength[-1]
    assert fading[0] < fading[4] < fading[-1]  # reach is not strength
    assert [it.field.sequential for it in (attention, recurrent, convolution)] == [1, n, 1]


def test_cost_is_table_1_counted():
    it = Setting(48, 32, k=3, r=5)
    n, d = it.n, it.d
    expected = {
        "self_attention": 4 * n * n * d,
        "recurrent": 4 * n * d * d,
        "convolution": 2 * 3 * n * d * d,
        "restricted": 4 * 5 * n * d,
    }
    assert {row: formula(row, it) for row in ROWS} == expected
    assert counted("self_attention", it) == expected["self_attention"]
    assert [sequential(row, it) for row in ROWS] == [1, n, 1, 1]
    assert longest_path("self_attention", it) == 1 < longest_path("recurrent", it) == n
    assert crossing(it) == d  # from n = d on, attention is not the cheaper one


def test_training_equal_budgets_and_a_window_that_does_not_reach():
    design = Design(Task("recall", length=16, symbols=2), budget=15_000, field=3)
    contenders = ("sinusoidal", "rnn", "cnn")
    budgets = sizes(contenders, design)
    assert max(budgets) < 1.25 * min(budgets)
    last = {it.contender: it for it in race(Race(design, contenders, steps=60)) if it.step == 60}
    assert {it.accuracy.shape for it in last.values()} == {(len(design.task.distances),)}
    near, *_, far = design.task.distances
    assert near < design.field < far
    cnn = last["cnn"].accuracy
    assert cnn[0] > 0.9  # inside the window
    assert abs(cnn[-1] - design.task.chance) < 0.1  # beyond it: guessing, however long it trains


@pytest.mark.parametrize("order", ["sinusoidal", "rope", "alibi", "causal"])
def test_shuffled_words_give_shuffled_outputs_unless_something_tells_the_order(order: str):
    parameters, places = EATING.layer_source.parameters(WORDS), shuffled(4, seed=1)
    moved = {kind: OrderedHead(parameters, 0, kind).moved(places) for kind in ("none", order)}
    assert (moved["none"] == 0).all()
    assert abs(moved[order]).max() > 0.01


def test_a_trained_head_resolves_the_pronoun_and_most_heads_do_not():
    tired, wide = (
        np.stack([it.weights for it in PretrainedSource().trace(EXAMPLES[name].sentence).layers])
        for name in ("tired", "wide")
    )
    assert tired[3, 1, IT, ANIMAL] == pytest.approx(0.677, abs=5e-4)
    assert wide[3, 1, IT, ANIMAL] == pytest.approx(0.281, abs=5e-4)
    assert ((tired - wide)[3, 1, IT, ANIMAL]) > 0.3
    winners = tired[:, :, IT].argmax(axis=-1)
    assert 0 < (winners == ANIMAL).sum() < 72 / 4


def test_a_weight_is_not_an_explanation():
    run = PretrainedSource().run(EXAMPLES["tired"].sentence)
    it, mixer = run.trace.layers[2], run.mixers[2]
    weights = it.weights[7, IT]
    carried = transformed_contribution(it, mixer, IT, 7)
    missed = leave_one_out(it, mixer, IT, 7)
    assert weights.argmax() == CLS  # a sink
    assert weights[CLS] > 0.8
    assert carried[CLS] < carried.sum() / 10
    assert kendall_tau(weights, carried) < 0.9
    assert kendall_tau(weights, missed) < 1


@pytest.mark.parametrize("mask", ["none", "causal"])
def test_ten_lines_print_the_pages_own_matrix(mask: str):
    choice = replace(EATING, mask=mask)
    source = choice.layer_source
    program = snippet(source.parameters(WORDS), source.rules)
    names, printed = {}, StringIO()
    try:
        with redirect_stdout(printed):
            exec(program, names)
    finally:
        torch.set_printoptions(profile="default")
    assert len(program.split("\n\n")[-1].splitlines()) <= MOST_LINES == 10
    assert_allclose(names["weights"].numpy(), layer(choice).weights, atol=1e-6)
    for weight in layer(choice).weights[0, 2]:
        assert f"{weight:.4f}" in printed.getvalue()
