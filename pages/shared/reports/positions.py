"""What can be taken away from the page about the order of words."""

from core.choices.positions import READERS, PositionsChoice
from core.taken.report import Section, Table
from pages.shared.reports.chosen import chosen, every, settings
from pages.shared.reports.scene import changed, layer_settings, scene
from pages.shared.reports.taken import Taken, heading, matrix_table
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.positions.shuffling import Shuffling, output_maps, shuffling

_OWN = ("positions", "mask", "window", "padded")  # the page has its own instead


def taken(text: Text) -> Taken:
    """The outputs of the words in two orders, and who notices."""
    it = shuffling(scene(), chosen(PositionsChoice, READERS))
    layer = layer_settings(text, it.scene.choice)
    own = {name: value for name, value in layer.items() if name not in _OWN}
    order = " ".join(str(place + 1) for place in it.places)
    kind = every(text, it.choice, ("positions_at",))
    return Taken(
        lead=" ".join(it.words),
        origin=told_origin(text, it.origin),
        sections=lambda: (
            settings(text, kind | own, changed(text, it.scene.choice)),
            _outputs(text, it, text("positions.order", order=order)),
            _differences(text, it),
        ),
        caveats=("order", "untrained_order", "importance"),
    )


def _outputs(text: Text, it: Shuffling, order: str) -> Section:
    found = output_maps(text, it)
    titles = {name: heading(text(f"positions.{name}")) for name in found}
    tables = [
        matrix_table(titles[name], Matrix(heatmap.values, heatmap.rows, heatmap.columns))
        for name, (heatmap, _) in found.items()
    ]
    return Section(text("report.outputs"), [order], tables)


def _differences(text: Text, it: Shuffling) -> Section:
    found = it.differences.items()
    rows = [(text(f"positions_kind.{kind}"), f"{largest:.3g}") for kind, largest in found]
    table = Table("", [text("positions.largest")], rows)
    return Section(text("positions.differences_title"), tables=[table])
