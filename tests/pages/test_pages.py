"""Pages read like their description: short, without logic, and none repeats another."""

import ast
from itertools import combinations
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in ROOT.glob("pages/*.py") if path.name != "__init__.py")
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def lines(path: Path) -> list[str]:
    return [line.rstrip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@every_page
def test_a_page_is_short_and_defines_nothing(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60
    defined = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.BinOp)
    assert not [it for it in ast.walk(ast.parse(path.read_bytes())) if isinstance(it, defined)]


def test_no_two_pages_share_six_lines_in_a_row():
    shared = []
    for one, other in combinations(PAGES, 2):
        runs = [
            {tuple(them[i : i + 6]) for i in range(len(them) - 5)}
            for them in map(lines, (one, other))
        ]
        shared += [(one.name, other.name, run) for run in runs[0] & runs[1]]
    assert shared == []


def test_what_is_unfolded_has_a_name_of_its_own():
    # Without one it closes when a line above it comes or goes.
    nameless = [
        f"{path}:{it.lineno}"
        for path in ROOT.glob("pages/**/*.py")
        for it in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(it, ast.Call) and isinstance(it.func, ast.Attribute)
        if it.func.attr in ("expander", "popover")
        if "key" not in {word.arg for word in it.keywords}
    ]
    assert nameless == []
