"""What Explore is about when its numbers are learned ones: a network, a sequence, a layer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from core.architectures import Measured
from core.choices.explore import Choice
from core.choices.lesson import beside, opened_layer, shelf
from core.choices.training import READERS, TrainingChoice
from core.errors import InputError
from core.sources.trained import TrainedLayer, TrainedSource, opened
from core.tokens import Tokens
from core.training.race import Race, shown
from pages.shared import edits, learned, state
from pages.shared.state import Scene


class Lesson(NamedTuple):
    """A trained network, opened at one of its layers, and what stands beside it.

    Attributes:
        choice: Its task, its layer, the cell that is looked at.
        before: The layer before the first step, nothing changed by hand.
        now: The layer that is shown: after the last step, if it was trained on this server.
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
    def missing(self) -> Race | None:
        """What has to be trained so that all of them have learned, if anything."""
        networks = (self.now.whole, *self.beside.values())
        names = tuple(it.contender for it in networks if not it.step)
        return replace(self.choice.race, contenders=names, seeds=1) if names else None

    def measured(self, words: tuple[str, ...]) -> dict[str, Measured]:
        """What the answers of each network feel."""
        return {name: learned.measured(it, words) for name, it in self.shown.items()}


def scene() -> tuple[Scene, Lesson | None]:
    """What Explore shows, and where its numbers were learned, if they were.

    To be called once a run, before any widget.
    """
    found = state.scene(("handset", "seeded", "trained"))
    if found.choice.source != "trained":
        return found, None
    return taught(found, state.remembered(TrainingChoice, READERS))


def taught(it: Scene, training: TrainingChoice) -> tuple[Scene, Lesson]:
    """A scene with the numbers of a network in place of the choice's own; touches no widget."""
    tokens, problem = _read(training)
    words = tokens.kept
    training = replace(
        training,
        training_query=min(training.training_query, len(words) - 1),
        training_key=min(training.training_key, len(words) - 1),
    )
    cells = edits.matrix_edits(shelf(training), words)
    at, first = opened_layer(training), learned.before(training, training.training_inside)
    lesson = Lesson(
        training,
        opened(first, at),
        opened(learned.after(training, training.training_inside) or first, at, cells),
        {
            name: learned.after(training, contender) or learned.before(training, contender)
            for name, contender in zip(
                ("recurrent", "convolutional"), beside(training), strict=True
            )
        },
    )
    choice = _as_choice(it.choice, lesson, words)
    found = Scene(choice, tokens, problem, it.unusable, lesson.now, shelf(training))
    return found, lesson


def _read(it: TrainingChoice) -> tuple[Tokens, InputError | None]:
    """The sequence, as much of it as is shown; the held-out one in place of what makes none."""
    task = it.race.design.task
    words = tuple(it.training_sequence.split())
    held_out = shown(task, it.training_seed)
    if not words:
        return Tokens(held_out, len(held_out)), None
    try:
        task.inputs(words)
    except InputError as problem:
        return Tokens(held_out, len(held_out)), problem
    return Tokens(words[: len(held_out)], len(words)), None


def _as_choice(choice: Choice, it: Lesson, words: tuple[str, ...]) -> Choice:
    """What the network does, in the words of a choice, for views that read one."""
    sizes, rules, training = it.now.sizes, it.now.rules, it.choice
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
        edits=it.now.edits,
        blocked=(),
    )
