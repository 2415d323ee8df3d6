"""Questions about a task before anything is trained on it: what can be known beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from numpy.random import Generator

from core.questions.question import Kind, Listed, Name, Question, numbers, one
from core.training.tasks import Task


@dataclass(frozen=True)
class Trained:
    """The task that is to be trained.

    Attributes:
        task: To be learned.
        field: Tokens that the CNN sees, itself included.
        fields: To choose from.
    """

    task: Task
    field: int
    fields: tuple[int, ...]


def chance(trained: Trained, draw: Generator) -> Question | None:
    """Ask: which part of the answers does guessing get right, with other symbols?"""
    symbols = one([s for s in (3, 4, 5, 10, 16) if s != trained.task.symbols], draw)
    task = replace(trained.task, symbols=symbols)
    parts = dict.fromkeys(f"{part:.1%}" for part in (0, task.chance, 1 / symbols, 0.5))
    options = tuple(sorted(parts, key=lambda part: float(part[:-1])))
    return Question(
        "chance",
        {"symbols": str(symbols), "task": Name("training_task", task.kind)},
        options,
        options.index(f"{task.chance:.1%}"),
        {"chance": f"{task.chance:.1%}", "answers": str(task.answers)},
    )


def in_sight(trained: Trained, draw: Generator) -> Question | None:
    """Ask: how far back can an answer lie for a CNN with another field to see it?"""
    field = one([field for field in trained.fields if field != trained.field], draw)
    distances = _recalled(trained.task)
    seen = [distance for distance in distances if distance < field]
    if not seen or seen == distances:
        return None
    return Question(
        "in_sight",
        {"field": str(field), "distances": Listed(tuple(str(it) for it in distances))},
        *numbers(seen[-1], *_around(distances, seen[-1])),
        {"back": str(field - 1), "found": str(seen[-1])},
    )


def enough(trained: Trained, draw: Generator) -> Question | None:
    """Ask: which is the smallest field that sees an answer this far back?"""
    distance = one(_recalled(trained.task), draw)
    wide = [field for field in trained.fields if field > distance]
    if not wide:
        return None
    options = tuple(str(field) for field in trained.fields)
    return Question(
        "enough",
        {"distance": str(distance)},
        options,
        trained.fields.index(wide[0]),
        {"tokens": str(distance + 1), "field": str(wide[0])},
    )


def _recalled(task: Task) -> list[int]:
    """Exact distances, as recall has them, whatever the task."""
    return list(replace(task, kind="recall").distances)


def _around(distances: Sequence[int], found: int) -> list[int]:
    """Other distances, the nearest first."""
    place = list(distances).index(found)
    order = sorted(range(len(distances)), key=lambda other: abs(other - place))
    return [distances[other] for other in order if other != place]


KINDS: tuple[Kind, ...] = (in_sight, chance, enough)
