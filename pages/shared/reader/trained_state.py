"""What Explore is about when its numbers are learned ones: a network, a sequence, a layer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from core.architectures import Measured
from core.choices.explore import SOURCES, Choice
from core.choices.lesson import aimed, beside, opened_layer, said_after, shelf
from core.choices.training import AIMED, READERS, TrainingChoice, unfit
from core.errors import InputError
from core.sources.trained import TrainedSource
from core.sources.trained_layer import TrainedLayer, opened
from core.tokens import Tokens
from core.training.contenders import ATTENTION, Contender
from core.training.race import SLICE, Race, shown
from pages.shared.reader import edits, run, state, widgets
from pages.shared.reader.book import book
from pages.shared.reader.state import Asked, Scene
from pages.shared.server import learned
from pages.shared.server.jobs import Progress


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


def scene() -> tuple[Scene, Lesson | None]:
    """What Explore shows, and where its numbers were learned, if they were.

    To be called once a run, before any widget.
    """
    asked = state.asked(SOURCES)
    if asked.choice.source != "trained":
        return state.made(asked), None
    chosen = run.known(widgets.remembered(TrainingChoice, READERS))
    found, lesson = taught(asked, chosen)
    show_aim(chosen, lesson.choice)
    return found, lesson


def show_aim(chosen: TrainingChoice, aim: TrainingChoice) -> None:
    """Let widgets show what is opened, until the reader chooses something else."""
    widgets.show(**{name: getattr(aim, name) for name in AIMED})
    widgets.keep_own(**{name: getattr(chosen, name) for name in AIMED})


def taught(asked: Asked, training: TrainingChoice) -> tuple[Scene, Lesson]:
    """The scene with the numbers of a network; touches no widget."""
    tokens, problem = _read(training)
    words = tokens.kept
    edits.show(shelf(training))
    cells = edits.matrix_edits(shelf(training), words)
    at, first = opened_layer(training), learned.before(training, training.training_inside)
    last = learned.after(training, training.training_inside) or first
    training = aimed(
        training,
        words,
        *(opened(it, at).trace_of(words).layers[0].weights for it in (first, last)),
    )
    lesson = Lesson(
        training,
        opened(first, at),
        opened(last, at, cells),
        {
            name: learned.after(training, contender) or learned.before(training, contender)
            for name, contender in zip(
                ("recurrent", "convolutional"),
                beside(training, learned.right(training)),
                strict=True,
            )
        },
    )
    choice = _as_choice(asked.choice, lesson, words)
    found = Scene(choice, tokens, problem, asked.unusable, lesson.now, shelf(training))
    return found, lesson


def due(choice: TrainingChoice) -> tuple[Race, int] | None:
    """What was trained where the choice comes from, and is not here, if anything.

    At first the race itself, without the repetitions that only its own page shows; then who was
    trained in Explore.

    Returns:
        A race, and the snapshots it gave.
    """
    race, taught = replace(choice.race, seeds=1), choice.training_taught
    ran = race.contenders if choice.training_ran else ()
    if any(_lacking(choice, name) for name in ran if name not in taught):
        return race, min(choice.training_ran, race.snapshots)
    if any(_lacking(choice, name) for name in taught):
        rest = replace(race, contenders=taught)
        return rest, rest.snapshots
    return None


def take_up(choice: TrainingChoice) -> None:
    """Train what is due, if a link asks for it or the session has trained nothing of its own.

    Nothing is taken up twice, unless the server left it: else two races that drive out each
    other's numbers would be trained in turns.
    """
    wanted, found = due(choice), run.progress("lesson")
    if wanted is None or (found and found.busy) or unfit(wanted[0]):
        return
    asked = book()["arrival"] or not (run.called("lesson") or run.called("training"))
    asked = asked or (run.was_run_again("lesson") and _came_to_its_goal(found))
    news = asked and not run.was_taken_up(*wanted, "lesson")
    if news or run.was_left(wanted[0], "lesson"):
        run.run_again(*wanted, paused=False, name="lesson")


def note(choice: TrainingChoice, found: Progress | None) -> None:
    """Let links say what was trained here; what was broken off is not trained again by itself."""
    if found is None:
        return
    stopped = found.state == "stopped" and not _came_to_its_goal(found)
    again = run.was_run_again("lesson")
    said = said_after(choice, found.race, found.ran, stopped=stopped, again=again)
    if said:
        run.note(choice, **said)


def _came_to_its_goal(found: Progress | None) -> bool:
    return found is not None and len(found.snapshots) >= found.goal


def _lacking(choice: TrainingChoice, name: Contender) -> bool:
    """Whether a network that may be shown has learned less here than the choice says."""
    found = learned.after(choice, name)
    seen = name == choice.training_inside or name not in ATTENTION
    return seen and (found.step if found else 0) < choice.reached(name)


def _read(choice: TrainingChoice) -> tuple[Tokens, InputError | None]:
    """The sequence, as much of it as is shown; the held-out one in place of what makes none."""
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
    """What the network does, in the words of a choice, for views that read one."""
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
