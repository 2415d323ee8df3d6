"""What can be taken away from the page about cost."""

from core.ideas.cost import ROWS, Setting, counted, formula, kept, learned, longest_path, sequential
from core.ideas.generating import LAYOUTS, cache_bytes, numbers
from core.reader.generating import CacheChoice
from core.reader.ideas import CostChoice, lengths
from core.taken.report import Section, Table
from pages.shared.reader.session import reader
from pages.shared.reports.chosen import every, settings
from pages.shared.reports.taken import Taken, bare
from pages.shared.text import Text
from pages.shared.views.cost.layers import in_bytes, readable
from pages.shared.views.cost.timing import measured_times

_COLUMNS = ("formula", "counted", "sequential", "path", "kept", "learned")


def taken(text: Text) -> Taken:
    """Table 1 with the reader's numbers, curves, the stopwatch if it has run, and four caches."""
    choice, cache = reader().record(CostChoice), reader().record(CacheChoice)
    setting = choice.setting
    times = measured_times(text, setting)
    return Taken(
        lead=f"n = {setting.n:,}, d = {setting.d:,}, k = {setting.k}, r = {setting.r}",
        origin="",
        sections=lambda: (
            settings(text, every(text, choice) | every(text, cache)),
            _table(text, setting),
            _curves(text, setting),
            *_stopwatch(text, times),
            _caches(text, cache),
        ),
        caveats=("parallel", "constants", "short_path"),
    )


def _table(text: Text, setting: Setting) -> Section:
    rows = []
    for row in ROWS:
        seen = counted(row, setting)
        cells = [formula(row, setting), seen, sequential(row, setting), longest_path(row, setting)]
        sizes = [in_bytes(kept(row, setting)), in_bytes(learned(row, setting))]
        counts = ("–" if n is None else f"{n:,}" for n in cells)
        rows.append([text(f"cost.{row}"), *counts, *sizes])
    columns = [text(f"cost.column.{name}") for name in _COLUMNS]
    return Section(
        text("report.costs"), [bare(text("cost.how"))], tables=[Table("", columns, rows)]
    )


def _curves(text: Text, setting: Setting) -> Section:
    """Operations for every length."""
    rows = [
        [f"{n:,}", *(f"{formula(row, setting._replace(n=n)):,}" for row in ROWS)]
        for n in lengths(setting.n, setting.d)
    ]
    columns = [text(f"cost.{row}") for row in ROWS]
    table = Table(text("cost.operations"), columns, rows, text("cost.lengths"))
    return Section(text("cost.curves"), tables=[table])


def _stopwatch(text: Text, times: dict[str, dict[str, str]]) -> list[Section]:
    if not times:
        return []
    columns = [*next(iter(times.values()))]
    rows = [[name, *cells.values()] for name, cells in times.items()]
    return [Section(text("cost.stopwatch"), tables=[Table("", columns, rows)])]


def _caches(text: Text, choice: CacheChoice) -> Section:
    """Numbers and bytes of a token, and of all of them."""
    model, each = choice.model, choice.cache_each
    rows = [
        (
            text(f"cache.{layout}"),
            f"{numbers(layout, model):,}",
            *(readable(cache_bytes(layout, model, n, each)) for n in (1, choice.cache_tokens)),
        )
        for layout in LAYOUTS
    ]
    columns = [text(f"cache.{name}") for name in ("numbers", "token", "whole")]
    return Section(text("cache.four"), [bare(text("cache.how"))], tables=[Table("", columns, rows)])
