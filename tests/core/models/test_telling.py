"""The piece that is worth asking: by hand, and on real text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models.telling import telling, tells_most, words_among
from core.sources.pretrained import PretrainedSource

WEIGHTS = np.array(
    [  # [CLS], she, sings, the comma
        [0.7, 0.1, 0.1, 0.1],
        [0.5, 0.1, 0.3, 0.1],
        [0.1, 0.2, 0.1, 0.6],
        [0.9, 0.0, 0.1, 0.0],
    ]
)


def test_the_pair_stands_most_above_the_mean_of_its_column_and_no_mark_is_asked():
    # Means: 0.55, 0.1, 0.15, 0.2. sings -> , has 0.4 of its own, but the comma is no word.
    assert telling(WEIGHTS, (None, 0, 1, None)) == (1, 2)
    assert telling(WEIGHTS, (None, 0, 1, 2)) == (2, 3)


def test_two_pieces_of_one_word_tell_nothing_of_each_other():
    assert telling(WEIGHTS, (None, 0, 1, 1)) == (1, 2)


@pytest.mark.parametrize(("words", "asked"), [((None,) * 4, 0), ((None, None, 0, None), 2)])
def test_where_there_is_no_pair_the_only_word_is_asked(words: tuple[int | None, ...], asked: int):
    assert telling(WEIGHTS, words) == (asked, asked)
    assert tells_most(WEIGHTS, words, asked) == asked


@given(n=st.integers(2, 7), seed=st.integers(0, 99))
def test_the_pair_that_tells_most_is_what_its_query_tells_most(n: int, seed: int):
    draw = np.random.default_rng(seed)
    weights = draw.random((n, n))
    words = tuple(None if draw.random() < 0.3 else int(draw.integers(3)) for _ in range(n))
    query, key = telling(weights, words)
    if query != key:
        assert tells_most(weights, words, query) == key


def test_marks_and_what_a_model_adds_are_no_words():
    pieces = PretrainedSource().pieces("Well, it works!")
    told = [it for it, word in zip(pieces.tokens, pieces.telling, strict=True) if word is not None]
    assert told == ["well", "it", "works"]


def test_of_bare_tokens_marks_and_what_looks_added_are_no_words():
    tokens = ("[CLS]", "<s>", "a", "[", ",", "\u2423", "##b", "3", "</s>", "[x")
    assert words_among(tokens) == (None, None, 2, None, None, None, 6, 7, None, 9)
