"""A piece that is taken: what stands in the text then, and whether it is read as that piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

from core.models.continuing import continued, without_last
from core.models.pieces import Pieces, cut

PAIRS = [("Ġ", "t"), ("h", "e"), ("Ġt", "he"), ("å", "¤"), ("å¤", "©"), ("i", "n")]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = [*letters, *("".join(pair) for pair in PAIRS)]
    made = Tokenizer(models.BPE({name: i for i, name in enumerate(names)}, PAIRS))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken("<end>", special=True)])
    return made


def of(tokenizer: Tokenizer, text: str) -> Pieces:
    return cut(tokenizer, text, 1000)


def number(tokenizer: Tokenizer, name: str) -> int:
    found = tokenizer.token_to_id(name)
    assert found is not None
    return found


def test_a_piece_joins_the_text_with_its_space(tokenizer: Tokenizer):
    found = continued(tokenizer, of(tokenizer, "so"), [number(tokenizer, "Ġthe")])
    assert found == ("so the", True, False)
    assert of(tokenizer, "so the").ids[-1] == number(tokenizer, "Ġthe")


def test_pieces_that_grow_together_are_told(tokenizer: Tokenizer):
    found = continued(tokenizer, of(tokenizer, "i"), [number(tokenizer, "n")])
    assert found == ("in", False, False)


def test_a_chinese_character_joins_whole_but_not_in_parts(tokenizer: Tokenizer):
    pieces = of(tokenizer, "今")
    assert continued(tokenizer, pieces, [number(tokenizer, "å¤©")]) == ("今天", True, False)
    assert continued(tokenizer, pieces, [number(tokenizer, "å¤")]) == (None, False, True)


def test_the_parts_of_a_character_join_together(tokenizer: Tokenizer):
    pieces = of(tokenizer, "今")
    parts = [number(tokenizer, name) for name in ("ä", "½", "ł")]  # 你, of which no two are merged
    assert continued(tokenizer, pieces, parts[:2]).part
    assert continued(tokenizer, pieces, parts) == ("今你", True, False)


@pytest.mark.parametrize("name", ["<end>", "Ġ", "Ċ"])
def test_what_no_text_ends_with_cannot_join(tokenizer: Tokenizer, name: str):
    assert continued(tokenizer, of(tokenizer, "so"), [number(tokenizer, name)]).text is None


def test_a_number_beyond_the_vocabulary_cannot_join(tokenizer: Tokenizer):
    assert continued(tokenizer, of(tokenizer, "so"), [9999]).text is None


@given(text=st.text("abhet 今天天é,'", min_size=1), piece=st.integers(0, 262))
def test_the_same_means_the_same_numbers(tokenizer: Tokenizer, text: str, piece: int):
    if not text.strip():
        return
    pieces = of(tokenizer, text)
    found = continued(tokenizer, pieces, [piece])
    if found.text is not None:
        assert found.text.startswith(pieces.sentence)
        now = of(tokenizer, found.text)
        assert found.same == (now.ids == (*pieces.ids, piece))


def test_marks_around_the_text_are_no_matter():
    words = {name: i for i, name in enumerate(("<s>", "</s>", "a", "b"))}
    made = Tokenizer(models.WordLevel(words, unk_token="a"))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.post_processor = processors.BertProcessing(("</s>", 1), ("<s>", 0))
    made.decoder = decoders.Fuse()
    made.add_special_tokens(["<s>", "</s>"])
    pieces = cut(made, "ab", 100)
    assert pieces.ids == (0, 2, 3, 1)
    assert continued(made, pieces, [2]) == ("aba", True, False)
    assert continued(made, pieces, [1]).text is None


def test_of_a_long_text_its_end_is_enough(tokenizer: Tokenizer):
    pieces = cut(tokenizer, "a b c d e f g h", 5, "end")
    assert continued(tokenizer, pieces, [number(tokenizer, "Ġthe")]) == (
        "a b c d e f g h the",
        True,
        False,
    )


def test_the_last_piece_can_be_taken_back(tokenizer: Tokenizer):
    assert without_last(of(tokenizer, "so the")) == "so"
    assert without_last(of(tokenizer, "今天")) == "今"
    assert without_last(of(tokenizer, "今é")) == "今"
    assert without_last(of(tokenizer, "x")) is None
