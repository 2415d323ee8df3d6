"""What a reader chooses on the page about training, and how a run is repeated from a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from core.choices import reading
from core.choices.reading import Reader
from core.errors import InputError
from core.training.contenders import ATTENTION, CONTENDERS, Contender, Design
from core.training.networks import STATES
from core.training.race import SLICE, Race, sizes
from core.training.tasks import EVERYWHERE, Task, TaskKind

LIMITS: Mapping[str, tuple[int, int]] = {
    "training_length": (16, EVERYWHERE),
    "training_symbols": (2, 16),
    "training_layers": (1, 2),
    "training_steps": (50, 1000),
    "training_seed": (0, 999_999),
    "training_seeds": (1, 3),
    "training_layer": (0, 1),
    "training_head": (-1, 7),
    "training_query": (0, 63),
    "training_key": (-1, 63),
    "training_ran": (0, 3_000),
}
"""The smallest and the largest value of each number."""

AUTOMATIC = -1
"""The head, or the key, that tells most of the training: until a reader chooses one."""

AIMED = ("training_inside", "training_head", "training_key")
"""Fields that pages may show otherwise than they were chosen: links hold what was chosen."""

RUN = ("training_ran", "training_paused", "training_taught")
"""Fields that say what was run with these settings, so that it can be run again; no settings."""

DISTANCES = (4, 8, 16, 32, EVERYWHERE)
"""How far back answers may lie, to choose from, in tokens; the last one leaves nothing out."""

FIELDS = (7, 15, 31, 63)
"""Receptive fields to choose from, in tokens."""

BUDGETS = (8_000, 15_000, 30_000)
"""Parameters to choose from."""

LONGEST_SEQUENCE = 2_000
"""Characters."""


@dataclass(frozen=True)
class TrainingChoice:
    """What is trained, and where the reader looks afterwards.

    Attributes:
        training_task: What is to be learned.
        training_length: Tokens of a sequence, even.
        training_symbols: How many different ones there are to name.
        training_distance: How far back answers may lie, one of ``DISTANCES``.
        training_contenders: Who takes part, in the order of ``CONTENDERS``.
        training_state: Numbers that linear attention keeps, one of ``STATES``.
        training_field: Tokens that the CNN sees, one of ``FIELDS``.
        training_layers: Of attention.
        training_budget: Parameters of each contender, one of ``BUDGETS``.
        training_steps: Steps that each contender learns.
        training_seed: Of the first run.
        training_seeds: How many runs.
        training_inside: Whose attention is opened.
        training_layer: Which of its layers, from 0.
        training_head: Which head, from 0; or ``AUTOMATIC``.
        training_query: Which token asks, from 0.
        training_key: Which token is asked about, from 0; or ``AUTOMATIC``.
        training_sequence: What the opened network reads, symbols with blanks between them; empty
            for a sequence that no step learned from.
        training_ran: Snapshots that the race has given, or is about to; 0 if none has begun.
        training_paused: Whether it was set aside there, to go on.
        training_taught: Who was trained to the end in Explore, whether they take part or not.
    """

    training_task: TaskKind = "recall"
    training_length: int = 48
    training_symbols: int = 8
    training_distance: int = EVERYWHERE
    training_contenders: tuple[Contender, ...] = (
        "relative",
        "sinusoidal",
        "rnn",
        "lstm",
        "gru",
        "linear",
        "cnn",
        "wide_cnn",
    )
    training_state: int = STATES[-1]
    training_field: int = 15
    training_layers: int = 1
    training_budget: int = 15_000
    training_steps: int = 150
    training_seed: int = 0
    training_seeds: int = 1
    training_inside: Contender = "relative"
    training_layer: int = 0
    training_head: int = AUTOMATIC
    training_query: int = 20
    training_key: int = AUTOMATIC
    training_sequence: str = ""
    training_ran: int = 0
    training_paused: bool = False
    training_taught: tuple[Contender, ...] = ()

    @property
    def race(self) -> Race:
        """What is trained."""
        sizes = self.training_length, self.training_symbols, self.training_distance
        task = Task(self.training_task, *sizes)
        limits = self.training_budget, self.training_layers
        return Race(
            Design(task, *limits, self.training_field, self.training_state),
            self.training_contenders,
            self.training_steps,
            self.training_seed,
            self.training_seeds,
        )

    def reached(self, contender: Contender) -> int:
        """Steps that a contender has learned with the first seed; all, if that is not known."""
        race, ran = self.race, self.training_ran
        if not ran or contender in self.training_taught or contender not in race.contenders:
            return SLICE * race.slices
        return race.learned(contender, ran)


def unfit(race: Race) -> InputError | None:
    """Why these contenders cannot race, if so."""
    if not race.contenders:
        return InputError("training_nobody")
    try:
        sizes(race.contenders, race.design)
    except InputError as reason:
        return reason
    return None


def chosen_race(race: Race) -> TrainingChoice:
    """The choice that a race came from, looking at nothing in particular."""
    design = race.design
    return TrainingChoice(
        training_task=design.task.kind,
        training_length=design.task.length,
        training_symbols=design.task.symbols,
        training_distance=design.task.farthest,
        training_contenders=race.contenders,
        training_state=design.state,
        training_field=design.field,
        training_layers=design.layers,
        training_budget=design.budget,
        training_steps=race.steps,
        training_seed=race.seed,
        training_seeds=race.seeds,
    )


def _even(raw: object) -> int:
    value = reading.whole(*LIMITS["training_length"])(raw)
    if value % 2:
        raise ValueError
    return value


def _contenders(raw: object) -> tuple[str, ...]:
    named = {reading.one_of(CONTENDERS)(name) for name in reading.sequence(raw)}
    return tuple(name for name in CONTENDERS if name in named)


def _among(options: tuple[int, ...]) -> Reader:
    def read_among(raw: object) -> int:
        value = reading.whole(options[0], options[-1])(raw)
        if value not in options:
            raise ValueError
        return value

    return read_among


READERS: Mapping[str, Reader] = {
    **{name: reading.whole(*limits) for name, limits in LIMITS.items()},
    "training_task": reading.one_of(get_args(TaskKind)),
    "training_length": _even,
    "training_contenders": _contenders,
    "training_distance": _among(DISTANCES),
    "training_field": _among(FIELDS),
    "training_state": _among(STATES),
    "training_budget": _among(BUDGETS),
    "training_inside": reading.one_of(ATTENTION),
    "training_sequence": reading.text(LONGEST_SEQUENCE),
    "training_paused": reading.flag,
    "training_taught": _contenders,
}
"""What makes a value of a field usable."""

RACE_READERS: Mapping[str, Reader] = {
    name: reader for name, reader in READERS.items() if name != "training_sequence"
}
"""Those of the page about training: it shows a sequence of its own."""
