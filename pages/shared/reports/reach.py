"""What can be taken away from the page about how far three architectures see."""

from core.ideas.reach import SEEDS
from core.reader.ideas import ReachChoice
from core.reader.recall import RecallChoice
from core.reader.scene import scene_of
from core.recall.recalling import recall
from core.taken.report import Section, Table
from pages.shared.reader.session import reader
from pages.shared.reports.chosen import every, settings
from pages.shared.reports.taken import Taken, lines_table
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.reach.curves import seen, steps, strengths
from pages.shared.views.reach.fields import field_sizes
from pages.shared.views.reach.maps import strongest_share
from pages.shared.views.reach.remembering import share_bands
from pages.shared.views.reach.stacks import Reaching, reaching
from pages.shared.views.recall import reader_name


def taken(text: Text) -> Taken:
    """Strength, path and reach as numbers."""
    reached = reaching(scene_of(reader()), reader().record(ReachChoice))
    dilations = {"reach_dilations": ",".join(map(str, reached.choice.dilations))}
    return Taken(
        lead=f"1–{reached.n}"
        if reached.choice.reach_tokens == "numbers"
        else " ".join(reached.tokens),
        origin=told_origin(text, reached.origin),
        sections=lambda: (
            settings(text, every(text, reached.choice, ("reach_log",)) | dilations),
            _by_distance(text, reached),
            _by_layers(text, reached),
            _remembered(text, reached),
        ),
        caveats=("reach", "untrained", "short_path"),
        reading=(
            text("report.influence"),
            text("reach.seeds", seeds=SEEDS, which=reached.seeds),
            text("report.scale", most=f"{strongest_share(reached):g}"),
        ),
    )


def _by_distance(text: Text, reaching: Reaching) -> Section:
    across = text("reach.distance")
    asks = f"{text('axis.output')} {reaching.tokens[reaching.pointed.query]}"
    tables = [
        lines_table(f"{text('axis.share')} · {asks}", across, strengths(text, reaching)),
        lines_table(f"{text('reach.steps')} · {asks}", across, steps(text, reaching)),
    ]
    return Section(text("reach.distance_title"), [text("report.spread")], tables=tables)


def _by_layers(text: Text, reaching: Reaching) -> Section:
    across = text("reach.layers_axis")
    tables = [
        lines_table(text("reach.seen"), across, seen(text, reaching)),
        lines_table(text("reach.fields_title"), across, field_sizes(text, reaching)),
    ]
    return Section(text("reach.layers_title"), tables=tables)


def _remembered(text: Text, reaching: Reaching) -> Section:
    """The words as each trained network recalls them, and the shares of its file."""
    choice = reader().record(RecallChoice)
    words = choice.words(reaching.scene.tokens.kept, reader().language)
    rows = [
        (reader_name(text, name), *(it.named for it in recall(name, words).each))
        for name in choice.readers
    ]
    tables = [
        *settings(text, every(text, choice)).tables,
        Table(text("recall.table"), words, rows, text("recall.read")),
        lines_table(text("recall.share"), text("recall.words"), share_bands(text, choice.readers)),
    ]
    return Section(text("recall.title"), tables=tables)
