"""What a network answers at one place of a sequence, beside what would be right."""

from typing import NamedTuple, assert_never

from core.arrays import Array
from core.training.tasks import LETTERS, Task


class Answer(NamedTuple):
    """One question at one place.

    Attributes:
        distance: How many tokens back lies what is asked for; in ``parity`` how many are counted.
        given: The symbol with the highest score.
        right: The symbol asked for; in ``parity`` 1 for odd.
    """

    distance: int
    given: str
    right: str


def answers(task: Task, words: tuple[str, ...], place: int, scores: Array) -> tuple[Answer, ...]:
    """The questions that are asked there; none at a token of ``pairs`` that asks for nothing.

    Args:
        task: What was learned.
        words: The sequence, as `Task.words` writes it.
        place: Where is asked, from 0.
        scores: ``(token, question, answer)``.
    """
    symbols = "01" if task.kind == "parity" else LETTERS
    given = [symbols[best] for best in scores[place].argmax(axis=-1)]
    if task.kind == "recall":
        return tuple(
            Answer(distance, symbol, words[place - distance])
            for distance, symbol in zip(task.distances, given, strict=True)
            if distance <= place
        )
    if task.kind == "parity":
        return (Answer(place + 1, given[0], str(words[: place + 1].count("1") % 2)),)
    return tuple(
        Answer(place - told, given[0], words[told][-1]) for told in right_places(task, words, place)
    )


def right_places(task: Task, words: tuple[str, ...], place: int) -> tuple[int, ...]:
    """Where the right answers to the questions that are asked there stand, from 0.

    None where nothing is asked, and in ``parity``, whose answer stands nowhere.
    """
    match task.kind:
        case "recall":
            return tuple(place - distance for distance in task.distances if distance <= place)
        case "pairs":
            key, mark = words[place][:-1], words[place][-1]
            told = [at for at in range(place) if words[at][:-1] == key and words[at][-1] != "?"]
            return tuple(told[-1:]) if mark == "?" else ()
        case "parity":
            return ()
        case unknown:
            assert_never(unknown)
