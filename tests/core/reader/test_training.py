"""The layer of a race that Explore opens: a shelf and neighbours of its own."""

from dataclasses import replace

import numpy as np

from core.arrays import Array
from core.reader.training import AUTOMATIC, TrainingChoice, aimed, beside
from core.training.contenders import Contender


def test_edits_of_two_races_or_layers_never_meet():
    base = TrainingChoice()
    others = [
        {"training_seed": 1},
        {"training_steps": 200},
        {"training_task": "pairs"},
        {"training_distance": 8},
        {"training_distance": 16},
        {"training_inside": "rotary"},
        {"training_layers": 2},
        {"training_layers": 2, "training_layer": 1},
    ]
    shelves = [base.shelf, *(replace(base, **other).shelf for other in others)]
    assert len(set(shelves)) == len(shelves)
    assert replace(base, training_layer=1).shelf == base.shelf  # there is no second layer
    assert replace(base, training_head=3, training_query=1).shelf == base.shelf


def test_the_first_of_each_family_stands_beside_attention():
    assert beside(TrainingChoice()) == ("rnn", "cnn")
    contenders = ("relative", "gru", "wide_cnn")
    assert beside(TrainingChoice(training_contenders=contenders)) == ("gru", "wide_cnn")
    assert beside(TrainingChoice(training_contenders=("relative",))) == ("rnn", "cnn")


def test_who_has_learned_best_stands_for_the_family():
    right: dict[Contender, float] = {"rnn": 0.3, "gru": 0.9, "wide_cnn": 0.8}
    assert beside(TrainingChoice(), right) == ("gru", "wide_cnn")
    without = TrainingChoice(training_contenders=("rnn", "cnn"))
    assert beside(without, right) == ("rnn", "cnn")


NOTHING_ASKED = ("1", "0", "0", "1")


def aim(it: TrainingChoice, words: tuple[str, ...], *weights: Array) -> tuple[int, int, int]:
    found = aimed(it, words, *weights)
    return found.training_query, found.training_head, found.training_key


def test_what_is_left_open_is_what_changed_most_in_the_row():
    before = np.full((3, 4, 4), 0.25)
    after = before.copy()
    after[1, 3] = (0.0, 0.9, 0.1, 0.0)
    after[2, 3] = (0.25, 0.25, 0.0, 0.5)
    after[0, 0, 0] = 1.0  # in another row
    base = TrainingChoice("parity", training_query=20)

    def aim_at(it: TrainingChoice) -> tuple[int, int, int]:
        return aim(it, NOTHING_ASKED, before, after)

    assert aim_at(base) == (3, 1, 1)
    assert aim_at(replace(base, training_head=2)) == (3, 2, 2)
    assert aim_at(replace(base, training_key=3)) == (3, 1, 3)
    assert aim_at(replace(base, training_head=0, training_key=63)) == (3, 0, 3)
    assert aim_at(replace(base, training_query=0)) == (0, 0, 0)


def test_where_a_right_answer_stands_the_head_that_looks_there_is_opened():
    words = ("1A", "2B", "2?", "1?")  # the last one asks for the first
    before, after = np.full((3, 4, 4), 0.25), np.full((3, 4, 4), 0.25)
    after[0, 3] = (0.0, 0.0, 1.0, 0.0)  # changed most, and looks elsewhere
    after[1, 3] = (0.4, 0.3, 0.3, 0.0)
    base = TrainingChoice("pairs", training_query=3)
    assert aim(base, words, before, after) == (3, 1, 0)
    assert aim(replace(base, training_head=0), words, before, after) == (3, 0, 0)
    assert aim(replace(base, training_key=2), words, before, after) == (3, 0, 2)
    assert aim(replace(base, training_query=1), words, before, after)[2] == 0  # nothing is asked


def test_of_several_right_answers_the_one_that_gets_most_is_opened():
    words = tuple("ABCDE")  # 1, 2 and 4 back
    before, after = np.full((2, 5, 5), 0.2), np.full((2, 5, 5), 0.2)
    after[1, 4] = (0.1, 0.6, 0.3, 0.0, 0.0)
    assert aim(TrainingChoice(training_query=4), words, before, after) == (4, 1, 2)


def test_before_training_the_heaviest_weight_is_opened():
    weights = np.zeros((2, 2, 2))
    weights[1, 1] = (0.1, 0.9)
    assert aim(TrainingChoice("parity", training_query=1), ("1", "0"), weights, weights) == (
        1,
        1,
        1,
    )
    assert TrainingChoice().training_key == AUTOMATIC
