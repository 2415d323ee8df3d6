"""What the README says is short and true, and leads to where the rest is said."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
READMES = [
    ROOT / "README.md",
    *sorted(
        it
        for top in ("core", "pages", "tests", ".deploy")
        for it in (ROOT / top).glob("**/README.md")
    ),
]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)\)")


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 130


def test_every_link_leads_somewhere_and_every_readme_is_linked():
    linked = {
        (path.parent / it).resolve()
        for path in READMES
        for it in LINK.findall(path.read_text("utf-8"))
    }
    assert all(it.exists() for it in linked)
    assert {it.resolve() for it in READMES[1:]} <= linked


@pytest.mark.parametrize("path", READMES, ids=lambda it: it.parent.name)
def test_every_file_that_is_named_is_there(path: Path):
    named = re.findall(
        r"`((?:core|pages|tests|\.deploy|\.streamlit|\.ci)/[\w./-]+)`", path.read_text("utf-8")
    )
    assert path != ROOT / "README.md" or len(named) > 10
    assert [it for it in named if not (ROOT / it).exists()] == []


def test_the_library_gives_what_the_example_says():
    [code] = re.findall(r"```python\n(.*?)```", README, re.S)
    names: dict[str, object] = {}
    exec(code, names)
    [line] = [it for it in code.splitlines() if "key_tokens" in it]
    expression, _, said = line.partition("#")
    assert eval(expression, names) == eval(said)
    assert eval("trace.layers[0].weights.ndim", names) == 3
