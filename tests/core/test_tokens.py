"""Sentences into tokens: words and characters, and what is not let in."""

import unicodedata
from collections.abc import Callable

import pytest
import rjieba
from hypothesis import given
from hypothesis import strategies as st

from core.embeddings import known
from core.errors import InputError
from core.simplified import simplified
from core.tokens import (
    LIMIT,
    LONGEST,
    LONGEST_POINTS,
    as_token,
    characters,
    clean,
    follow,
    tokenize,
    words,
)

Cut = Callable[[str], tuple[str, ...]]

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
THUMB = "\U0001f44d\U0001f3fd"
FLAG = "\U0001f1e8\U0001f1f3"

HOSTILE = [
    *"ab'’.,-1 \t\n我爱北京天安门，。",
    "\u0301",
    "\u200d",
    "\u200b",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\u3000",
    "\u00a0",
    "\x00",
    "\x1c",
    "\x85",
    "\ud83d",
    "\U0001f469",
    "\U0001f1e8",
    "ﬁ",
    "ไ",
    "한",
    "क",
    "्",
    "א",
]
hostile = st.text(st.sampled_from(HOSTILE), max_size=30)


def letters(text: str) -> str:
    """All but spaces, marks and joiners, which alone are no token."""
    return "".join(c for c in text if unicodedata.category(c)[0] not in "ZM" and c != "\u200d")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("我爱北京天安门", "我/爱/北京/天安门"),
        ("我爱吃炸鸡", "我/爱/吃/炸鸡"),
        ("猫抓老鼠，天空很蓝", "猫/抓/老鼠/，/天空/很/蓝"),
        ("我 love 你", "我/love/你"),
        ("我love你", "我/love/你"),
        ("I didn't go.", "I/didn't/go/."),
        ("I didn’t go.", "I/didn’t/go/."),
        ("1,000.5 m", "1,000.5/m"),
        ("wait...", "wait/././."),
    ],
)
def test_words_by_hand(sentence: str, expected: str):
    assert "/".join(words(sentence)) == expected


def test_the_long_english_example_by_hand():
    sentence = "The animal didn't cross the street because it was too tired."
    expected = ("The", "animal", "didn't", "cross", "the", "street", "because", "it")
    assert words(sentence) == (*expected, "was", "too", "tired", ".")


def test_characters_by_hand():
    assert characters("我爱 ab") == ("我", "爱", "a", "b")


@pytest.mark.parametrize("whole", [FAMILY, THUMB, FLAG, "x\u0301", "n\u0308\u0323"])
@pytest.mark.parametrize("unit", [words, characters])
def test_what_readers_see_as_one_character_stays_whole(whole: str, unit: type):
    assert unit(f"我 {whole}，") == ("我", clean(whole), "，")


def test_equal_looking_text_is_equal():
    assert words("cafe\u0301") == words("caf\u00e9")


def test_repeated_words_are_separate_tokens():
    assert tokenize("the cat and the dog").kept == ("the", "cat", "and", "the", "dog")
    assert tokenize("猫，猫").kept == ("猫", "，", "猫")


@pytest.mark.parametrize("space", [" ", "\t", "\n", "\r\n", "\u3000", "\u00a0", "  \n "])
def test_spaces_of_every_kind_divide_and_are_no_tokens(space: str):
    assert words(f"{space}a{space}b{space}") == ("a", "b")


@pytest.mark.parametrize(
    "invisible",
    ["\x00", "\x07", "\x7f", "\u200b", "\ufeff", "\u2060", "\u202e", "\u202a", "\u2066", "\ud83d"],
)
def test_what_cannot_be_seen_is_left_out(invisible: str):
    assert words(f"{invisible}ca{invisible}t{invisible}") == ("cat",)


@pytest.mark.parametrize("empty", ["", " ", "\n\t", "\u3000", "\u200b", "\x00 \u202e", "\ud800"])
@pytest.mark.parametrize("unit", ["words", "characters"])
def test_a_sentence_with_nothing_in_it_is_refused(empty: str, unit: str):
    with pytest.raises(InputError) as caught:
        tokenize(empty, "words" if unit == "words" else "characters")
    assert caught.value.code == "no_tokens"


def test_the_limit_keeps_the_first_tokens_and_says_how_many_there_were():
    sentence = " ".join(f"w{i}" for i in range(LIMIT + 9))
    kept, total = tokenize(sentence)
    assert kept == tuple(f"w{i}" for i in range(LIMIT))
    assert total == LIMIT + 9


def test_the_limit_counts_characters_when_they_are_the_unit():
    assert tokenize("天空很蓝", "characters", limit=3) == (("天", "空", "很"), 4)


@pytest.mark.parametrize("letter", ["a", THUMB])
def test_an_endless_word_is_cut_between_characters(letter: str):
    pieces = characters(letter * 3)
    assert pieces == (letter,) * 3
    assert all(len(characters(word)) <= LONGEST for word in words(letter * (2 * LONGEST + 1)))


@pytest.mark.parametrize("unit", [words, characters])
@pytest.mark.parametrize(
    "word", ["z" + "\u0301\u0327" * 5_000, "👩\u200d" * 3_000 + "👩", "\u1100" * 9_000]
)
def test_no_token_has_more_code_points_than_a_link_carries(
    unit: Callable[[str], tuple[str, ...]], word: str
):
    pieces = unit(f"{word} b")
    assert pieces[-1] == "b"
    assert max(map(len, pieces)) <= LONGEST_POINTS
    assert as_token(word) == pieces[0]
    assert all(as_token(piece) == piece for piece in pieces)


