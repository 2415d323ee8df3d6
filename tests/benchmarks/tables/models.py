"""Models that need no network: the first result of each in a process, and the memory of both."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from core.arrays import Array
from core.kept import BUDGET
from core.models.packaged import LOADERS
from tests.benchmarks.clock import quartiles
from tests.benchmarks.row import Row

ROUNDS = 5
MEBIBYTE = 2**20

FIRST = """
import json, sys, time
from pathlib import Path
import tokenizers
import torch
from core.sources.pretrained import PretrainedSource
def memory():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
torch.set_num_threads(1)
torch.ones(9, 9) @ torch.ones(9, 9)
found = []
for name in sys.argv[1:]:
    before, begin = memory(), time.perf_counter()
    PretrainedSource(model=name).run("The animal was too tired.")
    found.append((time.perf_counter() - begin, memory() - before))
print(json.dumps(found))
"""


def rows() -> list[Row]:
    """A row for each model's first result, and one for the memory of both, which Linux tells."""
    found = np.array([_first() for _ in range(ROUNDS)])  # (round, model, seconds and MiB)
    times = [_time(name, seconds) for name, seconds in zip(LOADERS, found[..., 0].T, strict=True)]
    each = np.median(found[..., 1], axis=0)
    both, spread = quartiles(found[..., 1].sum(axis=1))
    figure = " + ".join(f"{it:.0f}" for it in each) + " MiB"
    what = "memory after each model, files that are mapped included"
    return [*times, Row(what, BUDGET / MEBIBYTE, "at most", figure, both, spread)]


def _time(name: str, seconds: Array) -> Row:
    median, spread = quartiles(seconds)
    return Row(f"{name}: first result", 0.8, "at most", f"{median:.2f} s", median, spread)


def _first() -> list[tuple[float, float]]:
    done = subprocess.run(
        [sys.executable, "-c", FIRST, *LOADERS],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
