"""Measure and print: `python -m tests.benchmarks [--only TABLE ...] [--json FILE]`."""

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks import tables
from tests.benchmarks.row import Row

HEADER = ("what", "figure", "ratio", "quartiles", "goal", "met")


def main() -> None:
    """Run the tables asked for, print each as soon as it is there."""
    names = [it.name for it in pkgutil.iter_modules(tables.__path__)]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="TABLE")
    parser.add_argument("--json", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    _print(f"{machine()}\n")
    found = {}
    for name in chosen.only:
        module = importlib.import_module(f"{tables.__name__}.{name}")
        rows = module.rows()
        _print(f"{name}: {(module.__doc__ or '').splitlines()[0]}\n\n{table(rows)}\n")
        found[name] = [asdict(row) | {"met": row.met} for row in rows]
    if chosen.json:
        text = json.dumps({"machine": machine(), "tables": found}, ensure_ascii=False, indent=1)
        chosen.json.write_text(text, encoding="utf-8")


def table(rows: list[Row]) -> str:
    """Rows as a Markdown table, aligned for a terminal."""
    cells = [HEADER, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADER))]
    lines = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def machine() -> str:
    """Processor, cores, system and Python."""
    info = Path("/proc/cpuinfo")
    models = [
        line.split(":", 1)[1].strip()
        for line in (info.read_text(encoding="utf-8").splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    processor = models[0] if models else platform.processor() or platform.machine()
    python = platform.python_version()
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {python}"


def _cells(row: Row) -> tuple[str, ...]:
    low, high = row.spread
    goal = f"{'≤' if row.sense == 'at most' else '≥'} {row.goal:g}"
    spread = f"{low:.3g} to {high:.3g}"
    return row.what, row.figure, f"{row.ratio:.3g}", spread, goal, "yes" if row.met else "no"


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
