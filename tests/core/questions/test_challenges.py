"""What can be brought about on the pages: that it can be, and that nothing else is taken for it."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.linalg import lstsq

from core import architectures
from core.cnn import ConvolutionSettings
from core.ideas.shuffling import OrderedHead
from core.layer import Edit, Sizes
from core.masks import MaskRule
from core.measures import HeadFeatures
from core.positions import sinusoidal
from core.questions import challenges
from core.questions.challenges import FAR
from core.reader.explore import Choice
from core.reader.records import limits
from core.receptive_field import convolution_field, receptive_field
from core.rnn import RecurrentSettings
from core.sources.seeded import SeededSource

CAT = ("猫", "抓", "老鼠")


def edits_of_w_q(choice: Choice, tokens: tuple[str, ...]) -> tuple[Edit, ...]:
    """W_Q that gives the first word a query along what sets the last word's key apart."""
    source = choice.layer_source
    trace, x = source.trace_of(tokens).layers[0], source.parameters(tokens).x.astype(float)
    if choice.positions == "sinusoidal":
        x = x + sinusoidal(*x.shape).numpy()
    k = trace.k[0].astype(float)
    apart = k[-1] - k[:-1]
    wanted, *_ = lstsq(apart, np.full(len(apart), 8.0), rcond=None)  # q·(k_last - k_other) = 8
    w_q = np.outer(x[0], wanted) / (x[0] @ x[0])
    return tuple(
        Edit("w_q", (0, row, column), float(w_q[row, column]))
        for row in range(w_q.shape[0])
        for column in range(w_q.shape[1])
    )


def looks(choice: Choice, tokens: tuple[str, ...] = CAT) -> bool:
    source = choice.layer_source
    weights = source.trace_of(tokens).layers[0].weights[0]
    return challenges.looks_by_query(tokens, weights, choice.edits, source.rules)


@pytest.mark.parametrize("tokens", [CAT, ("The", "cat", "chased", "the", "mouse")])
def test_one_animal_can_be_made_to_look_at_the_other_with_positions(tokens: tuple[str, ...]):
    choice = Choice(positions="sinusoidal", d_k=4)
    assert not looks(choice, tokens)
    choice = replace(choice, edits=edits_of_w_q(choice, tokens))
    assert looks(choice, tokens)


def test_without_anything_that_sets_them_apart_it_cannot_be_done():
    choice = Choice()
    parameters = choice.layer_source.parameters(CAT)
    assert (parameters.x[0] == parameters.x[2]).all()  # one key: the same weight, at most a half
    assert not looks(replace(choice, edits=edits_of_w_q(choice, CAT)))


def test_other_ways_do_not_count():
    choice = Choice(positions="sinusoidal")
    choice = replace(choice, edits=edits_of_w_q(choice, CAT))
    assert looks(choice)
    assert not looks(replace(choice, temperature=0.5))
    assert not looks(replace(choice, scaled=False))
    assert not looks(replace(choice, mask="drawn", blocked=((0, 0),)))
    assert not looks(replace(choice, edits=(*choice.edits, Edit("w_k", (0, 0, 0), 1.0))))
    assert not looks(replace(choice, edits=(*choice.edits, Edit("x", (0, 0, 0), 1.0))))
    assert not looks(choice, ("猫", "抓", "鱼"))
    assert MaskRule() == choice.layer_source.rules.mask


@pytest.mark.parametrize("kernel", [1, 2, 3, 5, 9])
@pytest.mark.parametrize(
    "dilations", [(1,), (1, 2), (1, 3), (1, 9), (2, 1), (4,), (1, 4, 2), (3, 3)]
)
def test_words_without_a_gap_as_theory_counts_them(kernel: int, dilations: tuple[int, ...]):
    n = receptive_field([(kernel, dilation, 1) for dilation in dilations]) + 1
    reach = convolution_field(n, kernel, dilations, causal=True).reach[-1][::-1]
    words = 0
    while reach[words]:
        words += 1
    assert challenges.words_seen(ConvolutionSettings(kernel, dilations)) == words


def test_the_fewest_layers_by_trying_every_stack():
    found = {}
    for depth in (1, 2):
        for kernel, *growing in product((3, 5, 7, 9), *[range(1, 10)] * (depth - 1)):
            stack = ConvolutionSettings(kernel, (1, *growing))
            found[stack] = challenges.words_seen(stack) >= FAR
    fewest = min(len(stack.dilations) for stack, far in found.items() if far)
    assert challenges.fewest_layers(FAR) == fewest == 2
    for stack, far in found.items():
        assert challenges.reaches_far(stack) == (far and len(stack.dilations) == fewest)
    assert not challenges.reaches_far(ConvolutionSettings(9, (4,)))  # far, but with gaps
    assert not challenges.reaches_far(ConvolutionSettings(9, (1, 3, 1)))  # one too many


def test_the_stacks_are_those_of_the_page():
    assert limits("reach_kernel")[1] == challenges.LARGEST_KERNEL


@pytest.mark.parametrize(("n", "gain", "met"), [(5, 0.9, False), (5, 3.0, True), (4, 3.0, False)])
def test_a_memory_that_grows_reaches_back(n: int, gain: float, met: bool):
    x = Choice().layer_source.parameters(("The", "cat", "chased", "the", "mouse")[:n]).x
    found = architectures.recurrent(x, RecurrentSettings(gain=gain)).influence
    assert challenges.remembers(found) == met
    assert n < 5 or (found.strength[-1, 0] / found.strength[-1].sum() > 0.3) == met


@pytest.mark.parametrize(
    ("order", "places", "met"),
    [
        ("causal", (0, 1, 3, 2), True),
        ("causal", (3, 2, 1, 0), False),
        ("causal", (0, 1, 2, 3), False),
        ("none", (3, 2, 1, 0), False),
        ("causal", (1, 0, 2), False),
    ],
)
def test_neighbours_that_change_places_at_the_end_leave_the_rest(
    order: str, places: tuple[int, ...], met: bool
):
    words = ("我", "爱", "吃", "炸鸡")[: len(places)]
    head = OrderedHead(SeededSource(Sizes(8, 4, 3, 1)).parameters(words), 0, order)
    assert challenges.mostly_still(head, places) == met


def test_a_head_that_looks_beside():
    previous = np.array([[0.1, 0.81], [0.8, 0.2]])
    features = HeadFeatures(previous, *[np.zeros((2, 2))] * 6)
    found = {at: challenges.looks_beside(features, *at) for at in np.ndindex(2, 2)}
    assert [at for at, met in found.items() if met] == [(0, 1)]
