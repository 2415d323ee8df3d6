"""What can be taken away from the Explore page: its trace, its maps as pictures, its report."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.choices import explore as choices
from core.choices.explore import Choice
from core.taken.picture import Map
from core.taken.report import Section, Table
from core.tokens import clean, tokenize
from core.trace import AttentionTrace, Origin
from pages.shared import edits
from pages.shared.book import book
from pages.shared.state import Scene
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.architectures import measured
from pages.shared.views.numbers import results
from pages.shared.views.take_away_files import Taken, matrix_table, settings, told_origin

_STEPS = ("scores", "weights", "output")
_TABLES = (*_STEPS, "q", "k", "v", "mixed")
_NUMBERS = ("d_model", "d_k", "d_v", "n_heads", "temperature")


def explored(text: Text) -> Taken:
    """What the page shows, from what was noted of the reader's choice."""
    scene = _scene()
    source = scene.choice.layer_source
    words = scene.tokens.kept
    parameters = source.parameters(words)
    trace = source.trace_of(words)
    seen = measured(scene, parameters, source.rules)
    own = told_origin(text, trace.origin)
    random = told_origin(text, Origin("seeded", str(scene.choice.seed)))
    steps = _steps(text, scene, trace)
    influences = {
        f"influence_{name}": Map(
            title=text(f"matrix.influence_{name}"),
            values=it.influence.share,
            rows=words,
            columns=words,
            asks=scene.choice.query,
            note=own if name == "attention" else random,
            possible=it.field.reach,
        )
        for name, it in seen.items()
    }
    return Taken(
        name="explore",
        trace=trace,
        layer=None,
        maps={**steps, **influences},
        lead=clean(scene.choice.sentence),
        sections=lambda draw: (
            Section(text("report.settings"), tables=[_settings(text, scene.choice)]),
            Section(
                text("steps.title"),
                [text("report.rows"), text(f"origin.{trace.origin.kind}.help")],
                [draw(it) for it in steps.values()],
            ),
            Section(
                text("architectures.title"),
                [text("report.influence"), text("report.untrained")],
                [draw(it) for it in influences.values()],
            ),
            Section(text("numbers.title"), tables=_tables(text, results(text, scene, trace))),
        ),
    )


def _scene() -> Scene:
    """The page's scene once more, without touching a widget."""
    choice, _ = choices.read(book()["fields"])
    tokens = tokenize(choice.sentence, choice.unit)
    choice = replace(
        choice.within(len(tokens.kept)),
        edits=edits.matrix_edits(choice, tokens.kept),
        blocked=edits.blocked_pairs(tokens.kept),
    )
    return Scene(choice, tokens, None, ())


def _steps(text: Text, scene: Scene, trace: AttentionTrace) -> Mapping[str, Map]:
    found = results(text, scene, trace)
    may_look = trace.layers[0].may_look[scene.choice.head]
    return {
        name: Map(
            title=text(f"matrix.{name}"),
            values=np.nan_to_num(found[name].values, neginf=0.0),  # masked scores are crosses
            rows=trace.query_tokens,
            columns=found[name].columns if name == "output" else trace.key_tokens,
            asks=scene.choice.query,
            note=told_origin(text, trace.origin),
            possible=None if name == "output" else may_look,
            diverging=name != "weights",
        )
        for name in _STEPS
    }


def _settings(text: Text, choice: Choice) -> Table:
    chosen = {
        "unit": text(f"unit.{choice.unit}"),
        "source": text(f"source.{choice.source}"),
        "positions": text(f"positions.{choice.positions}"),
        "mask": text(f"mask.{choice.mask}"),
        "rnn_kind": text(f"rnn_kind.{choice.rnn_kind}"),
        "rnn_direction": text(f"rnn_direction.{choice.rnn_direction}"),
    }
    counts = {name: f"{getattr(choice, name):g}" for name in (*_NUMBERS, "cnn_kernel", "seed")}
    scaled = {"scaled": text("report.yes" if choice.scaled else "report.no")}
    head = {"head": str(choice.head + 1), "edits": str(len(choice.edits))}
    return settings(text, chosen | counts | scaled | head)


def _tables(text: Text, found: Mapping[str, Matrix]) -> list[Table]:
    return [matrix_table(text(f"matrix.{name}"), found[name]) for name in _TABLES]
