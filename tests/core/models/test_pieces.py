"""Pieces that a model wrote, put together to a sentence again: by hand."""

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from core.models.pieces import named
from core.models.words import words_of


def made() -> Tokenizer:
    pieces = ["<pad>", "\u2581the", "\u2581c", "at", "\u2581\u732b", "\u6293", "\u8001\u9f20"]
    vocabulary = [(piece, 0.0) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens([AddedToken("<pad>", special=True)])
    return tokenizer


def test_words_begin_at_spaces():
    found = named(made(), [0, 1, 2, 3])
    assert found.tokens == ("<pad>", "␣the", "␣c", "at")
    assert found.sentence == "the cat"
    assert found.words == (None, 0, 1, 1)
    assert [found.sentence[start:end].strip() for start, end in found.spans[1:]] == [
        "the",
        "c",
        "at",
    ]
    assert words_of(found).tokens == ("<pad>", "the", "cat")
    assert (found.total, found.used) == (3, 3)


def test_chinese_words_begin_where_they_do_in_the_sentence():
    found = named(made(), [0, 4, 5, 6])
    assert found.sentence == "猫抓老鼠"
    assert words_of(found).tokens[1:] == ("猫", "抓", "老鼠")


def test_a_number_without_a_piece_is_shown_as_it_is():
    assert named(made(), [1, 99]).tokens == ("␣the", "[99]")
