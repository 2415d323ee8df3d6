import random
from pathlib import Path

import pytest

from core.translation.pairs import Pair, Sentence, groups, read_pairs, split, write_pairs
from core.translation.translator import held_out

LINES = """\
Hi.\t嗨。\t#538123 CM\t#891077 Martha
Hi!\t你好。\t#1 CM\t#2 a b
Hello.\t你好！\t#3 CM\t#4 x
Hello there, fucker, you fuck!\t你好\t#5 CM\t#6 x
He studies hard.\t他學習很努力。\t#7 CM\t#8 x
hi\t嗨\t#9 CM\t#10 x
His mother came.\t他妈妈来了。\t#11 CM\t#12 x
"""


@pytest.fixture
def pairs(tmp_path: Path) -> tuple[Pair, ...]:
    file = tmp_path / "pairs.tsv"
    file.write_text(LINES, encoding="utf-8")
    return read_pairs(file)


def test_a_line_is_read_with_numbers_and_contributors(pairs: tuple[Pair, ...]):
    assert pairs[0] == Pair(Sentence("Hi.", 538123, "CM"), Sentence("嗨。", 891077, "Martha"))
    assert pairs[1].zh.contributor == "a b"


def test_coarse_sentences_and_repetitions_are_left_out(pairs: tuple[Pair, ...]):
    assert [pair.en.number for pair in pairs] == [538123, 1, 3, 7, 11]


def test_chinese_is_made_simplified(pairs: tuple[Pair, ...]):
    assert pairs[3].zh.text == "他学习很努力。"


def test_pairs_that_share_a_sentence_through_others_are_one_group(pairs: tuple[Pair, ...]):
    sizes = [len(group) for group in groups(pairs)]
    assert sizes == [3, 1, 1]


def test_what_is_written_is_read_again(pairs: tuple[Pair, ...], tmp_path: Path):
    file = tmp_path / "again.tsv"
    write_pairs(file, pairs)
    assert read_pairs(file) == pairs


def test_a_line_of_another_form_is_refused(tmp_path: Path):
    file = tmp_path / "bad.tsv"
    file.write_text("Hi.\t嗨。\n", encoding="utf-8")
    with pytest.raises(ValueError, match="4 cells"):
        read_pairs(file)


def test_no_sentence_of_either_language_stands_on_both_sides_of_the_split():
    chance = random.Random(0)
    pairs = [
        Pair(
            Sentence(f"e{chance.randrange(900)}", 1, ""),
            Sentence(f"汉{chance.randrange(900)}", 1, ""),
        )
        for _ in range(500)
    ]
    parts = split(pairs)
    assert min(map(len, parts)) > 0
    for language in (0, 1):
        train, search, held_out = ({pair[language].text for pair in part} for part in parts)
        assert train.isdisjoint(search | held_out)
        assert search.isdisjoint(held_out)
        assert len(held_out) == len(parts.held_out)


def test_the_split_does_not_depend_on_the_order_of_groups():
    pairs = [Pair(Sentence(f"e{i}", i, ""), Sentence(f"汉{i}", i, "")) for i in range(300)]
    assert set(split(pairs).held_out) == set(split(pairs[::-1]).held_out)


def test_the_pairs_that_come_along_are_attributed():
    carried = held_out()
    assert 200 < len(carried) <= 300
    assert all(
        sentence.number > 0 and sentence.contributor for pair in carried for sentence in pair
    )
