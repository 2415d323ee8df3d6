"""What can be taken away from the page about attention and self-attention."""

from typing import get_args

from core.ideas.crossing import Cost, Scoring, cost
from core.reader.ideas import CrossChoice
from core.taken.report import Section, Table
from pages.shared.figures.heatmap import numbered
from pages.shared.reader.session import reader
from pages.shared.reports.chosen import every, settings
from pages.shared.reports.chosen import shown as chosen
from pages.shared.reports.taken import Taken, matrix_table
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.cross.crossing import Crossing, crossing, head_name
from pages.shared.views.cross.maps import map_title
from pages.shared.views.cross.translated import crossed as translation
from pages.shared.views.cross.translated import title as translator_title
from pages.shared.views.opened import Opened


def taken(text: Text) -> Taken:
    """The two sentences, and who asks whom."""
    choice = reader().record(CrossChoice)
    return _translated(text, choice) if choice.is_translated else _computed(text, choice)


def _computed(text: Text, choice: CrossChoice) -> Taken:
    crossed = crossing(choice)
    trace = crossed.trace()
    opened = crossed.opened(trace)
    head = {"cross_head": head_name(text, crossed.choice, opened.head)}
    return Taken(
        lead=f"{' '.join(crossed.a)} / {' '.join(crossed.b)}",
        origin=told_origin(text, trace.origin),
        sections=lambda: (
            settings(text, every(text, crossed.choice, ("cross_a", "cross_b")) | head),
            _scorings(text, crossed),
            Section(text("numbers.title"), tables=[_weights(text, crossed.choice, opened)]),
        ),
        caveats=("pair", "translation", "values", "importance"),
        reading=(text("report.rows"),),
        trace=crossed.trace,
    )


def _translated(text: Text, choice: CrossChoice) -> Taken:
    """A trained translator's weights, on the pair that is shown."""
    shown = translation(choice)
    choice, heatmap = shown.choice, shown.heatmap(text)
    weights = Matrix(heatmap.values, heatmap.rows, numbered(heatmap.columns))
    fields = ("cross_sources", "cross_numbers", "cross_translator", *shown.pointed.fields)
    return Taken(
        lead=" / ".join(shown.sentences.values()),
        origin=text("why.origin"),
        sections=lambda: (
            settings(text, chosen(text, choice, *fields)),
            Section(
                text("numbers.title"),
                tables=[matrix_table(translator_title(text, choice), weights)],
            ),
        ),
        caveats=("translation", "importance"),
        reading=(text("report.rows"),),
    )


def _scorings(text: Text, crossing: Crossing) -> Section:
    """What the four ways to score cost."""
    choice = crossing.choice
    counted = len(crossing.words(choice.asks)), len(crossing.words(choice.answers))
    sizes = choice.source.sizes
    rows = [
        [text(f"cross_scoring.{name}"), *(f"{n:,}" for n in cost(name, *counted, sizes))]
        for name in get_args(Scoring)
    ]
    columns = [text(f"report.cost_{name}") for name in Cost._fields]
    return Section(text("cross.scoring_title"), tables=[Table("", columns, rows)])


def _weights(text: Text, choice: CrossChoice, opened: Opened) -> Table:
    weights = Matrix(opened.layer.weights[opened.head], opened.asking, numbered(opened.answering))
    return matrix_table(map_title(text, choice, opened), weights)
