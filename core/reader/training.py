"""Choices of a race, and of the trained layer of it that Explore opens."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.arrays import Array
from core.errors import InputError
from core.reader.fields import among, line, several, whole, word
from core.training.answers import right_places
from core.training.contenders import (
    ATTENTION,
    CONTENDERS,
    CONVOLUTIONAL,
    RECURRENT,
    Contender,
    Design,
)
from core.training.networks import STATES
from core.training.race import Race, sizes
from core.training.tasks import EVERYWHERE, Task, TaskKind

AUTOMATIC = -1
"""The head, or the key, that tells most of the training: until a reader chooses one."""

AIMED = ("training_inside", "training_head", "training_key")
"""Fields that pages show otherwise than they were chosen: what they open, if that was left open."""

DISTANCES = (4, 8, 16, 32, EVERYWHERE)
"""How far back answers may lie, to choose from, in tokens; the last one leaves nothing out."""

FIELDS = (7, 15, 31, 63)
"""Receptive fields to choose from, in tokens."""

BUDGETS = (8_000, 15_000, 30_000)
"""Parameters to choose from."""

LONGEST_SEQUENCE = 2_000
"""Characters."""

_FIRST = ("relative", "sinusoidal", "rnn", "lstm", "gru", "cnn", "wide_cnn")
_USUAL = tuple(name for name in CONTENDERS if name in (*_FIRST, "linear"))
_ASKED = ("training_task", ("recall", "pairs"))  # odd or even has no symbols and no distance


@dataclass(frozen=True)
class TrainingChoice:
    """What is trained, and where the reader looks afterwards; places count from 0."""

    training_task: TaskKind = word("recall", TaskKind)
    training_length: int = whole(48, 16, EVERYWHERE, step=2)  # tokens of a sequence
    training_symbols: int = whole(8, 2, 16, only_with=_ASKED)
    training_distance: int = among(EVERYWHERE, DISTANCES, only_with=_ASKED)
    training_contenders: tuple[Contender, ...] = several(_USUAL, CONTENDERS, was={1: _FIRST})
    training_field: int = among(15, FIELDS)  # tokens that the CNN sees
    training_layers: int = whole(1, 1, 2)  # of attention
    training_state: int = among(STATES[-1], STATES)  # numbers that linear attention keeps
    training_budget: int = among(15_000, BUDGETS)  # parameters of each contender
    training_steps: int = whole(150, 50, 1000)
    training_seed: int = whole(0, 0, 999_999)  # of the first run
    training_seeds: int = whole(1, 1, 3)  # runs
    training_inside: Contender = word("relative", ATTENTION)  # whose attention is opened
    training_layer: int = whole(0, 0, 1, place=True)
    training_head: int = whole(AUTOMATIC, AUTOMATIC, 7, place=True)
    training_query: int = whole(20, 0, 63, place=True)
    training_key: int = whole(AUTOMATIC, AUTOMATIC, 63, place=True)
    training_sequence: str = line("", LONGEST_SEQUENCE)  # empty: one that no step learned from

    @property
    def race(self) -> Race:
        """What is trained."""
        lengths = self.training_length, self.training_symbols, self.training_distance
        return Race(
            Design(
                Task(self.training_task, *lengths),
                self.training_budget,
                self.training_layers,
                self.training_field,
                self.training_state,
            ),
            self.training_contenders,
            self.training_steps,
            self.training_seed,
            self.training_seeds,
        )

    @property
    def opened_layer(self) -> int:
        """The layer that is looked at: one that exists."""
        return min(self.training_layer, self.training_layers - 1)

    @property
    def shelf(self) -> str:
        """The shelf of the opened layer's edits: two races, or two layers, never share one."""
        names = _SHELF if self.training_distance == EVERYWHERE else _LIMITED
        settings = {name: str(getattr(self, name)) for name in names}
        settings["training_layer"] = str(self.opened_layer)
        return " ".join(["trained", *settings.values()])


_SHELF = (
    *("training_task", "training_length", "training_symbols", "training_budget"),
    *("training_layers", "training_field", "training_inside", "training_seed", "training_steps"),
    "training_layer",
)
"""What decides the numbers of a layer."""

_LIMITED = (*_SHELF, "training_distance")
"""The same where answers lie no farther back than the reader allows."""


def shelf_settings(words: list[str]) -> dict[str, str]:
    """Name the settings that follow ``trained`` in a shelf's name.

    Raises:
        ValueError: If they are too few or too many.
    """
    names = _LIMITED if len(words) > len(_SHELF) else _SHELF
    return dict(zip(names, words, strict=True))


def unfit(race: Race) -> InputError | None:
    """Say why these contenders cannot race, if so."""
    if not race.contenders:
        return InputError("training_nobody")
    try:
        sizes(race.contenders, race.design)
    except InputError as reason:
        return reason
    return None


def chosen_race(race: Race) -> TrainingChoice:
    """Give the choice that a race came from, looking at nothing in particular."""
    design = race.design
    return TrainingChoice(
        training_task=design.task.kind,
        training_length=design.task.length,
        training_symbols=design.task.symbols,
        training_distance=design.task.farthest,
        training_contenders=race.contenders,
        training_field=design.field,
        training_state=design.state,
        training_layers=design.layers,
        training_budget=design.budget,
        training_steps=race.steps,
        training_seed=race.seed,
        training_seeds=race.seeds,
    )


def beside(
    choice: TrainingChoice, right: Mapping[Contender, float] | None = None
) -> tuple[Contender, Contender]:
    """Choose the recurrent net and the CNN that are looked at besides: the best that take part.

    Args:
        choice: The choice.
        right: The share of right answers of those that have learned.
    """
    return _best_of(RECURRENT, choice, right or {}), _best_of(CONVOLUTIONAL, choice, right or {})


def aimed(
    choice: TrainingChoice, words: tuple[str, ...], before: Array, after: Array
) -> TrainingChoice:
    """Point at a query, a head and a key that exist.

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
