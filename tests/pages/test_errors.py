"""Every reason why an input is refused can be told in both languages."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import InputError
from pages.shared.text import LANGUAGES, Text, labels
from pages.shared.views.told import told

ROOT = Path(__file__).parents[2]

TOLD_OTHERWISE = {"too_many_words": "cross.too_many_words"}
"""Codes that have a label of their page."""


def raised() -> Iterator[tuple[str, set[str]]]:
    """Each code, with the names of the values that come with it."""
    for folder in ("core", "pages"):
        for path in sorted(ROOT.glob(f"{folder}/**/*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                match node:
                    case ast.Call(
                        func=ast.Name(id="InputError"), args=[ast.Constant(value=str(code))]
                    ):
                        yield code, {it.arg for it in node.keywords if it.arg}


@pytest.mark.parametrize(("code", "values"), list(raised()))
def test_every_code_has_its_label_and_brings_the_values_it_names(code: str, values: set[str]):
    for said in labels()[TOLD_OTHERWISE.get(code, f"error.{code}")].values():
        assert {name for _, name, _, _ in string.Formatter().parse(said) if name} <= values


def test_reasons_are_told_in_one_way_which_leaves_a_readers_words_words():
    sources = {path: path.read_text("utf-8") for path in ROOT.glob("pages/**/*.py")}
    assert [path.name for path, it in sources.items() if 'f"error.{' in it] == ["told.py"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_a_reader_stay_words(language: str):
    problem = InputError("model_missing", name="<b>[a](b)</b>", file="config.json")
    said = told(Text("zh" if language == "zh" else "en"), problem)
    assert "\\<b\\>\\[a\\]" in said
