"""Measure on this machine what the site promises: `python -m tests.load [--quick]`.

It starts servers of its own on free ports of the loopback interface; the whole takes four to ten
minutes on two cores. Latencies are those of a quiet machine only if the machine is quiet.
"""

import argparse
import os
import sys
from collections.abc import Iterator

from tests.load.promises import Promise, all_of_them, measured, strangers

HEADER = ("promise", "goal", "figure", "kept")


def main() -> int:
    """Print each promise as soon as it is measured; 1 if one is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 readers: what they see only")
    quick = parser.parse_args().quick
    _print(f"{os.cpu_count()} cores, {_busy()}\n")
    _print(_line(HEADER))
    _print("|---|---|---|---|")
    kept = True
    for promise in _found(quick):
        kept &= promise.kept
        _print(_line(_cells(promise)))
        for detail in promise.details:
            sys.stderr.write(f"    {detail}\n")
    _print(f"\n{_busy()}")
    return 0 if kept else 1


def _found(quick: bool) -> Iterator[Promise]:
    groups = [measured(lambda it: strangers(it, 20, 3))] if quick else all_of_them()
    for group in groups:
        yield from group


def _cells(promise: Promise) -> tuple[str, ...]:
    unit = f" {promise.unit}" if promise.unit else ""
    return (
        promise.what,
        f"{'at most ' if promise.goal else ''}{promise.goal:.0f}{unit}",
        f"{promise.figure:.0f}{unit}",
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
