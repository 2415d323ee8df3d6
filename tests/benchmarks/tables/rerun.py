"""Processor time of the server for an edit, against a bare page with the same charts and tables."""

import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks import floor
from tests.benchmarks.clock import quartiles
from tests.benchmarks.pages import EDITS, Edit, path, visited
from tests.benchmarks.row import Row
from tests.benchmarks.visitor import Visitor
from tests.load.served import Served, served

ROUNDS = 7
EDITS_A_ROUND = 20  # the clock of a process ticks every hundredth of a second
BARE = Edit("edit", (0, 1))


def rows() -> list[Row]:
    """Each page against both floors, then Explore alone."""
    found = []
    with served() as ours:
        for page in EDITS:
            found += _page(page, ours)
    return found


def _page(page: str, ours: Served) -> list[Row]:
    """The page against charts and tables alone, and against its widgets and texts too."""
    found = []
    for texts, what in ((False, "charts and tables"), (True, "charts, tables, widgets, texts")):
        with tempfile.TemporaryDirectory() as folder:
            drawn = _record(page, Path(folder), texts=texts)
            with served(script=str(floor.APP), FLOOR_RECORDS=folder) as bare:
                own, base = _in_turn(page, ours, bare)
        ratio, spread = quartiles(own / base)
        median = f"{np.median(own) * 1e3:.1f} / {np.median(base) * 1e3:.1f} ms"
        what = f"{page} ({drawn} pictures) / bare page: {what}"
        found.append(Row(what, 1.5, "at most", median, ratio, spread))
    if page == "explore":
        milliseconds, spread = quartiles(own * 1e3)
        figure = f"{milliseconds:.1f} ms"
        found.append(Row("explore, ms of CPU", 20, "at most", figure, milliseconds, spread))
    return found


def _record(page: str, folder: Path, *, texts: bool) -> int:
    with visited(page) as app:
        for parity in (0, 1):
            EDITS[page].of(app, parity)
            drawn = floor.record(app, folder, parity, texts=texts)
    return drawn


def _in_turn(page: str, ours: Served, bare: Served) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of processor time an edit: of the page, and of its floor; one a round."""
    with Visitor(ours.address + path(page)) as reader, Visitor(bare.address) as other:
        for visitor, edit in ((reader, EDITS[page]), (other, BARE)):
            for parity in (0, 1, 0, 1):
                edit.by(visitor, parity)
        rounds = [
            (_spent(ours, reader, EDITS[page]), _spent(bare, other, BARE)) for _ in range(ROUNDS)
        ]
    own, base = np.array(rounds).T
    return own, base


def _spent(server: Served, visitor: Visitor, edit: Edit) -> float:
    before = server.computed
    for turn in range(EDITS_A_ROUND):
        edit.by(visitor, turn % 2)
    return (server.computed - before) / EDITS_A_ROUND
