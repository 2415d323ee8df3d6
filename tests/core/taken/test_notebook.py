"""The exported code runs where there is torch alone, and prints the page's numbers."""

import json
import subprocess
import sys
from typing import TypeVar, get_args

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from core.ideas.crossing import CrossSource, Numbers, Scoring
from core.positions import ENCODINGS
from core.reader.explore import MASKS, Choice
from core.taken.notebook import notebook
from core.taken.snippet import crossing_snippet, snippet
from core.trace import LayerTrace

WORDS = ("the", "猫", "zork", "the", "吃")
BLOCKED = ("numpy", "streamlit", "core", "pages", "altair", "pandas", "transformers", "safetensors")

Option = TypeVar("Option")

BARE = """
import contextlib, io, json, sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Nothing())
import warnings; warnings.simplefilter("ignore")  # torch remarks that there is no numpy
printed = []
for program in json.load(sys.stdin):
    names, out = {}, io.StringIO()
    with contextlib.redirect_stdout(out):
        for cell in program:
            exec(cell, names)
    printed.append(out.getvalue())
print(json.dumps(printed))
"""


def choices() -> list[Choice]:
    """Random settings, the same ones every time."""
    random = np.random.default_rng(5)

    def one_of(*options: Option) -> Option:
        return options[random.integers(len(options))]

    return [
        Choice(
            source=one_of("handset", "seeded"),
            seed=int(random.integers(99)),
            d_model=int(random.integers(2, 13)),
            d_k=int(random.integers(1, 4)) * 2,
            d_v=int(random.integers(1, 7)),
            n_heads=int(random.integers(1, 4)),
            scaled=one_of(True, False),
            temperature=one_of(0.5, 1.0, 3.7),
            mask=one_of(*MASKS),
            padded=one_of((), (1, 3)),
            blocked=one_of((), tuple((1, key) for key in range(5))),
            positions=one_of(*ENCODINGS),
        )
        for _ in range(24)
    ]


def crossings() -> list[CrossSource]:
    """Every way to score, with numbers set by hand and with random ones."""
    return [
        CrossSource(scoring, numbers, seed=3)
        for numbers in get_args(Numbers)
        for scoring in get_args(Scoring)
    ]


def program(choice: Choice) -> str:
    source = choice.layer_source
    return snippet(source.parameters(WORDS), source.rules)


def programs() -> list[tuple[str, LayerTrace]]:
    """Every program, and what it is to print."""
    explored = [(program(it), it.layer_source.trace_of(WORDS).layers[0]) for it in choices()]
    crossed = [
        (crossing_snippet(it, asking, WORDS), it.trace(asking, WORDS).layers[0])
        for it in crossings()
        for asking in (WORDS, ("dog", "吃", "the"))
    ]
    return explored + crossed


def cells(content: bytes) -> list[str]:
    found = json.loads(content)["cells"]
    return ["".join(it["source"]) for it in found if it["cell_type"] == "code"]


def read(printed: str) -> list[np.ndarray]:
    """The three tensors that a program prints."""
    tensors = printed.replace("tensor(", "\0").split("\0")[1:]
    numbers = (text.strip().removesuffix(")") for text in tensors)
    return [
        np.array(json.loads(text.replace("\n", "").replace(".,", ".0,").replace(".]", ".0]")))
        for text in numbers
    ]


@pytest.fixture(scope="module")
def printed() -> list[tuple[str, str]]:
    """What each program and its notebook print, with torch alone."""
    every = [it for it, _ in programs()]
    both = [[it] for it in every] + [cells(notebook("# a", it)) for it in every]
    run = f"BLOCKED = {BLOCKED}\n{BARE}"
    child = subprocess.run(
        [sys.executable, "-I", "-c", run], input=json.dumps(both), capture_output=True, text=True
    )
    assert child.returncode == 0, child.stderr
    found = json.loads(child.stdout)
    return list(zip(found[: len(every)], found[len(every) :], strict=True))


def test_programs_and_notebooks_print_the_pages_numbers(printed: list[tuple[str, str]]):
    for (_, expected), (alone, in_notebook) in zip(programs(), printed, strict=True):
        assert alone == in_notebook
        for found, step in zip(
            read(alone), (expected.weights, expected.output, expected.mixed), strict=True
        ):
            assert_allclose(found, step, atol=6e-5 * max(1, float(np.abs(step).max())), rtol=1e-4)


def test_a_notebook_is_one():
    content = json.loads(notebook("# 十行\n\nlines", program(Choice())))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert [it["cell_type"] for it in content["cells"]] == ["markdown", "code", "code", "code"]
    assert len({it["id"] for it in content["cells"]}) == 4
    for cell in content["cells"]:
        code = cell["cell_type"] == "code"
        expected = {"id", "cell_type", "metadata", "source"}
        assert cell.keys() == expected | ({"execution_count", "outputs"} if code else set())
    assert "".join(content["cells"][0]["source"]) == "# 十行\n\nlines"
    torch.set_printoptions(profile="default")
