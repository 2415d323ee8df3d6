"""Words put in between and taken out: the sentence, and who is pointed at."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reader.apart import next_words, with_words, without_words
from core.reader.examples import EXAMPLES
from core.reader.explore import Choice
from core.tokens import tokenize


def choice(sentence: str, query: int = 0, key: int = 0) -> Choice:
    return Choice(sentence=sentence, query=query, key=key)


@pytest.mark.parametrize(
    ("sentence", "at", "more", "result"),
    [
        ("我爱吃炸鸡", 3, "妈妈做的", "我爱吃妈妈做的炸鸡"),
        ("I love tea", 2, "green", "I love green tea"),
        ("I love tea", 0, "Today", "Today I love tea"),
        ("I love tea", 3, "today", "I love tea today"),
        ("It was tired.", 3, "indeed", "It was tired indeed."),
        ("hello, world", 2, "dear", "hello, dear world"),
        ("我爱tea", 2, "green", "我爱green tea"),
        ("我爱吃炸鸡", 4, "吗？", "我爱吃炸鸡吗？"),
    ],
)
def test_words_are_put_in_as_the_language_writes_them(
    sentence: str, at: int, more: str, result: str
):
    assert with_words(choice(sentence), at, more)["sentence"] == result


def test_who_is_pointed_at_stays():
    changed = replace(
        choice("我爱吃炸鸡", 2, 3), **with_words(choice("我爱吃炸鸡", 2, 3), 3, "昨天的")
    )
    words = changed.tokens.kept
    assert (words[changed.query], words[changed.key]) == ("吃", "炸鸡")
    back = replace(changed, **without_words(changed, 3))
    assert back.tokens.kept[back.query] == "吃"
    assert back.tokens.kept[back.key] == "炸鸡"


@pytest.mark.parametrize(("at", "more"), [(-1, "a"), (4, "a"), (1, "  "), (1, "\u200b")])
def test_what_cannot_be_put_in_changes_nothing(at: int, more: str):
    assert with_words(choice("I love tea"), at, more) == {}


def test_a_sentence_keeps_its_last_word():
    assert without_words(choice("tea"), 0) == {}
    assert without_words(choice("I love tea"), 3) == {}


@pytest.mark.parametrize(
    ("sentence", "at", "result"),
    [
        ("I love green tea", 2, "I love tea"),
        ("I love tea", 2, "I love"),
        ("It was tired.", 3, "It was tired"),
        ("我爱吃炸鸡", 1, "我吃炸鸡"),
    ],
)
def test_words_are_taken_out_with_their_space(sentence: str, at: int, result: str):
    assert without_words(choice(sentence), at)["sentence"] == result


WORDS = st.lists(st.sampled_from(["cat", "tea", "green", "one"]), min_size=1, max_size=6)


@given(words=WORDS, word=st.sampled_from(["today", "very"]), data=st.data())
def test_taking_out_undoes_putting_in(words: list[str], word: str, data: st.DataObject):
    at = data.draw(st.integers(0, len(words)))
    query, key, hidden = (data.draw(st.integers(0, len(words) - 1)) for _ in range(3))
    before = replace(choice(" ".join(words), query, key), padded=(hidden,))
    longer = replace(before, **with_words(before, at, word))
    assert longer.tokens.kept == (*words[:at], word, *words[at:])
    assert longer.tokens.kept[longer.query] == words[query]
    assert [longer.tokens.kept[place] for place in longer.padded] == [words[hidden]]
    shorter = replace(longer, **without_words(longer, at))
    assert shorter == before


def test_a_hidden_word_that_is_taken_out_hides_no_other():
    hidden = replace(choice("I love green tea"), padded=(1, 2))
    assert without_words(hidden, 2)["padded"] == (1,)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_have_words_that_come_between_the_pair(name: str):
    example = EXAMPLES[name]
    chosen: dict[str, Any] = dict(example.chosen)
    shown = Choice(**chosen)
    between = abs(shown.query - shown.key)
    for _ in example.apart:
        found = next_words(shown)
        assert found is not None
        n = shown.tokens.total
        shown = replace(shown, **with_words(shown, *found))
        assert shown.tokens.total > n
        words = shown.tokens.kept
        assert (words[shown.query], words[shown.key]) == (example.asks, example.about)
    assert example.apart
    assert abs(shown.query - shown.key) > between
    assert next_words(shown) is None
    assert next_words(choice("nothing of the kind")) is None
    assert tokenize(shown.sentence).total < 20
