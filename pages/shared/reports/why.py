"""What can be taken away from the page that asks why there is attention."""

from core.ideas.why import begun, quality_of
from core.reader.why import WhyChoice
from core.taken.report import Section, Table
from core.translation.files import KINDS
from core.translation.translator import Rounds
from pages.shared.figures.heatmap import numbered
from pages.shared.reader.session import reader
from pages.shared.reports.chosen import every, settings
from pages.shared.reports.taken import Taken, bare, matrix_table
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.why.counted import findings, told_length, waiting
from pages.shared.views.why.resting import all_maps
from pages.shared.views.why.translating import Translating, translating


def taken(text: Text) -> Taken:
    """What three translators make of the sentence, and what they rest it on."""
    shown = translating(reader().record(WhyChoice))
    words = {
        "why_word": shown.written[shown.choice.why_word],
        "why_key": shown.read[shown.choice.why_key],
        "why_output": text(f"why_output.{shown.output}"),
        "why_begun": begun(shown.choice.why_sentence, shown.choice.why_begun).text
        or text("begun.nothing"),
    }
    left_out = ("why_sentence", "why_inserted_open")
    return Taken(
        lead=shown.choice.why_sentence,
        origin=text("why.origin"),
        sections=lambda: (
            settings(text, every(text, shown.choice, left_out) | words),
            _translations(text, shown),
            Section(text("why.resting"), tables=_maps(text, shown)),
            _waits(text, shown),
            _quality(text, shown),
        ),
        caveats=("translation", "importance"),
    )


def _translations(text: Text, shown: Translating) -> Section:
    """What each writes by itself, and what all were made to write."""
    rows = [[text(f"translator.{kind}"), it.text] for kind, it in shown.own.items()]
    rows.append([text("why_output.label"), shown.translation])
    return Section(text("why.translations"), tables=[Table("", [text("axis.written")], rows)])


def _maps(text: Text, shown: Translating) -> list[Table]:
    """Weights and influences, a table for each map of the page."""
    tables = []
    for name, found in zip(("weight", "influence"), all_maps(text, shown), strict=True):
        for kind, heatmap in found.items():
            title = text(f"why.{name}_of", translator=text(f"translator.{kind}"))
            matrix = Matrix(heatmap.values, heatmap.rows, numbered(heatmap.columns))
            tables.append(matrix_table(title, matrix))
    return tables


def _waits(text: Text, shown: Translating) -> Section:
    rows = [[name, *map(str, counts)] for name, counts in waiting(text, shown).items()]
    columns = [text(f"round.{part}") for part in Rounds._fields]
    return Section(text("why.waits"), tables=[Table("", columns, rows)])


def _quality(text: Text, shown: Translating) -> Section:
    found = quality_of(shown.source, shown.choice.why_measure)
    lengths = [*map(told_length, found.lengths)]
    rows = [
        [text(f"translator.{kind}"), *(f"{score:.1f}" for score in found.scores[kind])]
        for kind in KINDS
    ]
    rows.append([text("why.counted"), *map(str, found.pairs)])
    table = Table(text(f"why_measure.{shown.choice.why_measure}"), lengths, rows)
    return Section(text("why.quality"), [bare(findings(text, found))], [table])
