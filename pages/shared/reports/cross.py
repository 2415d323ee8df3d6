"""What can be taken away from the page about attention and self-attention."""

from typing import get_args

from core.choices.cross import READERS, CrossChoice
from core.ideas.crossing import Cost, Scoring, cost
from core.taken.report import Section, Table
from pages.shared.figures.heatmap import numbered
from pages.shared.reports.chosen import chosen, every, settings
from pages.shared.reports.taken import Taken, matrix_table
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.cross.crossing import Crossing, crossing, head_name
from pages.shared.views.cross.maps import map_title
from pages.shared.views.opened import Opened


def taken(text: Text) -> Taken:
    """The two sentences, and who asks whom."""
    it = crossing(chosen(CrossChoice, READERS))
    trace = it.trace()
    opened = it.opened(trace)
    head = {"cross_head": head_name(text, it.choice, opened.head)}
    return Taken(
        lead=f"{' '.join(it.a)} / {' '.join(it.b)}",
        origin=told_origin(text, trace.origin),
        sections=lambda: (
            settings(text, every(text, it.choice, ("cross_a", "cross_b")) | head),
            _scorings(text, it),
            Section(text("numbers.title"), tables=[_weights(text, it.choice, opened)]),
        ),
        caveats=("pair", "translation", "values", "importance"),
        reading=(text("report.rows"),),
        trace=it.trace,
    )


def _scorings(text: Text, it: Crossing) -> Section:
    """What the four ways to score cost."""
    sizes = len(it.words(it.choice.asks)), len(it.words(it.choice.answers))
    rows = [
        [text(f"cross_scoring.{name}"), *(f"{count:,}" for count in cost(name, *sizes))]
        for name in get_args(Scoring)
    ]
    columns = [text(f"report.cost_{name}") for name in Cost._fields]
    return Section(text("cross.scoring_title"), tables=[Table("", columns, rows)])


def _weights(text: Text, choice: CrossChoice, it: Opened) -> Table:
    weights = Matrix(it.layer.weights[it.head], it.asking, numbered(it.answering))
    return matrix_table(map_title(text, choice, it), weights)
