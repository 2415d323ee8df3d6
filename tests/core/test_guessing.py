"""Words that nobody set: what is guessed, what stays unknown; old links stay as they are."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.arrays import digest
from core.embeddings import FEATURES, KINDS, features, handset, known, set_by_people, standing
from core.layer import Sizes
from core.models import fit, guessing
from core.models.guessing import FILE, THRESHOLD, guess
from core.sources.handset import HandsetSource
from core.tokens import words

EVERYDAY = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "everyday.toml").read_text(encoding="utf-8")
)
SENTENCES = {language: EVERYDAY[language].strip().split("\n") for language in ("en", "zh")}
SOURCE = HandsetSource(Sizes(d_model=len(KINDS)), guess=True)


def main(word: str) -> str | None:
    found = features(word, guess)
    return None if found is None else KINDS[int(found.argmax())]


# What is guessed


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("lawyer", "person"),
        ("pigeon", "animal"),
        ("lasagna", "food"),
        ("painted", "action"),
        ("flashlight", "thing"),
        ("chemistry", "idea"),
        ("奶茶", "food"),
        ("律师", "person"),
        ("打印机", "thing"),
        ("Tuesdays", "time"),
    ],
)
def test_a_word_that_nobody_set_gets_its_kind(word: str, kind: str):
    assert (guessing.standing(word), main(word)) == ("guessed", kind)


def test_words_that_people_set_are_not_guessed():
    assert guessing.standing("猫") == guessing.standing("Book") == "set"
    expected = np.eye(len(KINDS))[FEATURES.index("animal")]
    assert_array_equal(handset(["猫"], len(KINDS), guess)[0], expected)


def test_a_word_that_is_not_clear_stays_unknown():
    assert guessing.standing("qwxyz") == guessing.standing("鲈鱼") == "unknown"
    expected = handset(["qwxyz"], len(KINDS))
    assert_array_equal(handset(["qwxyz"], len(KINDS), guess), expected)


def test_common_words_are_looked_up_and_others_asked_for(monkeypatch: pytest.MonkeyPatch):
    asked = []

    def counted(them: list[str]) -> np.ndarray:
        asked.extend(them)
        return np.zeros((len(them), 384), np.float32)

    monkeypatch.setattr(guessing, "vectors", counted)
    guess.cache_clear()
    try:
        assert guess("lawyer") is not None
        assert guess("lawyerish") is None
    finally:
        guess.cache_clear()
    assert asked == ["lawyerish"]


@pytest.mark.parametrize("word", ["lawyer", "奶茶", "painted"])
def test_the_table_has_what_the_model_says(word: str):
    table = guessing._table()
    asked = guessing.rounded(guessing.vectors([word])[0] @ table.matrix + table.offset)
    found = guess(word)
    assert found is not None
    assert_allclose(found, asked, atol=0.051)


def test_the_table_is_small_and_has_the_common_words():
    lines = guessing._table().words.decode().split("\n")
    assert lines[0] == lines[-1] == ""
    assert len(lines) - 2 == len(guessing._table().features) == 2 * fit.COMMON
    assert FILE.stat().st_size <= 2_000_000


def test_guesses_are_numbers_that_people_can_read():
    found = guess("lawyer")
    assert found is not None
    assert found.dtype == np.float32
    assert_allclose(found * 20, np.round(found * 20), atol=1e-5)
    assert THRESHOLD <= found.max() <= 1
    assert found.min() == 0


# Everyday sentences


@pytest.mark.parametrize("language", SENTENCES)
def test_nine_of_ten_everyday_tokens_have_features(language: str):
    assert len(set(SENTENCES[language])) == 200
    tokens = [token for sentence in SENTENCES[language] for token in words(sentence)]
    has = [guessing.standing(token) != "unknown" for token in tokens]
    assert np.mean(has) >= 0.9


def test_marked_words_look_at_their_pair():
    places = []
    for sentence, query, key in EVERYDAY["pairs"]:
        tokens = words(sentence)
        row = SOURCE.trace(sentence).layers[0].weights[0, tokens.index(query)]
        places.append(int((row > row[tokens.index(key)]).sum()))
    assert len(places) == 20
    assert np.mean(np.array(places) < 2) >= 0.8


def test_drinking_looks_at_the_milk_tea():
    trace = SOURCE.trace("妹妹喜欢喝奶茶")
    row = trace.layers[0].weights[0, trace.query_tokens.index("喝")]
    assert trace.key_tokens[int(row.argmax())] == "奶茶"
    assert row.max() > 0.5


@pytest.mark.parametrize("sentence", ["我爱吃炸鸡", "猫抓老鼠，天空很蓝"])
def test_sentences_of_words_that_people_set_look_as_in_version_1(sentence: str):
    found, before = SOURCE.trace(sentence).layers[0], HandsetSource().trace(sentence).layers[0]
    assert_array_equal(found.weights, before.weights)


# Version 1


@pytest.mark.parametrize(
    ("sentence", "sizes", "expected"),
    [
        ("I read a Book today, 我用手机听音乐", Sizes(), "79ac594f43f65740"),
        ("I read a Book today, 我用手机听音乐", Sizes(16, 6, 5, 5), "5f64f439cb2be8e5"),
        ("I read a Book today, 我用手机听音乐", Sizes(3, 2, 2, 1), "665ff6625877201d"),
        ("猫抓老鼠，天空很蓝", Sizes(16, 6, 5, 5), "7e0e594bfd737612"),
    ],
)
def test_old_links_keep_every_number(sentence: str, sizes: Sizes, expected: str):
    parameters = HandsetSource(sizes).parameters(words(sentence, rule="1"))
    assert digest(*vars(parameters).values()).hex()[:16] == expected


def test_version_1_knows_none_of_the_new_words():
    assert not known("book")
    assert standing("book") == "unknown"
    assert features("book") is None
    assert standing("猫") == "set"


# The map


@given(st.integers(2, 9), st.integers(1, 5), st.integers(1, 3), st.integers(0, 999))
def test_the_map_is_least_squares_with_a_penalty(n: int, d: int, kinds: int, seed: int):
    rng = np.random.default_rng(seed)
    x, y, penalty = rng.normal(size=(n, d)), rng.normal(size=(n, kinds)), 0.7
    found = fit.ridge(x, y, penalty)
    # The same as one problem: a column of ones for the offset, and a row for each penalty.
    rows = np.block([[x, np.ones((n, 1))], [np.eye(d) * penalty**0.5, np.zeros((d, 1))]])
    expected = np.linalg.lstsq(rows, np.concatenate([y, np.zeros((d, kinds))]))[0]
    assert_allclose(found.matrix, expected[:-1], atol=1e-8)
    assert_allclose(found.offset, expected[-1], atol=1e-8)


def test_held_out_words_are_guessed_without_themselves():
    x = np.eye(20)  # nothing can be learned of a word from the others
    y = np.tile(np.eye(2), (10, 1))
    assert_allclose(fit.held_out(x, y), 0.5, atol=0.1)
    assert abs(fit.ridge(x, y)(x) - y).max() < 0.1


def test_words_of_a_list_are_those_that_sentences_are_cut_into():
    lines = ["the", "lawyer", "don't", "x1", "ice-cream", "painted"]
    assert fit.common(lines, fit._ENGLISH, 2) == ["lawyer", "painted"]
    assert "猫" in set_by_people()
    assert fit.common(["猫", "奶茶", "我爱吃炸鸡"], fit._CHINESE) == ["奶茶"]
