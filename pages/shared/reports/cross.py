"""What can be taken away from the page about attention and self-attention."""

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from core.choices.cross import READERS, CrossChoice
from core.ideas.crossing import Cost, Scoring, cost
from core.taken.picture import Map
from core.taken.report import Section, Table
from pages.shared.figures.heatmap import numbered
from pages.shared.reports.chosen import chosen, every, settings
from pages.shared.reports.taken import Taken, matrix_table, picture
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.cross.crossing import Crossing, crossing, head_name
from pages.shared.views.cross.maps import map_title, others, weights_map
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
            Section(
                text("cross_sources.label"), [text("report.rows")], [*_switches(text, it, opened)]
            ),
            _scorings(text, it),
            Section(text("numbers.title"), tables=[_weights(text, it.choice, opened)]),
        ),
        caveats=("pair", "translation", "values", "importance"),
        trace=it.trace,
    )


def _switches(text: Text, it: Crossing, opened: Opened) -> Iterator[Map]:
    """The chosen switch, in one head or in all; then the others."""
    every = it.choice.cross_several and len(opened.layer.weights) > 1
    for head in range(len(opened.layer.weights)) if every else (opened.head,):
        yield _map(text, it.choice, replace(opened, head=head))
    for sources in others(it.choice):
        other = it.switched(sources)
        yield _map(text, other.choice, other.opened(other.trace()))


def _map(text: Text, choice: CrossChoice, it: Opened) -> Map:
    return picture(map_title(text, choice, it), weights_map(text, choice, it), it.query)


def _scorings(text: Text, it: Crossing) -> Section:
    """The four ways to score, with their maps and costs."""
    names = {name: text(f"cross_scoring.{name}") for name in get_args(Scoring)}
    sizes = len(it.words(it.choice.asks)), len(it.words(it.choice.answers))
    maps, rows = [], []
    for name, said in names.items():
        scored = it._replace(choice=replace(it.choice, cross_scoring=name))
        opened = scored.opened(scored.trace())
        maps.append(picture(said, weights_map(text, scored.choice, opened), opened.query))
        rows.append([said, *(f"{count:,}" for count in cost(name, *sizes))])
    columns = [text(f"report.cost_{name}") for name in Cost._fields]
    return Section(text("cross.scoring_title"), pictures=maps, tables=[Table("", columns, rows)])


def _weights(text: Text, choice: CrossChoice, it: Opened) -> Table:
    weights = Matrix(it.layer.weights[it.head], it.asking, numbered(it.answering))
    return matrix_table(map_title(text, choice, it), weights)
