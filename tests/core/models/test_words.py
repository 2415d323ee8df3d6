"""Pieces, words of pieces, and maps without special tokens; a tokenizer made by hand."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from core.errors import InputError
from core.models.pieces import Keep, Pieces, cut
from core.models.words import hidden, merged, words_of

VOCABULARY = ["[UNK]", "[CLS]", "[SEP]", "un", "##do", "##ing", "the", "knot", "'", "s"]
SENTENCE = "the knot's undoing, 猫"


def tokenizer() -> Tokenizer:
    ids = {piece: index for index, piece in enumerate(VOCABULARY)}
    made = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    return made


def pieces(sentence: str = SENTENCE, limit: int = 99, keep: Keep = "start") -> Pieces:
    return cut(tokenizer(), sentence, limit, keep)


# Pieces


def test_a_sentence_is_cut_into_pieces_with_special_ones_around():
    found = pieces()
    own = ("the", "knot", "'", "s", "un", "##do", "##ing", "[UNK]", "[UNK]")
    assert found.tokens == ("[CLS]", *own, "[SEP]")
    assert found.ids == (1, 6, 7, 8, 9, 3, 4, 5, 0, 0, 2)
    assert found.words == (None, 0, 1, 2, 3, 4, 4, 4, 5, 6, None)
    assert found.special == (True, *[False] * 9, True)
    assert (found.total, found.used, found.start, found.unknown) == (9, 9, 0, 2)
    assert [SENTENCE[a:b] for a, b in found.spans[1:-1]][-4:] == ["do", "ing", ",", "猫"]


@pytest.mark.parametrize(
    ("keep", "start", "kept"),
    [
        ("start", 0, ("the", "knot", "'")),
        ("end", 6, ("##ing", "[UNK]", "[UNK]")),
        (2, 2, ("'", "s", "un")),
        (8, 6, ("##ing", "[UNK]", "[UNK]")),
        (-5, 0, ("the", "knot", "'")),
    ],
)
def test_over_the_limit_a_part_is_kept_and_the_rest_is_told(
    keep: Keep, start: int, kept: tuple[str, ...]
):
    found = pieces(limit=5, keep=keep)
    assert found.tokens == ("[CLS]", *kept, "[SEP]")
    assert (found.total, found.used, found.start) == (9, 3, start)
    assert found.unknown == kept.count("[UNK]")


def test_at_the_limit_nothing_is_left_out():
    assert pieces(limit=11) == pieces(limit=12) == pieces()
    assert pieces(limit=10).used == 8


@pytest.mark.parametrize("sentence", ["", "  \n", "\u200b\u202e"])
def test_a_sentence_of_nothing_is_refused(sentence: str):
    with pytest.raises(InputError, match="no_tokens"):
        pieces(sentence)


@pytest.mark.parametrize("limit", [-1, 0, 2])
def test_a_limit_without_room_for_the_sentence_is_refused(limit: int):
    with pytest.raises(InputError, match="limit_out_of_range"):
        pieces(limit=limit)


def test_typed_special_tokens_and_lone_surrogates_do_no_harm():
    assert pieces("[CLS] the \ud800").special[0]
    assert not any(pieces("[CLS] the \ud800").special[1:-1])


# Words


def test_words_are_written_as_the_sentence_writes_them():
    words = words_of(pieces("The knot's UNdoing undoing"))
    assert words.tokens == ("[CLS]", "The", "knot", "'", "s", "UNdoing", "undoing", "[SEP]")
    assert words.groups[-3:] == ((5,), (6, 7, 8), (9,))
    assert words.special == (True, *[False] * 6, True)


def test_half_a_word_at_the_cut_keeps_its_written_half():
    assert words_of(pieces("undoing knot", limit=4, keep=1)).tokens == (
        "[CLS]",
        "doing",
        "[SEP]",
    )


def test_merging_by_hand():
    weights = np.array([[0.5, 0.25, 0.25], [0.2, 0.3, 0.5], [0.0, 0.6, 0.4]])
    assert_allclose(merged(weights, [(0,), (1, 2)]), [[0.5, 0.5], [0.1, 0.9]])


@given(st.integers(0, 999))
def test_merged_rows_still_sum_to_1(seed: int):
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(5), (3, 2, 5)).astype(np.float32)
    found = merged(weights, [(0,), (1, 3), (2,), (4,)])
    assert found.shape == (3, 2, 4, 4)
    assert found.dtype == np.float32
    assert_allclose(found.sum(axis=-1), 1, atol=1e-6)


def test_a_long_text_takes_no_time_that_grows_with_its_square():
    begin = time.perf_counter()
    assert pieces("the " * 15_000).total == 15_000
    assert time.perf_counter() - begin < 2  # 8 s if each piece were asked for by itself


def test_words_of_one_piece_each_change_nothing():
    weights = np.random.default_rng(0).dirichlet(np.ones(4), 4)
    assert (merged(weights, [(0,), (1,), (2,), (3,)]) == weights).all()


@pytest.mark.parametrize("groups", [[(0,), (1,)], [(0, 1), (1, 2)], [(0, 1, 2, 3)]])
def test_groups_must_hold_every_piece_once(groups: list[tuple[int, ...]]):
    with pytest.raises(ValueError, match="each of 3 pieces once"):
        merged(np.eye(3), groups)


# Hiding


def test_hiding_leaves_the_other_weights_as_they_are_unless_asked():
    weights = np.array([[0.5, 0.3, 0.2], [0.6, 0.1, 0.3], [1.0, 0.0, 0.0]])
    hide = [True, False, False]
    assert hidden(weights, hide).tolist() == [[0.1, 0.3], [0.0, 0.0]]
    assert_allclose(hidden(weights, hide, renormalise=True), [[0.25, 0.75], [0, 0]])


def test_hiding_nothing_changes_nothing():
    weights = np.random.default_rng(0).dirichlet(np.ones(3), (2, 5, 3))
    assert (hidden(weights, [False] * 3) == weights).all()


def test_all_can_be_hidden():
    assert hidden(np.ones((2, 3, 3)), [True] * 3, renormalise=True).shape == (2, 0, 0)
