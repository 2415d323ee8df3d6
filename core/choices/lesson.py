"""What of a race is opened in Explore: a layer, what stands beside it, where its edits lie."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.arrays import Array
from core.choices.training import AUTOMATIC, READERS, TrainingChoice
from core.training.answers import right_places
from core.training.contenders import CONTENDERS, CONVOLUTIONAL, RECURRENT, Contender
from core.training.race import Race
from core.training.tasks import EVERYWHERE

_SHELF = (
    *("training_task", "training_length", "training_symbols", "training_budget"),
    *("training_layers", "training_field", "training_inside", "training_seed", "training_steps"),
    "training_layer",
)
"""What decides the numbers of a layer."""

_LIMITED = (*_SHELF, "training_distance")
"""The same where answers lie no farther back than the reader allows."""


def opened_layer(choice: TrainingChoice) -> int:
    """The layer that is looked at, from 0: one that exists."""
    return min(choice.training_layer, choice.training_layers - 1)


def beside(
    choice: TrainingChoice, right: Mapping[Contender, float] | None = None
) -> tuple[Contender, Contender]:
    """The recurrent net and the CNN that are looked at besides: the best of those who take part.

    Args:
        choice: The choice.
        right: Which part of the answers of those who have learned is right.
    """
    return _best_of(RECURRENT, choice, right or {}), _best_of(CONVOLUTIONAL, choice, right or {})


def said_after(
    choice: TrainingChoice, race: Race, ran: int, *, stopped: bool, again: bool
) -> dict[str, object]:
    """What the choice is to say of what was trained, after a race in Explore; the rest stays.

    Args:
        choice: The choice.
        race: What is trained, or was.
        ran: Snapshots that it gives where nothing breaks it off but the reader.
        stopped: Whether the reader did, before its end.
        again: Whether it began by itself.
    """
    whole = replace(choice.race, seeds=1)
    if replace(race, contenders=whole.contenders) != whole:
        return {}  # of other settings
    if again and race == whole and choice.training_ran:
        return {"training_ran": ran} if stopped else {}
    taught = {*choice.training_taught, *race.contenders}
    if stopped:
        taught -= {*race.contenders}
    return {"training_taught": tuple(name for name in CONTENDERS if name in taught)}


def shelf(choice: TrainingChoice) -> str:
    """Where edits of the opened layer lie: two races, or two layers, never share them."""
    names = _SHELF if choice.training_distance == EVERYWHERE else _LIMITED
    settings = {name: str(getattr(choice, name)) for name in names}
    settings["training_layer"] = str(opened_layer(choice))
    return " ".join(["trained", *settings.values()])


def check_shelf(settings: Sequence[str]) -> None:
    """Check what follows ``trained`` in a shelf's name.

    Raises:
        ValueError: If no choice of ours has such a shelf.
    """
    names = _LIMITED if len(settings) > len(_SHELF) else _SHELF
    for name, word in zip(names, settings, strict=True):
        READERS[name](word)


def aimed(
    choice: TrainingChoice, words: tuple[str, ...], before: Array, after: Array
) -> TrainingChoice:
    """The choice with a query, a head and a key that exist.

    A key that is left open becomes a place where a right answer stands, a head the one that gives
    it most weight. Where there is no such place, both become what changed most in the query's row;
    where nothing has changed, the heaviest weight.

    Args:
        choice: The choice.
        words: What is read.
        before: ``(head, query, key)``, weights before the first step.
        after: The same, later.
    """
    query, last = min(choice.training_query, after.shape[1] - 1), after.shape[2] - 1
    right = np.isin(np.arange(last + 1), right_places(choice.race.design.task, words, query))
    change = np.abs(after - before)[:, query]
    row = after[:, query] if right.any() or not change.any() else change  # (head, key)
    fits = np.ones(row.shape, dtype=bool)
    if choice.training_head != AUTOMATIC:
        fits &= np.arange(len(row))[:, None] == choice.training_head
    if choice.training_key != AUTOMATIC:
        fits &= np.arange(last + 1) == min(choice.training_key, last)
    elif right.any():
        fits &= right
    head, key = divmod(int(np.where(fits, row, -1.0).argmax()), last + 1)
    return replace(choice, training_head=head, training_query=query, training_key=key)


def _best_of(
    family: tuple[Contender, ...], choice: TrainingChoice, right: Mapping[Contender, float]
) -> Contender:
    present: list[Contender] = [name for name in family if name in choice.training_contenders]
    return max(present or family[:1], key=lambda name: right.get(name, 0.0))
