"""What can be taken away from the Explore page."""

from collections.abc import Mapping

from core.choices.explore import Choice
from core.choices.training import READERS, TrainingChoice
from core.taken.picture import Map
from core.taken.report import Section, Table
from core.tokens import clean
from core.trace import AttentionTrace, Origin
from pages.shared.figures.heatmap import Heatmap
from pages.shared.reports.chosen import chosen, every, settings, shown
from pages.shared.reports.race import race_settings
from pages.shared.reports.scene import LAYER, asked, changed, count_of_edits
from pages.shared.reports.taken import Taken, matrix_table, picture
from pages.shared.state import Scene, made
from pages.shared.text import Text
from pages.shared.trained_state import Lesson, taught
from pages.shared.views.badge import told_origin
from pages.shared.views.explore.architectures import influence_maps, measured, told_network
from pages.shared.views.explore.numbers import results
from pages.shared.views.opened import opened
from pages.shared.views.step_maps import on_one_scale, step_map

_STEPS = ("scores", "weights", "output")
_TABLES = (*_STEPS, "q", "k", "v", "mixed")
_ELSEWHERE = ("sentence", "edits", "blocked")
_CAVEATS = ("pair", "values", "importance", "order")


def taken(text: Text) -> Taken:
    """The layer's steps, and the same sentence through RNN and CNN."""
    it, lesson = _explored()
    words = it.tokens.kept
    trace = it.source.trace_of(words)
    before = lesson.before.trace_of(words) if lesson and lesson.trained else None
    return Taken(
        lead=clean(it.choice.sentence),
        origin=told_origin(text, trace.origin),
        sections=lambda: (
            settings(text, _settings(text, it.choice, lesson), changed(text, it.choice)),
            Section(
                text("steps.title"),
                [text("report.rows"), text(f"origin.{trace.origin.kind}.help")],
                _steps(text, it, trace, before),
            ),
            *([_before(text, it, before, trace)] if before else []),
            Section(
                text("architectures.title"),
                _about_influence(text, it, lesson),
                _influences(text, it, lesson),
            ),
            Section(text("numbers.title"), tables=_tables(text, it, trace)),
        ),
        caveats=(*_CAVEATS, "luck", "task") if lesson else _CAVEATS,
        trace=lambda: trace,
    )


def _explored() -> tuple[Scene, Lesson | None]:
    it = asked()
    if it.choice.source != "trained":
        return made(it), None
    return taught(it, chosen(TrainingChoice, READERS))


def _settings(text: Text, choice: Choice, lesson: Lesson | None) -> dict[str, str]:
    edits = count_of_edits(choice)
    if lesson is None:
        return every(text, choice, _ELSEWHERE) | edits
    layer = shown(text, choice, "source", *LAYER, "comparison")
    return race_settings(text, lesson.choice) | layer | edits


def _before(text: Text, it: Scene, before: AttentionTrace, after: AttentionTrace) -> Section:
    """The same steps before the first step of learning."""
    said, maps = [text("origin.seeded.help")], _steps(text, it, before, after)
    return Section(text("report.before"), said, maps, _tables(text, it, before))


def _tables(text: Text, it: Scene, trace: AttentionTrace) -> list[Table]:
    found = results(text, it, trace)
    return [matrix_table(text(f"matrix.{name}"), found[name]) for name in _TABLES]


def _steps(
    text: Text, it: Scene, trace: AttentionTrace, beside: AttentionTrace | None
) -> list[Map]:
    """Three maps, in the colours of the same maps beside them, if there are any."""
    note = told_origin(text, trace.origin)
    columns = {"output": results(text, it, trace)["output"].columns}
    traces = [trace, beside] if beside else [trace]

    def drawn(name: str) -> Heatmap:
        both = [step_map(text, opened(it, each.layers[0]), name, columns) for each in traces]
        return on_one_scale(both)[0]

    return [picture(text(f"matrix.{name}"), drawn(name), it.choice.query, note) for name in _STEPS]


def _about_influence(text: Text, it: Scene, lesson: Lesson | None) -> list[str]:
    found = [text("report.influence" if it.choice.comparison == "share" else "report.strength")]
    return found if lesson else [*found, text("report.untrained")]


def _influences(text: Text, it: Scene, lesson: Lesson | None) -> list[Map]:
    words, random = it.tokens.kept, told_origin(text, Origin("seeded", str(it.choice.seed)))
    if lesson:
        seen, networks = lesson.measured(words), lesson.shown
        notes: Mapping[str, str] = {
            name: told_network(text, each) for name, each in networks.items()
        }
    else:
        seen, networks = measured(it, it.source.parameters(words), it.source.rules), None
        notes = dict.fromkeys(seen, random) | {"attention": told_origin(text, it.source.origin)}
    return [
        picture(text(f"matrix.influence_{name}"), heatmap, it.choice.query, notes[name])
        for name, heatmap in influence_maps(text, it, seen, networks).items()
    ]
