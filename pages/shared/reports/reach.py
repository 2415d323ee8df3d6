"""What can be taken away from the page about how far three architectures see."""

from core.choices.reach import READERS, ReachChoice
from core.ideas.reach import SEEDS
from core.taken.report import Section
from pages.shared.reports.chosen import chosen, every, settings
from pages.shared.reports.scene import scene
from pages.shared.reports.taken import Taken, lines_table
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.reach.curves import seen, steps, strengths
from pages.shared.views.reach.fields import field_sizes
from pages.shared.views.reach.maps import strongest_share
from pages.shared.views.reach.stacks import Reaching, reaching


def taken(text: Text) -> Taken:
    """Strength, path and reach as numbers."""
    it = reaching(scene(), chosen(ReachChoice, READERS))
    dilations = {"reach_dilations": ",".join(map(str, it.dilations))}
    return Taken(
        lead=f"1–{it.n}" if it.choice.reach_tokens == "numbers" else " ".join(it.tokens),
        origin=told_origin(text, it.origin),
        sections=lambda: (
            settings(text, every(text, it.choice, ("reach_log",)) | dilations),
            _by_distance(text, it),
            _by_layers(text, it),
        ),
        caveats=("reach", "untrained", "short_path"),
        reading=(
            text("report.influence"),
            text("reach.seeds", seeds=SEEDS, which=it.seeds),
            text("report.scale", most=f"{strongest_share(it):g}"),
        ),
    )


def _by_distance(text: Text, it: Reaching) -> Section:
    across = text("reach.distance")
    asks = f"{text('axis.output_of')} {it.tokens[it.pointed.query]}"
    tables = [
        lines_table(f"{text('axis.share')} · {asks}", across, strengths(text, it)),
        lines_table(f"{text('reach.steps')} · {asks}", across, steps(text, it)),
    ]
    return Section(text("reach.distance_title"), [text("report.spread")], tables=tables)


def _by_layers(text: Text, it: Reaching) -> Section:
    across = text("reach.layers_axis")
    tables = [
        lines_table(text("reach.seen"), across, seen(text, it)),
        lines_table(text("reach.fields_title"), across, field_sizes(text, it)),
    ]
    return Section(text("reach.layers_title"), tables=tables)
