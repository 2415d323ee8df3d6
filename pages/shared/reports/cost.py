"""What can be taken away from the page about cost."""

from core.choices.cost import LENGTHS, READERS, CostChoice
from core.ideas.cost import ROWS, Setting, counted, formula, longest_path, sequential
from core.taken.report import Section, Table
from pages.shared.reports.chosen import chosen, every, settings
from pages.shared.reports.taken import Taken, bare
from pages.shared.text import Text
from pages.shared.views.cost.timing import measured_times

_COLUMNS = ("formula", "counted", "sequential", "path")


def taken(text: Text) -> Taken:
    """Table 1 with the reader's numbers, the curves, and the stopwatch if it has run."""
    choice = chosen(CostChoice, READERS)
    it = choice.setting
    times = measured_times(text, it)
    return Taken(
        lead=f"n = {it.n:,}, d = {it.d:,}, k = {it.k}, r = {it.r}",
        origin="",
        sections=lambda: (
            settings(text, every(text, choice)),
            _table(text, it),
            _curves(text, it),
            *_stopwatch(text, times),
        ),
        caveats=("parallel", "constants", "short_path"),
    )


def _table(text: Text, it: Setting) -> Section:
    rows = []
    for row in ROWS:
        seen = counted(row, it)
        cells = [formula(row, it), seen, sequential(row, it), longest_path(row, it)]
        rows.append([text(f"cost.{row}"), *("–" if n is None else f"{n:,}" for n in cells)])
    columns = [text(f"cost.column.{name}") for name in _COLUMNS]
    return Section(
        text("report.costs"), [bare(text("cost.how"))], tables=[Table("", columns, rows)]
    )


def _curves(text: Text, it: Setting) -> Section:
    """Operations for every length."""
    rows = [[f"{n:,}", *(f"{formula(row, it._replace(n=n)):,}" for row in ROWS)] for n in LENGTHS]
    columns = [text(f"cost.{row}") for row in ROWS]
    table = Table(text("cost.operations"), columns, rows, text("cost.lengths"))
    return Section(text("cost.curves"), tables=[table])


def _stopwatch(text: Text, times: dict[str, dict[str, str]]) -> list[Section]:
    if not times:
        return []
    columns = [*next(iter(times.values()))]
    rows = [[name, *cells.values()] for name, cells in times.items()]
    return [Section(text("cost.stopwatch"), tables=[Table("", columns, rows)])]
