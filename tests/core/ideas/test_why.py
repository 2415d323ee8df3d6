"""Three translators on one sentence: what is told of them, by hand and on the files themselves."""

import math
from dataclasses import replace

import numpy as np
import pytest

from core.errors import InputError
from core.ideas.why import (
    EXAMPLES,
    INSERTED,
    RARE,
    agreeing,
    another,
    check,
    clearest_pair,
    concentration,
    facts,
    held_out_pair,
    language_of,
    per_piece,
    quality,
    quality_of,
    rare,
    reference,
    target_of,
    translated,
)
from core.influence import Influence
from core.translation.files import KINDS, Kind
from core.translation.pieces import Language
from core.translation.translator import Alignment, held_out, translator


def alignment() -> Alignment:
    """Two words and an end that rest on three words, in one head of one layer."""
    weights = np.array([[[[0.6, 0.3, 0.1], [0.2, 0.2, 0.6], [0.1, 0.8, 0.1]]]])
    strength = np.array([[4.0, 1.0, 0.0], [3.0, 1.0, 1.0], [9.0, 0.0, 0.0]])
    felt = Influence(np.ones((3, 3), bool), strength)
    source, output = ("a", "b", "c"), ("x", "y", "<end>")
    return Alignment(source, output, output, np.array([0.5, 0.25, 0.5]), weights, felt)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [("我爱炸鸡", "zh"), ("I love 炸鸡", "zh"), ("Tom!", "en"), ("où est-il", "en"), ("漢", "zh")],
)
def test_the_script_tells_the_language(sentence: str, language: str):
    assert language_of(sentence) == language
    assert target_of(language_of(sentence)) != language
    check(sentence)


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("", "no_tokens"),
        (" \u200b", "no_tokens"),
        ("12345 ?!", "language_unknown"),
        ("Привет", "language_unknown"),
        ("我" * 41, "sentence_too_long"),
        ("beach " * 41, "sentence_too_long"),
    ],
)
def test_what_cannot_be_translated_is_refused_with_its_reason(sentence: str, code: str):
    with pytest.raises(InputError) as refusal:
        check(sentence)
    assert refusal.value.code == code


def test_every_example_was_held_out_and_has_the_word_it_points_at():
    for example in EXAMPLES.values():
        check(example.sentence)
        assert held_out_pair(example.sentence, example.source)
        known = reference(example.sentence, example.source)
        made = translated("vector", example.sentence, known).made
        assert made
        assert made.output[example.word].isalpha()
        assert made.source[example.key].isalpha()
    assert len({it.source for it in EXAMPLES.values()}) == 2


def test_whoever_asks_for_another_sees_all_held_out_pairs():
    sentence, seen = EXAMPLES["bicycle"].sentence, set()
    for _ in held_out():
        sentence = another(sentence, "zh")
        seen.add(sentence)
    assert seen == {pair.zh.text for pair in held_out()}
    assert held_out_pair(another("我爱炸鸡", "zh"), "zh")
    assert reference("我爱炸鸡", "zh") is None


@pytest.mark.parametrize("place", range(len(INSERTED)))
def test_our_sentence_grows_and_each_language_translates_the_other(place: int):
    it = INSERTED[place]
    assert reference(it["en"], "en") == it["zh"]
    assert reference(it["zh"], "zh") == it["en"]
    for language, sentence in it.items():
        check(sentence)
        assert not place or len(sentence) > len(INSERTED[place - 1][language])


