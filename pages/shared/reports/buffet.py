"""What can be taken away from the buffet."""

from core.ideas.buffet import NUTRIENTS
from core.reader.cells import BUFFET, BUFFET_TABLES
from core.reader.ideas import BuffetChoice
from core.taken.report import Section, Table
from core.trace import Origin
from pages.shared.reader.session import reader
from pages.shared.reports.chosen import every, settings
from pages.shared.reports.taken import Taken, heading, matrix_table
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.buffet.plate import Served, served


def taken(text: Text) -> Taken:
    """The wish, the plate, and the table."""
    served_here = served(text, reader().record(BuffetChoice))
    origin = Origin("handset", edited=bool(reader().edits.get(BUFFET)))
    random = told_origin(text, Origin("seeded", str(served_here.choice.buffet_seed)))
    return Taken(
        lead=text("report.buffet"),
        origin=told_origin(text, origin),
        sections=lambda: (
            settings(
                text, every(text, served_here.choice, ("buffet_dish", "buffet_arithmetic_open"))
            ),
            _plate(text, served_here),
            _table(text, served_here),
        ),
        caveats=("dishes", "labels", "untrained"),
        reading=(text("report.influence"), text("report.untrained"), random),
    )


def _plate(text: Text, served: Served) -> Section:
    """What each dish gives, and what there is of each nutrient."""
    weights, output = served.layer.weights[0, 0], served.layer.output[0, 0]
    scores, promised = served.layer.scores[0, 0], weights @ served.table.labels
    dishes = [
        (name, f"{score:.4f}", f"{weight:.4f}")
        for name, score, weight in zip(served.names, scores, weights, strict=True)
    ]
    plate = [
        (text(f"nutrient.{name}"), f"{amount:.4f}", f"{said:.4f}")
        for name, amount, said in zip(NUTRIENTS, output, promised, strict=True)
    ]
    return Section(
        text("report.plate"),
        tables=[
            Table(
                heading(text("buffet.weights")), [text("axis.score"), text("axis.weight")], dishes
            ),
            Table(
                heading(text("buffet.plate")), [text("axis.output"), text("report.promised")], plate
            ),
        ],
    )


def _table(text: Text, served: Served) -> Section:
    columns = [text(f"nutrient.{name}") for name in NUTRIENTS]
    tables = [
        matrix_table(
            heading(text(f"{name}.title")), Matrix(served.table[part], served.names, columns)
        )
        for part, name in enumerate(BUFFET_TABLES)
    ]
    return Section(text("buffet.table"), tables=tables)
