"""From the command to the first finished Explore page, against a bare page that imports torch."""

import tempfile
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.clock import quartiles
from tests.benchmarks.row import Row
from tests.benchmarks.visitor import Visitor
from tests.load.served import served

DASHBOARD = "dashboard.py"
ROUNDS = 5
BARE = "import altair\nimport streamlit as st\nimport torch\nst.write(torch.ones(1))\n"


def rows() -> list[Row]:
    """One row: both servers started in turn."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.py"
        path.write_text(BARE, encoding="utf-8")
        bare = str(path)
        _started(DASHBOARD)  # files read once, so that the disk counts for neither
        _started(bare)
        rounds = np.array([(_started(DASHBOARD), _started(bare)) for _ in range(ROUNDS)])
    own, base = rounds.T
    ratio, spread = quartiles(own / base)
    figure = f"{np.median(own):.2f} / {np.median(base):.2f} s"
    return [Row("first Explore page / bare page with torch", 1.2, "at most", figure, ratio, spread)]


def _started(script: str) -> float:
    begin = time.perf_counter()
    with served(script=script) as server, Visitor(server.address):
        return time.perf_counter() - begin
