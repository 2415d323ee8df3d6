"""Train the readers and write their files: ``python -m core.recall.train [reader ...]``.

Without names all readers are trained, one after the other, on one thread. For each a row is
printed: the share recalled by number of words, the mean of all seeds, then seconds of processor
time for all of them. ``--table`` prints the rows of the files that are there; ``--counted`` trains
with questions that count from the other end, prints, and writes nothing.
"""

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

import numpy as np
import torch

from core.arrays import Array
from core.recall.files import load, save
from core.recall.learning import COUNTS, learned, shares
from core.recall.readers import READERS, Counted, Reader

SEEDS = range(3)
"""The file keeps the numbers of the first, and the scores of all."""


def main() -> None:
    """Train or read, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("readers", nargs="*", metavar="reader", help="such as gru-64")
    parser.add_argument("--table", action="store_true", help="print what the files say")
    parser.add_argument("--counted", choices=get_args(Counted), help="ask from this end")
    options = parser.parse_args()
    torch.set_num_threads(1)
    _say(["reader", *map(str, COUNTS), "seconds"])
    _say(["---"] * (len(COUNTS) + 2))
    for name in options.readers or READERS:
        reader = READERS[name]
        if options.table:
            _row(name, load(reader).shares, "")
        elif options.counted:
            _train(replace(reader, counted=options.counted), keep=False)
        else:
            _train(reader, keep=True)


def _train(reader: Reader, keep: bool) -> None:
    """Train with every seed."""
    begin = time.process_time()
    networks = [learned(reader, seed) for seed in SEEDS]
    places = [[shares(network, n) for n in COUNTS] for network in networks]
    if keep:
        save(reader, networks[0], places)
    found = np.array([[each.mean() for each in run] for run in places])
    _row(reader.name, found, f"{time.process_time() - begin:.1f}")


def _row(name: str, found: Array, seconds: str) -> None:
    """``found`` is ``(seed, count)``."""
    _say([name, *(f"{share:.2f}" for share in found.mean(axis=0)), seconds])


def _say(cells: Iterable[str]) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
