"""What can be taken away from the page about several heads."""

from core.arrays import Array
from core.ideas.heads_cost import HeadCost, costs
from core.reader.explore import HeadsChoice
from core.reader.scene import scene_of
from core.taken.report import Section, Table
from core.tokens import clean
from pages.shared.reader.session import reader
from pages.shared.reports.chosen import every, settings, shown
from pages.shared.reports.scene import changed, layer_settings
from pages.shared.reports.taken import Taken, bare, matrix_table
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.heads.beside import Several, several
from pages.shared.views.heads.mixed import sum_map


def taken(text: Text) -> Taken:
    """All heads of the layer: what they add, and what they cost."""
    compared = several(scene_of(reader()), reader().record(HeadsChoice))
    choice = compared.scene.choice
    own = shown(text, choice, "query") | every(
        text, compared.choice, ("heads_blocks", "heads_table_open")
    )
    return Taken(
        lead=clean(choice.sentence),
        origin=told_origin(text, compared.origin),
        sections=lambda: (
            settings(text, layer_settings(text, choice) | own, changed(text, choice)),
            _added(text, compared),
            _cost(text, compared),
        ),
        caveats=("pair", "heads", "values", "importance"),
        reading=(text("report.rows"), bare(text("heads.moved_alone"))),
        trace=lambda: compared.scene.source.trace_of(compared.scene.tokens.kept),
        beside=lambda: _matrices(compared),
    )


def _matrices(several: Several) -> dict[str, Array]:
    """The layer's input and matrices."""
    parameters = several.scene.source.parameters(several.scene.tokens.kept)
    return {name: getattr(parameters, name) for name in ("x", "w_q", "w_k", "w_v", "w_o")}


def _added(text: Text, several: Several) -> Section:
    """What the heads add to the chosen word's output."""
    added = sum_map(text, several)
    sums = Matrix(added.values, added.rows, added.columns)
    title = f"{text('heads.added')} · {several.pointed.asking[several.pointed.query]}"
    return Section(text("heads.mixed_title"), tables=[matrix_table(title, sums)])


def _cost(text: Text, several: Several) -> Section:
    rows = costs(len(several.scene.tokens.kept), several.choice.heads_width)
    columns = [text(f"heads.cost_{name}") for name in HeadCost._fields[1:]]
    lines = [[f"{number:,}" for number in row] for row in rows]
    table = Table("", columns, lines, text("n_heads.label"))
    return Section(text("heads.cost_title"), tables=[table])
