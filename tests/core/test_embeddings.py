"""Words as vectors: the feature table, seeded vectors, one-hot vectors."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from core.embeddings import FEATURES, handset, known, seeded

UNKNOWN = "flibbertigibbet"


def features(word: str) -> dict[str, float]:
    vector = handset([word], len(FEATURES))[0].tolist()
    return {name: value for name, value in zip(FEATURES, vector, strict=True) if value}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("我", "person"),
        ("猫", "animal"),
        ("animal", "animal"),
        ("炸鸡", "food"),
        ("天安门", "place"),
        ("street", "place"),
        ("天空", "sky"),
        ("吃", "action"),
        ("tired", "feeling"),
        ("wide", "quality"),
        ("it", "stand_in"),
        ("because", "function"),
    ],
)
def test_a_word_is_what_the_table_says(word: str, expected: str):
    assert features(word) == {expected: 1.0}


def test_love_is_something_one_does_and_feels():
    assert features("爱") == pytest.approx({"action": 0.8, "feeling": 0.6})


def test_upper_and_lower_case_count_the_same():
    assert_array_equal(handset(["Animal"], 10), handset(["animal"], 10))
    assert_array_equal(seeded(["Zebra"], 5, 1), seeded(["zebra"], 5, 1))


@pytest.mark.parametrize(("written", "simple"), [("愛", "爱"), ("炸雞", "炸鸡"), ("貓", "猫")])
def test_traditional_characters_mean_what_simplified_ones_do(written: str, simple: str):
    assert known(written)
    assert_array_equal(handset([written], 10), handset([simple], 10))


@pytest.mark.parametrize("width", [1, 3, 10, 13])
def test_features_are_cut_or_filled_to_the_width(width: int):
    row = handset(["猫"], width)[0]
    full = handset(["猫"], len(FEATURES))[0]
    kept = min(width, len(FEATURES))
    assert row.shape == (width,)
    assert_array_equal(row[:kept], full[:kept])
    assert not row[kept:].any()


def test_equal_words_get_equal_vectors_wherever_they_stand():
    x = handset(["猫", UNKNOWN, "，", "猫", UNKNOWN], 10)
    assert_array_equal(x[0], x[3])
    assert_array_equal(x[1], x[4])
    assert not np.array_equal(x[0], x[1])


def test_an_unknown_word_gets_the_same_seeded_vector_each_time():
    assert not known(UNKNOWN)
    first = handset([UNKNOWN], 10)
    assert first.any()
    assert_array_equal(first, handset(["猫", UNKNOWN], 10)[1:])


def test_unknown_words_differ_from_each_other():
    assert not np.array_equal(*handset([UNKNOWN, UNKNOWN + "s"], 10))


def test_the_same_seed_gives_the_same_vectors_and_another_seed_others():
    assert_array_equal(seeded(["猫", "狗"], 7, 3), seeded(["猫", "狗"], 7, 3))
    assert not np.isclose(seeded(["猫"], 7, 3), seeded(["猫"], 7, 4)).any()


def test_a_seeded_vector_is_the_same_in_another_process():
    code = "from core.embeddings import seeded; print(seeded(['cat'], 3, 5).tolist())"
    root = Path(__file__).parents[2]
    printed = subprocess.check_output([sys.executable, "-c", code], cwd=root, text=True).strip()
    assert printed == str(seeded(["cat"], 3, 5).tolist())


def test_seeded_numbers_have_mean_0_and_variance_1():
    x = seeded([f"w{i}" for i in range(200)], 50, seed=0)
    assert abs(x.mean()) < 0.03
    assert abs(x.var() - 1) < 0.03


@pytest.mark.parametrize("x", [handset(["猫"], 4), seeded(["猫"], 4, 0)])
def test_vectors_are_float32(x: np.ndarray):
    assert x.dtype == np.float32


def test_changing_a_result_does_not_change_the_table():
    handset(["猫"], 10)[:] = 99
    assert features("猫") == {"animal": 1.0}
