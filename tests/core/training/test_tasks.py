"""The tasks ask what they say, and only that is scored."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.training.tasks import EVERYWHERE, SILENT, Examples, Task, TaskKind

tasks = st.builds(
    Task,
    st.sampled_from(["recall", "pairs", "parity"]),
    st.integers(8, 20).map(lambda half: 2 * half),
    st.integers(2, 9),
    st.integers(1, EVERYWHERE),
)
seeds = st.integers(0, 2**16)


def drawn(task: Task, seed: int = 0, size: int = 3) -> Examples:
    return task.examples(size, torch.Generator().manual_seed(seed))


def test_recall_names_the_symbol_that_far_back():
    inputs, targets, distance = drawn(Task("recall", 16, 5))
    symbols = inputs[..., 0]
    assert targets[0, 9].tolist() == [symbols[0, 9 - back] for back in (1, 2, 4, 8)]
    assert targets[0, 3].tolist() == [symbols[0, 2], symbols[0, 1], SILENT, SILENT]
    assert distance[0, 0].tolist() == [1, 2, 4, 8]


def test_recall_asks_no_farther_than_it_may():
    task = Task("recall", 16, 5, farthest=4)
    inputs, targets, distance = drawn(task)
    symbols = inputs[..., 0]
    assert task.distances == (1, 2, 4)
    assert targets[0, 9].tolist() == [symbols[0, 9 - back] for back in (1, 2, 4)]
    assert distance[0, 0].tolist() == [1, 2, 4]


def test_lists_of_pairs_are_as_long_as_the_farthest_distance_allows():
    task = Task("pairs", 20, 4, farthest=8)  # four pairs and their questions: at most 7 back
    marks = drawn(task, size=1).inputs[0, :, 1].tolist()
    asks = "".join("?" if mark == 4 else "." for mark in marks)
    assert asks == "....????" + "....????" + "..??"
    assert (task.listed, task.distances) == (4, (4, 7))


def test_one_pair_at_a_time_by_hand():
    inputs, targets, distance = drawn(Task("pairs", 8, 4, farthest=1), size=1)
    (first, second), symbols = inputs[0, :4, 0].reshape(2, 2).T.tolist(), targets[0, :, 0].tolist()
    assert first == second
    assert symbols[::2] == [SILENT] * 4
    assert symbols[1::2] == inputs[0, ::2, 1].tolist()
    assert distance[0, 1::2, 0].tolist() == [1] * 4


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("recall", "B C B A A A C B A A C B"),
        ("pairs", "1C 4C 6A 3A 5B 2A 3? 2? 6? 5? 4? 1?"),
        ("parity", "0 1 1 0 0 1 0 0 0 1 0 0"),
    ],
)
def test_races_of_old_links_have_the_data_that_they_had(kind: TaskKind, words: str):
    """Written down before there was a farthest distance."""
    task = Task(kind, 12, 2 if kind == "parity" else 3)
    assert " ".join(task.words(drawn(task, seed=1, size=2).inputs[1])) == words
    assert Task("recall", 48).distances == (1, 2, 4, 8, 16, 32)
    assert Task("pairs", 48).distances == (4, 8, 16, 32, 47)


@given(task=tasks, seed=seeds)
def test_a_distance_that_no_answer_can_have_leaves_nothing_out(task: Task, seed: int):
    everything = drawn(replace(task, farthest=EVERYWHERE), seed)
    for farthest in (task.length - 1, task.length):
        found = drawn(replace(task, farthest=farthest), seed)
        assert all(map(torch.equal, found, everything))


@given(seed=seeds, half=st.integers(8, 20), farthest=st.integers(1, EVERYWHERE))
def test_every_key_is_asked_for_once_and_its_value_stands_that_far_back(
    seed: int, half: int, farthest: int
):
    inputs, targets, distance = drawn(Task("pairs", 2 * half, 4, farthest), seed, size=1)
    keys, marks = inputs[0].T.tolist()
    asking = [place for place in range(2 * half) if marks[place] == 4]
    assert [place for place in range(2 * half) if targets[0, place, 0] != SILENT] == asking
    assert sorted(keys[place] for place in asking) == list(range(5, 5 + half))
    for place in asking:
        answer = place - int(distance[0, place, 0])
        assert keys[answer] == keys[place]
        assert marks[answer] == int(targets[0, place, 0]) < 4


@given(task=tasks, seed=seeds)
def test_no_answer_lies_farther_back_than_is_allowed(task: Task, seed: int):
    asked = drawn(task, seed)
    found = asked.distance[asked.targets != SILENT]
    if task.kind != "parity":
        assert found.max() <= task.distances[-1] <= min(task.farthest, task.length - 1)
        assert task.distances[-1] > min(task.farthest, task.length - 1) / 2
    else:
        assert found.max() == task.distances[-1] == task.length


@given(seed=seeds)
def test_parity_tells_odd_from_even_at_every_place(seed: int):
    inputs, targets, distance = drawn(Task("parity", 16), seed, size=1)
    bits = inputs[0, :, 0].tolist()
    assert targets[0, :, 0].tolist() == [sum(bits[: n + 1]) % 2 for n in range(16)]
    assert distance[0, :, 0].tolist() == list(range(1, 17))


@given(task=tasks, seed=seeds)
def test_everything_that_is_asked_has_a_distance_that_is_shown(task: Task, seed: int):
    asked = drawn(task, seed)
    assert asked.inputs.max() < task.vocabulary
    assert asked.targets.max() < task.answers
    scored = asked.distance[asked.targets != SILENT]
    assert scored.min() > 0
    assert scored.max() <= task.distances[-1] <= task.length
    assert list(task.distances) == sorted(set(task.distances))


@given(task=tasks, seed=seeds)
def test_right_answers_are_right_and_guesses_are_as_good_as_chance(task: Task, seed: int):
    asked = drawn(task, seed, size=200)
    right = task.accuracy(asked.targets, asked)
    assert right[~torch.tensor(right).isnan().numpy()] == pytest.approx(1)
    guess = torch.randint(
        task.answers, asked.targets.shape, generator=torch.Generator().manual_seed(1)
    )
    far = (asked.targets != SILENT) & (asked.distance > ([0, *task.distances])[-2])
    spread = (task.chance * (1 - task.chance) / int(far.sum())) ** 0.5
    assert task.accuracy(guess, asked)[-1] == pytest.approx(task.chance, abs=5 * spread)


def test_accuracy_by_hand():
    task = Task("parity", 4)
    targets = torch.tensor([[[1], [0], [1], [1]]])
    asked = Examples(targets, targets, torch.arange(1, 5)[None, :, None])
    assert task.distances == (1, 2, 4)
    assert task.accuracy(torch.tensor([[[1], [1], [1], [0]]]), asked).tolist() == [1, 0, 0.5]


@given(task=tasks, seed=seeds)
def test_a_sequence_can_be_written_down_and_read_back(task: Task, seed: int):
    inputs = drawn(task, seed).inputs[0]
    assert task.inputs(task.words(inputs)).equal(inputs)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("recall", "Z"),
        ("recall", "AB"),
        ("parity", "2"),
        ("pairs", "99A"),
        ("pairs", "A?"),
        ("pairs", "3Z"),
    ],
)
def test_a_word_of_another_task_is_refused(kind: TaskKind, word: str):
    with pytest.raises(InputError, match="unknown_symbol"):
        Task(kind, 16, 4).inputs((word,))
    with pytest.raises(InputError, match="no_tokens"):
        Task(kind, 16, 4).inputs(())
