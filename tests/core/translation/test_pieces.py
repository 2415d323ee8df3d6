import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.translation.files import shared_pieces
from core.translation.pieces import (
    SPECIAL,
    UNKNOWN,
    WORD_START,
    Language,
    learn_pieces,
    plain,
    restored,
)


def test_traditional_characters_are_made_simplified():
    assert plain("漢語說起來很難嗎?", "zh") == "汉语说起来很难吗？"


def test_every_han_character_is_a_piece_of_its_own():
    pieces = shared_pieces()["zh"]
    assert pieces.names(pieces.encode("我爱北京。")) == ("我", "爱", "北", "京", "。")


def test_english_words_begin_with_their_space_and_keep_their_apostrophe():
    pieces = shared_pieces()["en"]
    names = pieces.names(pieces.encode("I don’t know."))
    assert names == (f"{WORD_START}I", f"{WORD_START}don't", f"{WORD_START}know", ".")


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "Don't go to the beach, Tom!"), ("zh", "别去海边，汤姆！")]
)
def test_a_sentence_of_known_pieces_comes_back(language: Language, sentence: str):
    pieces = shared_pieces()[language]
    ids = pieces.encode(sentence)
    assert UNKNOWN not in ids
    assert pieces.text(ids) == sentence


def test_what_was_never_seen_is_unknown_but_is_shown_as_it_was_written():
    pieces = shared_pieces()["zh"]
    ids = pieces.encode("我爱𠮷。")
    assert ids[2] == UNKNOWN
    assert pieces.cut("我爱𠮷。") == ("我", "爱", "𠮷", "。")


@given(st.text(max_size=30))
def test_any_text_is_cut_into_as_many_pieces_as_ids(text: str):
    for pieces in shared_pieces().values():
        ids = pieces.encode(text)
        assert len(pieces.cut(text)) == len(ids)
        assert all(0 <= index < len(pieces) for index in ids)


def test_characters_that_occur_once_are_unknown():
    pieces = learn_pieces(["好好学习", "学习好"], "zh", 50)
    assert set(pieces.names(range(len(pieces)))) == {*SPECIAL, "好", "学", "习"}
    assert UNKNOWN in learn_pieces(["好好", "学"], "zh", 50).encode("学")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pieces_that_were_kept_are_the_same(language: Language):
    pieces = shared_pieces()[language]
    again = restored(pieces.saved(), language)
    assert again.names(range(len(again))) == pieces.names(range(len(pieces)))


STRANGE = "我爱炸鸡。！abd'I’\" \u200b\u0301´ﬁ①5.3,_٣ タ한é\u3000\ufeff$"


@given(text=st.text(alphabet=STRANGE, max_size=24))
def test_every_piece_is_part_of_a_word_and_every_word_has_pieces(text: str):
    for language, pieces in shared_pieces().items():
        words, within = pieces.cut_words(text)
        assert len(within) == len(pieces.encode(text))
        assert list(dict.fromkeys(within)) == list(range(len(words)))
        assert list(within) == sorted(within)
        spelled = plain(text, language).replace(" ", "")
        assert all(word and word == word.strip() for word in words)
        assert all(word.replace(" ", "") in spelled for word in words)


def test_words_are_those_of_the_pages():
    words, within = shared_pieces()["en"].cut_words("He doesn't like unreadable things.")
    assert words == ("He", "doesn't", "like", "unreadable", "things", ".")
    assert len(within) > within[-1] + 1
    words, within = shared_pieces()["zh"].cut_words("我爱吃炸鸡")
    assert words == ("我", "爱", "吃", "炸鸡")
    assert within == (0, 1, 2, 3, 3)


def test_words_that_share_a_piece_are_one():
    words, _ = shared_pieces()["en"].cut_words("like 'unreadable'")  # a piece is 'un
    assert words == ("like", "'unreadable", "'")
