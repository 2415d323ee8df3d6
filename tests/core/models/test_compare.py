"""Two sentences beside each other: which tokens correspond, and what changed."""

import numpy as np
import pytest

from core.errors import InputError
from core.layer import Sizes
from core.models.compare import Alignment, align, compare, slots
from core.sources.seeded import SeededSource
from core.trace import AttentionTrace

A, B = "the cat sat down too tired", "so the cat sat too wide"


def trace(sentence: str, seed: int = 0, n_heads: int = 3) -> AttentionTrace:
    return SeededSource(Sizes(n_heads=n_heads), seed=seed).trace(sentence)


def test_equal_tokens_and_replaced_ones_correspond():
    found = align(A.split(), B.split())
    assert found.first == (0, 1, 2, 4, 5)
    assert found.second == (1, 2, 3, 4, 5)
    assert found.same == (True, True, True, True, False)


def test_stretches_of_different_lengths_do_not_correspond():
    found = align(list("abc"), list("axyzc"))
    assert found == Alignment((0, 2), (0, 4), (True, True))


def test_tokens_that_come_up_often_are_no_noise():
    text = ["the", "cat"] * 150
    found = align(["so", *text], text)
    assert found.first == tuple(range(1, 301))
    assert found.second == tuple(range(300))


def test_nothing_in_common():
    assert align(list("ab"), ["x"]) == Alignment((), (), ())
    assert compare(trace("a b"), trace("x")).difference(0, 1).shape == (0, 0)


def test_a_sentence_compared_with_itself_gives_exactly_0():
    found = compare(trace(A), trace(A))
    assert found.alignment.first == found.alignment.second == tuple(range(6))
    assert not any(found.difference(0, head).any() for head in range(3))
    assert {change.change for change in found.by_change(1, 2)} == {0}


def test_every_token_of_both_sentences_has_its_slot():
    found = slots(list("abc"), list("axyzc"))
    assert found == ((0, 0), (1, None), (None, 1), (None, 2), (None, 3), (2, 4))
    both = compare(trace(A), trace(B))
    a, b = both.spread(0, 1, both.slots)
    assert a.shape == b.shape == (len(both.slots),) * 2
    mine = np.array([first is not None for first, _ in both.slots])
    assert np.isnan(a).sum() == a.size - mine.sum() ** 2
    assert np.array_equal(a[np.ix_(mine, mine)], both.first.layers[0].weights[1])
    together = np.array([None not in slot for slot in both.slots])
    assert np.allclose((b - a)[np.ix_(together, together)], both.difference(0, 1))


def test_the_difference_is_second_minus_first_where_tokens_correspond():
    first, second = trace(A), trace(B)
    found = compare(first, second).difference(0, 2)
    assert found.shape == (5, 5)
    expected = second.layers[0].weights[2, 3, 5] - first.layers[0].weights[2, 2, 5]
    assert found[2, 4] == expected


def test_swapping_the_sentences_swaps_the_sign():
    there, back = compare(trace(A), trace(B)), compare(trace(B), trace(A))
    assert (there.difference(0, 1) == -back.difference(0, 1)).all()


def test_heads_are_ordered_by_how_much_their_weight_changed():
    first, second = trace(A), trace(B)
    found = compare(first, second).by_change(4, 0)
    assert sorted((c.layer, c.head) for c in found) == [(0, 0), (0, 1), (0, 2)]
    sizes = [abs(c.change) for c in found]
    assert sizes == sorted(sizes, reverse=True)
    for c in found:
        assert c.first == first.layers[0].weights[c.head, 4, 0]
        assert c.second == second.layers[0].weights[c.head, 4, 1]
        assert np.isclose(c.change, c.second - c.first)


@pytest.mark.parametrize(("query", "key"), [(3, 0), (0, 3)])
def test_a_token_that_only_one_sentence_has_cannot_be_followed(query: int, key: int):
    with pytest.raises(InputError, match=r"not_in_both \(place=3\)"):
        compare(trace(A), trace(B)).by_change(query, key)


def test_traces_of_different_models_are_refused():
    with pytest.raises(ValueError, match="same heads"):
        compare(trace(A), trace(B, n_heads=2))
