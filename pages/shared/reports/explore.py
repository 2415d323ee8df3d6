"""What can be taken away from the Explore page."""

from collections.abc import Mapping

import numpy as np

from core.choices.explore import Choice
from core.choices.lesson import opened_layer
from core.choices.training import READERS, TrainingChoice
from core.taken.picture import Map
from core.taken.report import Section
from core.tokens import clean
from core.trace import AttentionTrace, Origin
from pages.shared.reports.scene import layer_settings, scene
from pages.shared.reports.taken import (
    Taken,
    chosen,
    matrix_table,
    settings,
    shown,
    told_origin,
)
from pages.shared.state import Scene
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.trained_state import Lesson, taught
from pages.shared.views.explore.architectures import measured
from pages.shared.views.explore.numbers import results
from pages.shared.views.training.contenders import contender

_STEPS = ("scores", "weights", "output")
_TABLES = (*_STEPS, "q", "k", "v", "mixed")
_TRAINING = ("task", "length", "symbols", "steps", "layers", "budget", "seed")
_NEIGHBOURS = ("rnn_kind", "rnn_direction", "cnn_kernel")


def taken(text: Text) -> Taken:
    """The layer's steps, and the same sentence through RNN and CNN."""
    it, lesson = _explored()
    trace = it.source.trace_of(it.tokens.kept)
    found = results(text, it, trace)
    return Taken(
        lead=clean(it.choice.sentence),
        origin=told_origin(text, trace.origin),
        sections=lambda: (
            settings(text, _settings(text, it.choice, lesson)),
            Section(
                text("steps.title"),
                [text("report.rows"), text(f"origin.{trace.origin.kind}.help")],
                _steps(text, it, trace, found),
            ),
            *_before(text, it, lesson),
            Section(
                text("architectures.title"),
                [text("report.influence"), *([] if lesson else [text("report.untrained")])],
                _influences(text, it, lesson),
            ),
            Section(
                text("numbers.title"),
                tables=[matrix_table(text(f"matrix.{name}"), found[name]) for name in _TABLES],
            ),
        ),
        caveats=("pair", "values", "importance", "order"),
        trace=lambda: trace,
    )


def _explored() -> tuple[Scene, Lesson | None]:
    it = scene()
    if it.choice.source != "trained":
        return it, None
    return taught(it, chosen(TrainingChoice, READERS))


def _settings(text: Text, choice: Choice, lesson: Lesson | None) -> dict[str, str]:
    head = {"head": str(choice.head + 1)}
    if lesson is None:
        return layer_settings(text, choice) | head | shown(text, choice, *_NEIGHBOURS)
    training = lesson.choice
    inside = contender(text, training.training_inside, training.race.design)
    layer = {"training_inside": inside, "training_layer": str(opened_layer(training) + 1)}
    fields = [f"training_{name}" for name in _TRAINING]
    return shown(text, training, *fields) | layer | layer_settings(text, choice) | head


def _before(text: Text, it: Scene, lesson: Lesson | None) -> list[Section]:
    """The same steps before the first step of learning, if the numbers have learned since."""
    if lesson is None or not lesson.trained:
        return []
    trace = lesson.before.trace_of(it.tokens.kept)
    maps = _steps(text, it, trace, results(text, it, trace))
    return [Section(text("report.before"), [text("origin.seeded.help")], maps)]


def _steps(text: Text, it: Scene, trace: AttentionTrace, found: Mapping[str, Matrix]) -> list[Map]:
    may_look = trace.layers[0].may_look[it.choice.head]
    return [
        Map(
            title=text(f"matrix.{name}"),
            values=np.nan_to_num(found[name].values, neginf=0.0),  # masked scores are crosses
            rows=trace.query_tokens,
            columns=found[name].columns if name == "output" else trace.key_tokens,
            asks=it.choice.query,
            note=told_origin(text, trace.origin),
            possible=None if name == "output" else may_look,
            diverging=name != "weights",
        )
        for name in _STEPS
    ]


def _influences(text: Text, it: Scene, lesson: Lesson | None) -> list[Map]:
    words, random = it.tokens.kept, Origin("seeded", str(it.choice.seed))
    if lesson:
        seen = lesson.measured(words)
        origins = {name: network.origin for name, network in lesson.shown.items()}
    else:
        seen = measured(it, it.source.parameters(words), it.source.rules)
        origins = dict.fromkeys(seen, random) | {"attention": it.source.origin}
    return [
        Map(
            title=text(f"matrix.influence_{name}"),
            values=found.influence.share,
            rows=words,
            columns=words,
            asks=it.choice.query,
            note=told_origin(text, origins[name]),
            possible=found.field.reach,
        )
        for name, found in seen.items()
    ]
