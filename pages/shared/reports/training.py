"""What can be taken away from the page about training, once a race is over."""

import numpy as np

from core.arrays import Array
from core.choices.training import READERS, TrainingChoice, chosen_race
from core.sources.trained import TrainedSource
from core.taken.picture import Map
from core.taken.report import Section, Table
from core.training.contenders import ATTENTION, Contender
from core.training.learning import latest, losses, reliable
from core.training.race import shown, sizes
from pages.shared.jobs import Progress
from pages.shared.reports import taken as common
from pages.shared.reports.taken import Taken, bare, chosen, heading, picture, told_origin
from pages.shared.text import Text
from pages.shared.views.training.contenders import contender, distances, sees
from pages.shared.views.training.inside import felt_maps
from pages.shared.views.training.run import progress

_FIELDS = ("task", "length", "symbols", "steps", "layers", "seeds", "field", "budget", "seed")
_COLUMNS = ("parameters", "sees", "seconds", "reliable", "farthest")


def taken(text: Text) -> Taken | None:
    """How the contenders fared, and what was learned; nothing while they run."""
    found = progress()
    if found is None or found.busy or not found.snapshots:
        return None
    looks, race = chosen(TrainingChoice, READERS), chosen_race(found.race)
    fields = [f"training_{name}" for name in _FIELDS]
    return Taken(
        lead=text(f"training_task.{race.training_task}"),
        origin=text(
            f"training.state.{found.state}",
            place=found.place,
            part=f"{found.part:.0%}",
            seconds=f"{found.elapsed:.0f}",
        ),
        sections=lambda: (
            common.settings(text, common.shown(text, race, *fields)),
            _results(text, found),
            _losses(text, found),
            *_inside(text, looks, found),
            *_felt(text, looks, found),
        ),
        caveats=("luck", "task", "importance"),
    )


def _results(text: Text, it: Progress) -> Section:
    """Every contender in numbers, and its right answers by distance."""
    design, task = it.race.design, it.race.design.task
    table, accuracy = [], []
    for name, parameters in zip(it.race.contenders, sizes(it.race.contenders, design), strict=True):
        said, cells = contender(text, name, design), ["–", "–", "–"]
        if name in it.seconds:
            each = latest(it.snapshots, name)
            level = each.mean(axis=0)
            far = str(reliable(level, task.distances) or "–")
            cells = [f"{it.seconds[name]:.1f}", far, f"{level[-1]:.0%}"]
            accuracy.append([said, *(f"{share:.3f}" for share in level)])
        table.append([said, f"{parameters:,}", sees(text, name, design), *cells])
    columns = [text(f"training.column.{name}") for name in _COLUMNS]
    words = text("training.table", chance=f"{task.chance:.1%}", distance=task.distances[-1])
    title = f"{heading(text('training.accuracy'))} ({text('axis.training_distance')})"
    tables = [Table("", columns, table), Table(title, distances(task), accuracy)]
    return Section(text("report.fared"), [words], tables=tables)


def _losses(text: Text, it: Progress) -> Section:
    """Of every contender, mean over seeds, at every step that was looked at."""
    steps = sorted({snapshot.step for snapshot in it.snapshots})
    names: list[Contender] = [name for name in it.race.contenders if name in it.seconds]
    means = [_mean(losses(it.snapshots, name)) for name in names]
    columns = [contender(text, name, it.race.design) for name in names]
    rows = [
        [str(step), *("–" if np.isnan(mean[at]) else f"{mean[at]:.4f}" for mean in means)]
        for at, step in enumerate(steps)
    ]
    table = Table("", columns, rows, text("axis.training_step"))
    return Section(heading(text("training.loss")), tables=[table])


def _mean(losses_of_seeds: Array) -> Array:
    """Over the seeds that have come that far."""
    known = ~np.isnan(losses_of_seeds)
    total = np.where(known, losses_of_seeds, 0.0).sum(axis=0)
    return np.divide(total, known.sum(axis=0), out=np.full(total.shape, np.nan), where=known.any(0))


def _inside(text: Text, looks: TrainingChoice, it: Progress) -> list[Section]:
    """One head before the first step and after the last, if attention took part to the end."""
    seed, design = it.race.seed, it.race.design
    whole: list[Contender] = [
        name for name in ATTENTION if len(it.networks.get((name, seed), ())) == 2
    ]
    if not whole:
        return []
    name = looks.training_inside if looks.training_inside in whole else whole[0]
    words = shown(design.task, seed)
    pictures = [
        _weights(
            text, looks, TrainedSource(name, design, end.parameters or {}, seed, end.step), words
        )
        for end in it.networks[name, seed]
    ]
    said = [contender(text, name, design), text("training.inside.sequence", words=" ".join(words))]
    return [Section(text("training.inside.title"), said, pictures)]


def _felt(text: Text, looks: TrainingChoice, it: Progress) -> list[Section]:
    """What the outputs of one network of each family feel."""
    design = it.race.design
    found = felt_maps(text, looks, it)
    pictures = [picture(contender(text, name, design), each) for name, each in found.items()]
    title = text("training.felt.title")
    return [Section(title, [text("report.influence")], pictures)] if found else []


def _weights(
    text: Text, looks: TrainingChoice, source: TrainedSource, words: tuple[str, ...]
) -> Map:
    trace = source.trace(" ".join(words))
    layer = trace.layers[min(looks.training_layer, len(trace.layers) - 1)]
    when = "after" if source.step else "before"
    return Map(
        title=bare(text(f"training.inside.{when}", name=text("training.inside.weights"))),
        values=layer.weights[looks.training_head],
        rows=words,
        columns=words,
        asks=min(looks.training_query, len(words) - 1),
        note=told_origin(text, trace.origin),
        possible=layer.may_look[looks.training_head],
    )
