"""What a page gives away, and the words and tables that reports have in common."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import Array, IntArray
from core.taken.report import Section, Table, numbers
from core.trace import AttentionTrace
from pages.shared.figures.bands import Band
from pages.shared.tables import Matrix

_BOLD = re.compile(r"\*\*(.+?)[:：]?\*\*")


@dataclass(frozen=True)
class Taken:
    """What a page gives away.

    What makes its files is kept by the session until they are asked for: it holds no large arrays.

    Attributes:
        lead: What it is about: the reader's sentence, if there is one.
        origin: Where its numbers come from, in words; empty if each part says it.
        sections: The report's; made when the file is asked for. The first one holds the settings.
        caveats: Names of what is to be kept in mind.
        reading: What is to be known of the page's pictures, in words.
        trace: Gives everything that was computed, where one run of attention is all there is.
        layer: The shown one, if the trace has more than one.
        beside: Gives what the trace has no place for: the input, the matrices, the influences.
        alive: Writes the page's picture as a file that works by itself, if it has one.
    """

    lead: str
    origin: str
    sections: Callable[[], Sequence[Section]]
    caveats: Sequence[str]
    reading: Sequence[str] = ()
    trace: Callable[[], AttentionTrace] | None = None
    layer: int | None = None
    beside: Callable[[], Mapping[str, Array]] = dict
    alive: Callable[[], str] | None = None


def matrix_table(title: str, matrix: Matrix) -> Table:
    """A matrix as a table of a report."""
    return numbers(title, matrix.values.tolist(), matrix.rows, matrix.columns)


def lines_table(title: str, across: str, bands: Mapping[str, Band]) -> Table:
    """Curves as a table: a row for each point, a column for each line."""
    points: IntArray = np.unique(np.concatenate([band.across for band in bands.values()]))
    rows = [[str(point), *(_at(band, int(point)) for band in bands.values())] for point in points]
    return Table(title, list(bands), rows, across)


def heading(label: str) -> str:
    """The part of a label that is set in bold."""
    found = _BOLD.search(label)
    return found[1] if found else label


def bare(label: str) -> str:
    """A label without its marks."""
    return re.sub(r"\*\*|\$", "", label)


def _at(band: Band, point: int) -> str:
    """The line at a point, with the ends of its band if it has one."""
    place = np.flatnonzero((band.across == point) & np.isfinite(band.mean))
    if not len(place):
        return "–"
    at = int(place[0])
    mean = f"{band.mean[at]:.4g}"
    if band.low is None or band.high is None:
        return mean
    return f"{mean} ({band.low[at]:.4g} – {band.high[at]:.4g})"
