"""What is asked at a place, what would be right, and whether a network says so."""

from dataclasses import replace

import numpy as np
import pytest

from core.layer import Edit
from core.sources.trained import TrainedSource
from core.sources.trained_layer import opened
from core.training.answers import Answer, answers, right_places
from core.training.contenders import Design
from core.training.race import Race, race, shown
from core.training.tasks import Task, TaskKind


def scores(*given: int, questions: int = 1, n: int = 9) -> np.ndarray:
    """The same answers everywhere."""
    found = np.zeros((n, questions, 8))
    found[:, range(questions), given] = 1
    return found


def test_symbols_that_far_back_by_hand():
    task = Task("recall", 16)  # 1, 2, 4 and 8 back
    words = tuple("ABCDEFGHA")
    found = answers(task, words, 5, scores(4, 0, 1, 0, questions=4))
    assert found == (Answer(1, "E", "E"), Answer(2, "A", "D"), Answer(4, "B", "B"))
    assert answers(task, words, 0, scores(4, 0, 1, 0, questions=4)) == ()


def test_values_of_keys_by_hand():
    task, words = Task("pairs", 16), ("3A", "1B", "2?", "3?", "1?")
    assert answers(task, words, 4, scores(1)) == (Answer(3, "B", "B"),)
    assert answers(task, words, 3, scores(1)) == (Answer(3, "B", "A"),)
    assert answers(task, words, 2, scores(1)) == answers(task, words, 0, scores(1)) == ()


@pytest.mark.parametrize("kind", ["recall", "pairs", "parity"])
@pytest.mark.parametrize(("farthest", "seed"), [(64, 0), (64, 1), (8, 2), (4, 3)])
def test_right_answers_stand_where_they_are_said_to(kind: TaskKind, farthest: int, seed: int):
    task = Task(kind, 16, farthest=farthest)
    words = shown(task, seed)
    for place in range(len(words)):
        places = right_places(task, words, place)
        assert all(at < place for at in places)
        asked = answers(
            task, words, place, scores(*[0] * task.questions, questions=task.questions, n=16)
        )
        if kind == "parity":
            assert places == ()
        else:
            assert [words[at][-1] for at in places] == [it.right for it in asked]
            assert all(place - at <= farthest for at in places)


def test_odd_or_even_by_hand():
    task, words = Task("parity", 16), tuple("1101")
    assert answers(task, words, 3, scores(1)) == (Answer(4, "1", "1"),)
    assert answers(task, words, 1, scores(1)) == (Answer(2, "1", "0"),)


@pytest.mark.parametrize("kind", ["recall", "pairs", "parity"])
def test_answers_are_the_networks_and_as_often_right_as_it_is_scored(kind: TaskKind):
    design = Design(Task(kind, 16, 4), 8000)
    *_, last = race(Race(design, ("sinusoidal",), steps=10))
    assert last.parameters
    whole = TrainedSource("sinusoidal", design, last.parameters, 0, last.step)
    words = shown(design.task, 0)
    found = opened(whole, 0).answered(words)
    expected = whole.restored()(design.task.inputs(words)[None])[0]
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)
    for place in range(len(words)):
        for it in answers(design.task, words, place, found):
            assert it.distance <= place + (kind == "parity")


def test_a_changed_number_changes_the_answer():
    design = Design(Task("recall", 16, 4), 8000)
    first = next(race(Race(design, ("relative",), steps=10)))
    assert first.parameters
    whole = TrainedSource("relative", design, first.parameters, 0, 0)
    words = shown(design.task, 0)
    edits = (Edit("w_o", (2, 3, 1), 50.0),)
    changed = opened(whole, 0, edits).answered(words)
    name = "w_o_0"
    numbers = first.parameters[name].copy()
    numbers.reshape(8, 6, -1)[2, 3, 1] = 50.0
    other = replace(whole, parameters={**first.parameters, name: numbers})
    expected = other.restored()(design.task.inputs(words)[None])[0]
    np.testing.assert_allclose(changed, expected.numpy(), rtol=1e-4, atol=1e-4)
