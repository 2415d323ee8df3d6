"""What the pages say about the example sentences, checked on the hand-set numbers."""

import numpy as np
import pytest

from core.embeddings import handset, known
from core.sources.handset import HandsetSource
from core.tokens import words

CHICKEN = "我爱吃炸鸡"
BEIJING = "我爱北京天安门"
MOUSE = "猫抓老鼠，天空很蓝"
TIRED = "The animal didn't cross the street because it was too tired."
WIDE = "The animal didn't cross the street because it was too wide."
PRESETS = (CHICKEN, BEIJING, MOUSE, TIRED, WIDE)

every_preset = pytest.mark.parametrize("sentence", PRESETS)


def looks(sentence: str, query: str) -> dict[str, float]:
    """How much of its attention a word gives to each, in head 0; repeated words are added up."""
    trace = HandsetSource().trace(sentence)
    row = trace.layers[0].weights[0, trace.query_tokens.index(query)]
    given = dict.fromkeys(trace.key_tokens, 0.0)
    for key, weight in zip(trace.key_tokens, row, strict=True):
        given[key] += float(weight)
    return given


def favourite(given: dict[str, float]) -> str:
    return max(given, key=lambda key: given[key])


def test_eating_looks_at_chicken_most():
    assert favourite(looks(CHICKEN, "吃")) == "炸鸡"


@pytest.mark.parametrize(("place", "other"), [("北京", "天安门"), ("天安门", "北京")])
def test_beijing_and_tiananmen_look_at_each_other(place: str, other: str):
    given = looks(BEIJING, place)
    assert given[other] > 0.3
    del given[place]
    assert favourite(given) == other


@pytest.mark.parametrize("place", ["北京", "天安门"])
def test_love_looks_at_what_is_loved_more_than_at_who_loves(place: str):
    given = looks(BEIJING, "爱")
    assert given[place] > given["我"]


@pytest.mark.parametrize("related", ["抓", "老鼠"])
def test_a_cat_looks_at_the_hunt_more_than_at_the_sky(related: str):
    given = looks(MOUSE, "猫")
    assert given[related] > given["天空"]


@pytest.mark.parametrize("sentence", [TIRED, WIDE])
def test_it_looks_at_the_animal_most(sentence: str):
    assert favourite(looks(sentence, "it")) == "animal"


@every_preset
def test_every_word_of_the_examples_is_in_the_feature_table(sentence: str):
    assert [word for word in words(sentence) if not known(word)] == []


@every_preset
def test_every_word_gives_away_all_of_its_attention(sentence: str):
    for word in words(sentence):
        assert sum(looks(sentence, word).values()) == pytest.approx(1)


def test_an_unknown_word_is_looked_at_with_the_same_numbers_each_time():
    assert not known("qwxyz")
    first, again = handset(["qwxyz"], 10), handset(["qwxyz"], 10)
    assert first.any()
    np.testing.assert_array_equal(first, again)
    assert looks("我爱吃 qwxyz", "吃") == looks("我爱吃 qwxyz", "吃")
