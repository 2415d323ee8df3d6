"""What can be taken away from the page about training, once a race is over."""

from dataclasses import replace

import numpy as np

from core.arrays import Array
from core.reader.training import TrainingChoice, aimed, chosen_race
from core.sources.trained import TrainedSource
from core.taken.report import Section, Table
from core.training.contenders import ATTENTION, LEARNING_RATES, Contender
from core.training.learning import latest, losses, reliable
from core.training.race import shown, sizes
from pages.shared.reader.race import shown_training
from pages.shared.reader.session import reader
from pages.shared.reports.chosen import settings
from pages.shared.reports.race import race_settings
from pages.shared.reports.taken import Taken, heading
from pages.shared.server.worker import Progress
from pages.shared.text import Text
from pages.shared.views.contenders import (
    accuracy_title,
    across,
    contender,
    distances,
    explained,
    sees,
)
from pages.shared.views.race import stands

_LOOKS = ("training_inside", "training_layer", "training_head", "training_query", "training_key")
_COLUMNS = ("parameters", "rate", "sees", "seconds", "reliable", "farthest")


def taken(text: Text) -> Taken | None:
    """How the contenders fared, and what was learned; nothing while they run."""
    found = shown_training()
    if found is None or found.busy or not found.snapshots:
        return None
    race = chosen_race(found.race)
    return Taken(
        lead=text(f"training_task.{race.training_task}"),
        origin=stands(text, found),
        sections=lambda: _sections(text, reader().record(TrainingChoice), found),
        caveats=("luck", "task", "importance"),
        reading=_reading(text, found),
    )


def _sections(text: Text, looks: TrainingChoice, progress: Progress) -> tuple[Section, ...]:
    at = _looking(looks, progress)
    trained = race_settings(text, chosen_race(progress.race), *_LOOKS)
    seen = race_settings(text, at) if at else {}
    return (
        settings(text, trained | {name: seen[name] for name in _LOOKS if name in seen}),
        _results(text, progress),
        _losses(text, progress),
    )


def _results(text: Text, progress: Progress) -> Section:
    """Every contender in numbers, and its right answers by distance."""
    design, task = progress.race.design, progress.race.design.task
    table, accuracy = [], []
    for name, parameters in zip(
        progress.race.contenders, sizes(progress.race.contenders, design), strict=True
    ):
        said, cells = contender(text, name, design), ["–", "–", "–"]
        if name in progress.begun:
            each = latest(progress.snapshots, name)
            level = each.mean(axis=0)
            far = str(reliable(level, task.distances) or "–")
            cells = [f"{progress.took(name):.1f}", far, f"{level[-1]:.0%}"]
            accuracy.append([said, *map(_with_spread, each.T)])
        rate = f"{LEARNING_RATES[name]:g}"
        table.append([said, f"{parameters:,}", rate, sees(text, name, design), *cells])
    columns = [text(f"training.column.{name}") for name in _COLUMNS]
    title = f"{heading(accuracy_title(text, task))} ({across(text, task)})"
    tables = [Table("", columns, table), Table(title, distances(task), accuracy)]
    return Section(text("report.fared"), [explained(text, task)], tables=tables)


def _losses(text: Text, progress: Progress) -> Section:
    """Of every contender, mean over seeds, at every step that was looked at."""
    steps = sorted({snapshot.step for snapshot in progress.snapshots})
    means = [_mean(losses(progress.snapshots, name)) for name in progress.begun]
    columns = [contender(text, name, progress.race.design) for name in progress.begun]
    rows = [
        [str(step), *("–" if np.isnan(mean[at]) else f"{mean[at]:.4f}" for mean in means)]
        for at, step in enumerate(steps)
    ]
    table = Table("", columns, rows, text("axis.training_step"))
    return Section(heading(text("training.loss")), tables=[table])


def _with_spread(shares: Array) -> str:
    """The mean of several runs, and the worst and the best of them."""
    mean = f"{shares.mean():.3f}"
    return mean if len(shares) == 1 else f"{mean} ({shares.min():.3f}–{shares.max():.3f})"


def _mean(losses_of_seeds: Array) -> Array:
    """Over the seeds that have come that far."""
    known = ~np.isnan(losses_of_seeds)
    total = np.where(known, losses_of_seeds, 0.0).sum(axis=0)
    return np.divide(total, known.sum(axis=0), out=np.full(total.shape, np.nan), where=known.any(0))


def _reading(text: Text, progress: Progress) -> tuple[str, ...]:
    """What the maps show, and on which sequence."""
    words = " ".join(shown(progress.race.design.task, progress.race.seed))
    inside = text("training.inside.sequence", words=words)
    return text("report.rows"), text("report.influence"), inside


def _looking(looks: TrainingChoice, progress: Progress) -> TrainingChoice | None:
    """Where the page's maps of attention look; ``None`` if no attention was trained."""
    seed, design = progress.race.seed, progress.race.design
    whole: list[Contender] = [
        name for name in ATTENTION if len(progress.networks.get((name, seed), ())) == 2
    ]
    if not whole:
        return None
    name = looks.training_inside if looks.training_inside in whole else whole[0]
    words = shown(design.task, seed)
    traces = [
        TrainedSource(name, design, end.parameters or {}, seed, end.step).trace(" ".join(words))
        for end in progress.networks[name, seed]
    ]
    layers = [trace.layers[min(looks.training_layer, len(trace.layers) - 1)] for trace in traces]
    return aimed(replace(looks, training_inside=name), words, *(layer.weights for layer in layers))