def test_rare_words_are_counted_and_marks_are_not():
    assert rare("我爱吃炸鸡。", "zh") == {"炸鸡": 0}
    found = rare("I like sunbathing, choopen and cows!", "en")
    assert {"sunbathing", "choopen"} <= found.keys() <= {"sunbathing", "choopen", "cows"}
    assert found["choopen"] == 0
    assert all(count < RARE for count in found.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_translation_is_the_translators_own_or_the_one_it_is_made_to_write(kind: Kind):
    sentence = EXAMPLES["bicycle"].sentence
    one = translator(kind, "zh", "en")
    own = translated(kind, sentence)
    assert own.text == one.translate(sentence)
    forced = translated(kind, sentence, "My dog.")
    assert own.made
    assert forced.made
    assert forced.text == "My dog."
    assert forced.made.output == ("My", "dog", ".", "<end>")
    expected = one.align(sentence, own.text, words=True).influence.strength
    np.testing.assert_array_equal(own.made.influence.strength, expected)
    assert own.nbytes > own.made.nbytes > own.made.influence.strength.nbytes


def test_what_cannot_be_written_is_told_and_not_aligned():
    assert translated("vector", "我爱炸鸡。", "").made is None
    assert translated("vector", "我爱炸鸡。", "dog " * 41).made is None


def test_weight_and_influence_agree_on_the_first_word_only():
    assert agreeing(alignment()) == 1
    without = translated("vector", EXAMPLES["bicycle"].sentence).made
    assert without
    with pytest.raises(ValueError, match="no weights"):
        agreeing(without)


def test_the_clearest_pair_is_above_the_mean_of_all_rows_and_no_mark():
    assert clearest_pair(alignment()) == (1, 2)  # 0.6 − 0.35
    marked = replace(alignment(), source=("a", "b", "."))
    assert clearest_pair(marked) == (0, 0)  # 0.6 − 0.4
    with pytest.raises(ValueError, match="without attention"):
        clearest_pair(replace(alignment(), weights=np.empty((0, 0, 3, 3))))


def test_the_strongest_word_has_its_share_and_pieces_their_mean():
    assert concentration(alignment()) == pytest.approx((4 / 5 + 3 / 5) / 2)
    assert per_piece(alignment(), 3) == pytest.approx((0.5 * 0.25 * 0.5) ** (1 / 4))
    assert per_piece(alignment(), 2) == pytest.approx(math.cbrt(1 / 16))


SCORES: dict[Kind, dict[str, dict[str, float]]] = {
    "vector": {
        "all": {"bleu": 2.0, "chrf": 3.0, "pairs": 30},
        "1-4": {"bleu": 5.0, "chrf": 1.0, "pairs": 10},
        "5-7": {"bleu": 4.0, "chrf": 1.0, "pairs": 18},
        "8+": {"bleu": 1.0, "chrf": 1.0, "pairs": 2},
        "sample": {"bleu": 9.0, "chrf": 9.0, "pairs": 5},
    },
    "attention": {
        "all": {"bleu": 4.0, "chrf": 5.0, "pairs": 30},
        "1-4": {"bleu": 4.5, "chrf": 3.0, "pairs": 10},
        "5-7": {"bleu": 5.0, "chrf": 2.0, "pairs": 18},
        "8+": {"bleu": 4.25, "chrf": 4.0, "pairs": 2},
        "sample": {"bleu": 9.0, "chrf": 9.0, "pairs": 5},
    },
}


def test_quality_by_length_is_what_the_files_say():
    found = quality(SCORES, "bleu")
    assert found.lengths == ("1-4", "5-7", "8+")
    assert found.pairs == (10, 18, 2)
    assert found.scores["attention"] == (4.5, 5.0, 4.25)
    assert found.whole == {"vector": 2.0, "attention": 4.0}
    assert found.gaps("attention", "vector") == (-0.5, 1.0, 3.25)
    assert found.grows
    assert not quality(SCORES, "chrf").grows  # 2, 1, 3
    assert [found.place(n) for n in (1, 4, 5, 7, 8, 40)] == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("source", ["zh", "en"])
def test_the_files_say_how_many_pairs_and_numbers_there_are(source: Language):
    found, known = quality_of(source, "chrf"), facts(source)
    assert sum(found.pairs) == known.held_out > 1000
    assert set(found.whole) == set(KINDS)
    assert 1e6 < known.fewest < known.most < 1.1 * known.fewest
    assert 0 < known.minutes < 25
