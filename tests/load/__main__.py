"""Measure on this machine what the site promises: `python -m tests.load [--only NAME ...]`.

It starts servers of its own on free ports of the loopback interface, with the README's command.
Latencies are those of a quiet machine only if the machine is quiet.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from tests.load.promises import MEASURES, Promise, measured, strangers

HEADER = ("promise", "goal", "figure", "kept")


def main() -> int:
    """Print each promise as soon as it is measured; 1 if one is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 readers: what they see only")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=[*MEASURES], metavar="NAME")
    asked = parser.parse_args()
    _print(f"{os.cpu_count()} cores, {_busy()}\n")
    _print(_line(HEADER))
    _print("|---|---|---|---|")
    kept = True
    for promise in _found([] if asked.quick else asked.only):
        kept &= promise.kept
        _print(_line(_cells(promise)))
        for detail in promise.details:
            sys.stderr.write(f"    {detail}\n")
    _print(f"\n{_busy()}")
    return 0 if kept else 1


def _found(names: Sequence[str]) -> Iterator[Promise]:
    """Each promise of these measurements; of a short one if none is named."""
    for measure in [MEASURES[it] for it in names] or [lambda it: strangers(it, 20, 3)]:
        yield from measured(measure)


def _cells(promise: Promise) -> tuple[str, ...]:
    unit, half = f" {promise.unit}" if promise.unit else "", promise.median
    return (
        promise.what,
        f"{'at most ' if promise.goal else ''}{promise.goal:.0f}{unit}",
        f"{promise.figure:.0f}{unit}" + ("" if half is None else f", half within {half:.0f}"),
        "yes" if promise.kept else "no",
    )


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _busy() -> str:
    return f"{os.getloadavg()[0]:.1f} programs waiting for a core on average"


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
