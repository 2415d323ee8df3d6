"""What can be taken away from the page about the order of words."""

from core.reader.explore import PositionsChoice
from core.reader.scene import scene_of
from core.taken.report import Section, Table
from pages.shared.reader.session import reader
from pages.shared.reports.chosen import every, settings
from pages.shared.reports.scene import changed, layer_settings
from pages.shared.reports.taken import Taken, heading, matrix_table
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.positions.shuffling import Shuffling, output_maps, shuffling

_OWN = ("positions", "mask", "window", "padded")  # the page has its own instead


def taken(text: Text) -> Taken:
    """The outputs of the words in two orders, and who notices."""
    shuffled = shuffling(scene_of(reader()), reader().record(PositionsChoice))
    layer = layer_settings(text, shuffled.scene.choice)
    own = {name: value for name, value in layer.items() if name not in _OWN}
    order = " ".join(str(place + 1) for place in shuffled.places)
    kind = every(text, shuffled.choice, ("positions_at",))
    return Taken(
        lead=" ".join(shuffled.words),
        origin=told_origin(text, shuffled.origin),
        sections=lambda: (
            settings(text, kind | own, changed(text, shuffled.scene.choice)),
            _outputs(text, shuffled, text("positions.order", order=order)),
            _differences(text, shuffled),
        ),
        caveats=("order", "untrained_order", "importance"),
    )


def _outputs(text: Text, shuffling: Shuffling, order: str) -> Section:
    found = output_maps(text, shuffling)
    titles = {name: heading(text(f"positions.{name}")) for name in found}
    tables = [
        matrix_table(titles[name], Matrix(heatmap.values, heatmap.rows, heatmap.columns))
        for name, (heatmap, _) in found.items()
    ]
    return Section(text("report.outputs"), [order], tables)


def _differences(text: Text, shuffling: Shuffling) -> Section:
    found = shuffling.differences.items()
    rows = [(text(f"positions_kind.{kind}"), f"{largest:.3g}") for kind, largest in found]
    table = Table("", [text("positions.largest")], rows)
    return Section(text("positions.differences_title"), tables=[table])