def test_a_word_just_too_long_gives_two_tokens():
    assert [len(word) for word in words("a" * (LONGEST + 1))] == [LONGEST, 1]


@given(hostile)
def test_words_and_characters_put_together_give_the_sentence_back(sentence: str):
    expected = letters(clean(sentence))
    assert letters("".join(words(sentence))) == expected
    assert letters("".join(characters(sentence))) == expected


@pytest.mark.parametrize("nothing", ["\u200d", "\u00ad", "\u0301", " \u200b ", "\u200e"])
def test_what_cannot_be_seen_is_no_token(nothing: str):
    assert words(nothing) == characters(nothing) == ()


@pytest.mark.parametrize("character", ["我\u0301", "葛\U000e0100"])
def test_chinese_characters_keep_their_marks(character: str):
    assert words(f"{character}城") == (character, "城")


def test_cleaning_twice_changes_nothing():
    assert clean("a \u200b b") == clean(clean("a \u200b b")) == "a b"


@given(hostile)
def test_no_token_is_blank_or_dangerous(sentence: str):
    for token in words(sentence) + characters(sentence):
        assert token.strip()
        assert clean(token) == token.strip()


@given(hostile, st.integers(1, 5))
def test_what_is_kept_is_the_beginning_of_what_was_found(sentence: str, limit: int):
    found = words(sentence)
    if found:
        assert tokenize(sentence, limit=limit) == (found[:limit], len(found))


# Chinese


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("我爱猫", "我/爱/猫"),
        ("猫爱鱼", "猫/爱/鱼"),
        ("狗追猫", "狗/追/猫"),
        ("我爱吃鱼", "我/爱/吃/鱼"),
        ("我愛吃炸雞", "我/愛/吃/炸雞"),
        ("今天天气真好", "今天/天气/真/好"),
        ("小明爱小红", "小明/爱/小红"),
        ("我愛北京天安門", "我/愛/北京/天安門"),
        ("小朋友", "小朋友"),  # in the table itself
        ("乾坤", "乾坤"),  # no traditional word, but its first character could be one
        ("東京タワーへ行く", "東京/タワー/へ/行/く"),
    ],
)
def test_chinese_words_by_hand(sentence: str, expected: str):
    assert "/".join(words(sentence)) == expected


@pytest.mark.parametrize("whole", ["今天", "吃惊", "金鱼", "猫头鹰", "图书馆", "動物園"])
def test_a_word_that_others_do_not_make_up_stays_whole(whole: str):
    assert words(whole) == (whole,)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("我爱猫", "我爱猫"),
        ("狗追猫", "狗/追猫"),
        ("今天天气真好", "今天天气/真/好"),
        ("我愛吃炸雞", "我愛吃/炸雞"),
        ("小明爱小红", "小明/爱小红"),
    ],
)
def test_links_of_the_first_version_keep_their_words(sentence: str, expected: str):
    assert "/".join(tokenize(sentence, rule="1").kept) == expected


COMMON = "我爱你他她们猫狗鱼吃追抓北京天安门今气真好小明红大白菜雞愛鸡老鼠很蓝乾坤門氣著了的不"


@given(st.text(st.sampled_from(COMMON), min_size=1, max_size=12))
def test_a_chinese_token_is_a_word_of_the_dictionary_or_one_character(sentence: str):
    for token in words(sentence):
        spelt = {token, simplified(token)}
        assert len(token) == 1 or known(token) or any(map(rjieba.has_word, spelt))


TRADITIONAL = "我愛吃炸雞北京天安門貓頭鷹金魚動物園裡氣學習"


@given(st.text(st.sampled_from(TRADITIONAL), min_size=1, max_size=12))
def test_traditional_chinese_is_cut_like_simplified(sentence: str):
    assert tuple(map(simplified, words(sentence))) == words(simplified(sentence))


def test_no_simplified_character_is_made_from_an_everyday_one():
    assert simplified("我爱吃炸鸡，著名的猫 cat") == "我爱吃炸鸡，著名的猫 cat"
    assert simplified("我愛吃炸雞") == "我爱吃炸鸡"


def test_what_is_simplified_stays_so():
    whole = "".join(map(chr, range(0x3400, 0x30000)))
    once = simplified(whole)
    moved = {one for one, two in zip(once, simplified(once), strict=True) if one != two}
    assert moved == {"苧"}  # simplified of 薴, and itself the traditional form of 苎


# What is tied to a word


def test_following_words_by_hand():
    assert follow(("a", "b", "c"), ("x", "a", "c")) == {0: 1, 2: 2}
    assert follow(("a",), ("b",)) == {}
    assert follow(tuple("aba"), tuple("aaba")) == {0: 1, 1: 2, 2: 3}


token_lists = st.lists(st.sampled_from("abc"), max_size=9).map(tuple)


@given(token_lists, token_lists)
def test_a_word_is_followed_to_the_same_word_in_order(old: tuple[str, ...], new: tuple[str, ...]):
    places = follow(old, new)
    assert all(old[i] == new[j] for i, j in places.items())
    assert sorted(places.values()) == [places[i] for i in sorted(places)]
    assert len(set(places.values())) == len(places)


@given(token_lists)
def test_an_unchanged_sentence_keeps_every_place(tokens: tuple[str, ...]):
    assert follow(tokens, tokens) == {i: i for i in range(len(tokens))}
