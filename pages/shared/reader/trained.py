"""Explore with numbers that were learned here: a network, a sequence, a layer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from core.architectures import Measured
from core.errors import InputError
from core.reader.cells import matrix_edits
from core.reader.explore import Choice
from core.reader.reader import Reader
from core.reader.scene import Scene, scene_of
from core.reader.training import TrainingChoice, aimed, beside
from core.sources.trained import TrainedSource
from core.sources.trained_layer import TrainedLayer, opened
from core.tokens import Tokens
from core.training.race import SLICE, Race, shown
from pages.shared.reader.head import opened_head
from pages.shared.server import learned
from pages.shared.server.gate import Waiting


class Lesson(NamedTuple):
    """A trained network, opened at one of its layers, and what stands beside it.

    Attributes:
        choice: Its task, its layer, the cell that is looked at.
        before: The layer before the first step, nothing changed by hand.
        now: The layer that is shown: as far as it was trained on this server.
        beside: The recurrent net and the CNN, as far as they were trained, by their names in
            influence maps.
    """

    choice: TrainingChoice
    before: TrainedLayer
    now: TrainedLayer
    beside: Mapping[str, TrainedSource]

    @property
    def trained(self) -> bool:
        """Whether the numbers that are shown were learned."""
        return self.now.whole.step > 0

    @property
    def shown(self) -> dict[str, TrainedSource | TrainedLayer]:
        """All three, by their names in influence maps."""
        return {"attention": self.now, **self.beside}

    @property
    def wanted(self) -> int:
        """Steps that all of them should have learned."""
        return SLICE * self.choice.race.slices

    @property
    def unfinished(self) -> tuple[TrainedSource, ...]:
        """Those that have learned less."""
        networks = (self.now.whole, *self.beside.values())
        return tuple(it for it in networks if it.step < self.wanted)

    @property
    def missing(self) -> Race | None:
        """What has to be trained so that all of them have learned, if anything."""
        names = tuple(it.contender for it in self.unfinished)
        return replace(self.choice.race, contenders=names, seeds=1) if names else None

    def measured(self, words: tuple[str, ...]) -> dict[str, Measured]:
        """What the answers of each network feel."""
        return {name: learned.measured(it, words) for name, it in self.shown.items()}


def explored(reader: Reader, told: Waiting) -> tuple[Scene, Lesson | None]:
    """Give what Explore shows, and where its numbers were learned, if they were.

    Raises:
        InputError: If it is a model's head, as :func:`opened_head`.
    """
    if reader["source"] == "basis":
        return opened_head(reader, told), None
    if reader["source"] != "trained":
        return scene_of(reader), None
    return opened_network(reader)


def opened_network(reader: Reader) -> tuple[Scene, Lesson]:
    """Open a layer of the reader's race, as far as this server has trained it."""
    training = reader.record(TrainingChoice)
    tokens, problem = _read(training)
    words, on = tokens.kept, training.shelf
    cells = matrix_edits(reader.edits.get(on, {}), words)
    at, first = training.opened_layer, learned.before(training, training.training_inside)
    last = learned.after(training, training.training_inside) or first
    weights = [opened(it, at).trace_of(words).layers[0].weights for it in (first, last)]
    training = aimed(training, words, *weights)
    others = zip(
        ("recurrent", "convolutional"), beside(training, learned.right(training)), strict=True
    )
    networks = {
        name: learned.after(training, contender) or learned.before(training, contender)
        for name, contender in others
    }
    lesson = Lesson(training, opened(first, at), opened(last, at, cells), networks)
    choice = _as_choice(reader.record(Choice), lesson, words)
    return Scene(choice, tokens, problem, lesson.now, on), lesson


def _read(choice: TrainingChoice) -> tuple[Tokens, InputError | None]:
    """Read the sequence, as much of it as is shown; the held-out one in place of what is none."""
    task = choice.race.design.task
    words = tuple(choice.training_sequence.split())
    held_out = shown(task, choice.training_seed)
    if not words:
        return Tokens(held_out, len(held_out)), None
    kept = words[: len(held_out)]
    try:
        task.inputs(kept)
    except InputError as problem:
        return Tokens(held_out, len(held_out)), problem
    return Tokens(kept, len(words)), None


def _as_choice(choice: Choice, lesson: Lesson, words: tuple[str, ...]) -> Choice:
    """Say what the network does as a choice, for views that read one."""
    sizes, rules, training = lesson.now.sizes, lesson.now.rules, lesson.choice
    return replace(
        choice,
        sentence=" ".join(words),
        unit="words",
        **vars(sizes),
        scaled=rules.scaled,
        temperature=rules.temperature,
        mask=rules.mask.kind,
        positions=rules.positions,
        seed=training.training_seed,
        head=training.training_head,
        query=training.training_query,
        key=training.training_key,
        edits=lesson.now.edits,
        blocked=(),
    )
