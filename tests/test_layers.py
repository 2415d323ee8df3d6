"""Layers that no list names: they hold for every page and module that is added."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

Imports = dict[str, set[str]]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path, modules: Iterable[str]) -> set[str]:
    """The modules of ours that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                found |= {module, *(f"{module}.{it.name}" for it in names)}
            case ast.Import(names=names):
                found |= {it.name for it in names}
    return found.intersection(modules)


def all_imports() -> Imports:
    paths = {
        name_of(path): path for top in ("core", "pages") for path in (ROOT / top).rglob("*.py")
    }
    return {name: imported(path, paths) for name, path in paths.items()}


IMPORTS = all_imports()


def page_of(module: str, pages: set[str]) -> str | None:
    """The page that a module is part of: itself, one of its views, or its report."""
    match module.split("."):
        case ["pages", page] | ["pages", "shared", "views" | "reports", page, *_] if page in pages:
            return page
    return None


def page_names(imports: Imports) -> set[str]:
    parts = [module.split(".") for module in imports]
    return {it[1] for it in parts if it[0] == "pages" and len(it) == 2} - {"shared"}


def trespasses(imports: Imports) -> list[str]:
    """What is imported of a page by another one, or by what stands beside the pages' folders."""
    pages = page_names(imports)
    return [
        f"{module} imports {other}"
        for module, others in imports.items()
        for other in others
        if (owner := page_of(other, pages))
        and owner != page_of(module, pages)
        and (page_of(module, pages) or module.startswith("pages.shared.views"))
    ]


def leaning(imports: Imports) -> list[str]:
    """What of the library, directly in `core`, stands on something in one of core's folders."""
    return [
        f"{module} imports {other}"
        for module, others in imports.items()
        for other in others
        if module.startswith("core.") and not in_folder(module) and in_folder(other)
    ]


def in_folder(module: str) -> bool:
    return module.count(".") > 1 or (ROOT / Path(*module.split("."))).is_dir()


def test_a_page_imports_nothing_of_another_page():
    assert len(page_names(IMPORTS)) > 10
    assert trespasses(IMPORTS) == []


@pytest.mark.parametrize(
    ("module", "other"),
    [
        ("pages.trial", "pages.shared.views.explore.stage"),
        ("pages.trial", "pages.explore"),
        ("pages.shared.views.trial.picture", "pages.shared.views.explore.stage"),
        ("pages.shared.views.explore.stage", "pages.shared.views.trial.picture"),
        ("pages.shared.reports.trial", "pages.shared.reports.explore"),
        ("pages.shared.views.trialling", "pages.shared.views.trial.picture"),
    ],
)
def test_a_page_that_is_added_is_held_to_it(module: str, other: str):
    added = {"pages.trial": set[str](), "pages.shared.views.trial.picture": set[str]()}
    imports = IMPORTS | added | {module: {other}}
    assert trespasses(imports) == [f"{module} imports {other}"]


def test_the_library_stands_on_nothing_that_is_built_with_it():
    assert leaning(IMPORTS) == []
    built = {"core.attention": {"core.ideas.reach"}, "core.layer": {"core.sources"}}
    assert len(leaning(built)) == 2
