"""What can be taken away from the Explore page."""

from core.arrays import Array
from core.reader.explore import Choice
from core.reader.scene import Scene
from core.taken.report import Section, Table
from core.tokens import clean
from core.trace import AttentionTrace, Origin
from pages.shared.reader.session import reader
from pages.shared.reader.trained import Lesson
from pages.shared.reports.chosen import every, settings, shown
from pages.shared.reports.race import race_settings
from pages.shared.reports.scene import LAYER, changed, count_of_edits
from pages.shared.reports.taken import Taken, matrix_table
from pages.shared.stage.alone import alone
from pages.shared.stage.explored import Explored, explore
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.contenders import told_network
from pages.shared.views.explore.numbers import results
from pages.shared.views.in_line import in_line

_TABLES = ("scores", "weights", "output", "q", "k", "v", "mixed")
_ELSEWHERE = ("sentence", "edits", "blocked")
_CAVEATS = ("pair", "values", "importance", "order")


def taken(text: Text) -> Taken:
    """The layer's numbers, before and after training if it was trained here."""
    it = explore(reader(), in_line())
    scene, lesson, trace = it.scene, it.lesson, it.trace
    before = lesson.before.trace_of(it.words) if lesson and lesson.trained else None
    return Taken(
        lead=clean(scene.choice.sentence),
        origin=told_origin(text, trace.origin),
        sections=lambda: (
            settings(text, _settings(text, scene.choice, lesson), changed(text, scene.choice)),
            Section(text("numbers.title"), tables=_tables(text, scene, trace)),
            *([_before(text, scene, before)] if before else []),
        ),
        caveats=(*_CAVEATS, "luck", "task") if lesson else _CAVEATS,
        reading=(
            text("report.rows"),
            text(f"origin.{trace.origin.kind}.help"),
            *_about_influence(text, scene, lesson),
        ),
        trace=lambda: trace,
        beside=lambda: _beside(it),
        alive=lambda: alone(text, it),
    )


def _beside(it: Explored) -> dict[str, Array]:
    """The layer's input and matrices, and what the three networks feel."""
    matrices = {name: getattr(it.parameters, name) for name in ("x", "w_q", "w_k", "w_v", "w_o")}
    strengths = {f"influence_{name}": seen.influence.strength for name, seen in it.seen.items()}
    return matrices | strengths


def _settings(text: Text, choice: Choice, lesson: Lesson | None) -> dict[str, str]:
    edits = count_of_edits(choice)
    if lesson is None:
        return every(text, choice, _ELSEWHERE) | edits
    layer = shown(text, choice, "source", *LAYER, "comparison")
    return race_settings(text, lesson.choice) | layer | edits


def _before(text: Text, scene: Scene, before: AttentionTrace) -> Section:
    """The same numbers before the first step of learning."""
    said = [text("origin.seeded.help")]
    return Section(text("report.before"), said, _tables(text, scene, before))


def _tables(text: Text, scene: Scene, trace: AttentionTrace) -> list[Table]:
    found = results(text, scene, trace)
    return [matrix_table(text(f"matrix.{name}"), found[name]) for name in _TABLES]


def _about_influence(text: Text, scene: Scene, lesson: Lesson | None) -> list[str]:
    """How the three maps below are to be read, and whose numbers the networks have."""
    measure = text("report.influence" if scene.choice.comparison == "share" else "report.strength")
    if lesson:
        whose = [told_network(text, network) for network in lesson.shown.values()]
    else:
        random = Origin("seeded", str(scene.choice.seed))
        whose = [text("report.untrained"), told_origin(text, random)]
    return [measure, *whose]
