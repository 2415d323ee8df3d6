"""The ten lines of PyTorch are run, and give what the page shows."""

import ast
import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.ideas.buffet import DISHES, laid, serve
from core.ideas.crossing import CrossSource
from core.ideas.shuffling import ORDERS, OrderedHead, shuffled
from core.layer import Edit, Sizes, trace
from core.positions import ENCODINGS
from core.reader.explore import MASKS, Choice
from core.sources.seeded import SeededSource
from core.taken.snippet import (
    MOST_LINES,
    crossing_snippet,
    serving_snippet,
    shuffling_snippet,
    snippet,
)
from core.trace import LayerTrace

WORDS = ("the", "猫", "zork", "the", "吃")
BLIND = tuple((1, key) for key in range(5))

edits = st.lists(
    st.builds(
        Edit,
        st.sampled_from(["x", "w_q", "w_k", "w_v", "w_o"]),
        st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 4)),
        st.floats(-3, 3, width=32),
    ),
    max_size=3,
).map(tuple)
choices = st.builds(
    Choice,
    source=st.sampled_from(["handset", "seeded"]),
    seed=st.integers(0, 99),
    d_model=st.integers(2, 13),
    d_k=st.integers(1, 6),
    d_v=st.integers(1, 7),
    n_heads=st.integers(1, 3),
    scaled=st.booleans(),
    temperature=st.sampled_from([0.5, 1.0, 3.7]),
    mask=st.sampled_from(MASKS),
    window=st.integers(0, 3),
    padded=st.sets(st.integers(0, 4)).map(tuple),
    blocked=st.sampled_from([(), BLIND, ((0, 2), (4, 1))]),
    positions=st.sampled_from(tuple(ENCODINGS)),
    edits=edits,
)
crossings = st.builds(
    CrossSource,
    scoring=st.sampled_from(["dot", "scaled", "general", "additive"]),
    numbers=st.sampled_from(["handset", "seeded"]),
    seed=st.integers(0, 99),
    is_causal=st.just(False),
)
words = st.integers(1, len(WORDS)).map(lambda n: WORDS[:n])


@pytest.fixture(autouse=True)
def default_printing() -> Iterator[None]:
    """The program sets how torch prints, for the whole process."""
    yield
    torch.set_printoptions(profile="default")


def program(choice: Choice, tokens: tuple[str, ...] = WORDS) -> str:
    source = choice.layer_source
    return snippet(source.parameters(tokens), source.rules)


def layer(choice: Choice, tokens: tuple[str, ...] = WORDS) -> LayerTrace:
    source = choice.layer_source
    return trace(tokens, source.parameters(tokens), source.rules, source.origin).layers[0]


def run(code: str) -> tuple[dict[str, Any], str]:
    """What the program leaves behind, and what it prints."""
    names: dict[str, Any] = {}
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(code, names)
    return names, printed.getvalue()


def is_data(statement: ast.stmt) -> bool:
    """Whether a statement gives a name to written-out numbers."""
    match statement:
        case ast.Assign(value=ast.Call(func=ast.Attribute(attr="tensor"), args=[ast.List()])):
            return True
        case _:
            return False


@given(choices, words)
def test_the_program_gives_the_numbers_of_the_trace(choice: Choice, tokens: tuple[str, ...]):
    names, _ = run(program(choice, tokens))
    expected = layer(choice, tokens)
    close = 1e-6 * max(1.0, float(np.abs(expected.scores).max()))
    assert_allclose(names["weights"].numpy(), expected.weights, rtol=1e-6, atol=close)
    assert_allclose(names["output"].numpy(), expected.output, rtol=1e-6, atol=close)


def assert_short(code: str) -> None:
    """At most ten lines, besides set-up and data."""
    imports, printing, *rest = ast.parse(code).body
    assert ast.unparse(imports) == "import torch"
    assert ast.unparse(printing).startswith("torch.set_printoptions(")
    lines = [statement for statement in rest if not is_data(statement)]
    assert len(lines) <= MOST_LINES == 10
    assert all(statement.lineno == statement.end_lineno for statement in lines)


@given(choices, words)
def test_the_program_is_at_most_ten_lines_besides_set_up_and_data(
    choice: Choice, tokens: tuple[str, ...]
):
    assert_short(program(choice, tokens))


def assert_gives(code: str, expected: LayerTrace) -> None:
    names, printed = run(code)
    close = 1e-6 * max(1.0, float(np.abs(expected.scores[np.isfinite(expected.scores)]).max()))
    for step in ("scores", "weights", "output"):
        found = names[step].numpy()
        assert found.shape == getattr(expected, step).shape
        if step != "scores":  # the page's are those before the mask
            assert_allclose(found, getattr(expected, step), rtol=1e-6, atol=close)
    mixed = names["output"].transpose(0, 1).flatten(1) @ names["w_o"]
    assert_allclose(mixed.numpy(), expected.mixed, rtol=1e-6, atol=close)
    assert printed.endswith(f"{mixed}\n")


@given(crossings, words, words)
def test_two_sentences_give_the_numbers_of_their_trace(
    source: CrossSource, asking: tuple[str, ...], answering: tuple[str, ...]
):
    code = crossing_snippet(source, asking, answering)
    assert_short(code)
    assert_gives(code, source.trace(asking, answering).layers[0])


@given(crossings, words, st.booleans())
def test_a_sentence_that_asks_itself_takes_one_line_more(
    source: CrossSource, tokens: tuple[str, ...], is_causal: bool
):
    source = replace(source, is_causal=is_causal)
    code = crossing_snippet(source, tokens, tokens)
    assert_short(code)
    assert_gives(code, source.trace(tokens, tokens).layers[0])
    crossed = crossing_snippet(replace(source, is_causal=False), tokens, (*tokens, "dog"))
    own, other = (it.rpartition("\n\n")[2].splitlines() for it in (code, crossed))
    masked = [line for line in own if "masked_fill" in line]
    assert len(masked) == (is_causal and len(tokens) > 1)
    assert [line for line in own if line not in masked] == ["context = x", *other]


def test_the_program_runs_on_its_own_and_prints_what_the_page_shows():
    edited = (Edit("w_q", (0, 5, 2), -2.25),)
    choice = Choice(d_k=4, d_v=3, mask="drawn", blocked=BLIND, positions="rope", edits=edited)
    alone = subprocess.run(
        [sys.executable, "-I", "-c", program(choice)], capture_output=True, text=True, check=True
    )
    names, printed = run(program(choice))
    assert alone.stdout == printed
    assert_allclose(names["weights"].numpy(), layer(choice).weights, atol=1e-6)
    for step in ("weights", "output"):
        assert str(names[step]) in printed


def test_the_last_thing_printed_is_the_layers_output():
    choice = Choice(source="seeded", d_v=3, n_heads=3)
    _, printed = run(program(choice))
    torch.set_printoptions(sci_mode=False)
    assert printed.endswith(f"{torch.from_numpy(layer(choice).mixed.copy())}\n")


@given(choices)
def test_numbers_are_written_without_losing_a_bit(choice: Choice):
    names, _ = run(program(replace(choice, positions="none")))
    parameters = choice.layer_source.parameters(WORDS)
    for name in ("x", "w_q", "w_k", "w_v"):
        assert np.array_equal(names[name].numpy(), getattr(parameters, name))
    stacked = parameters.w_o.reshape(-1, choice.d_model)
    assert np.array_equal(names["w_o"].numpy(), stacked)


@pytest.mark.parametrize(
    ("change", "words_of_code"),
    [
        ({"mask": "causal"}, "masked_fill"),
        ({"mask": "drawn", "blocked": BLIND}, "nan_to_num"),
        ({"positions": "sinusoidal"}, "t.sin()"),
        ({"positions": "rope"}, "torch.polar"),
        ({"positions": "alibi"}, "slopes"),
        ({"temperature": 2.5}, "/ 2.5"),
    ],
)
def test_what_changes_nothing_is_left_out(change: dict[str, Any], words_of_code: str):
    assert words_of_code not in program(Choice())
    assert words_of_code in program(replace(Choice(), **change))


def test_the_beginning_is_a_few_lines():
    """As step 4 of the learning path says."""
    lines = program(Choice()).rpartition("\n\n")[2].splitlines()
    assert len(lines) == 5


def test_unscaled_scores_have_no_divisor():
    assert "scores = q @ k.mT / 4**0.5\n" in program(Choice())
    assert "scores = q @ k.mT\n" in program(Choice(scaled=False))


# Other pages


@given(
    st.lists(st.floats(-3, 3), min_size=5, max_size=5),
    st.permutations(range(len(DISHES))),
)
def test_the_buffet_is_served_as_on_its_page(goal: list[float], order: list[int]):
    table = laid().ordered(tuple(order))
    code = serving_snippet(np.array(goal), table)
    assert_short(code)
    names, _ = run(code)
    plate = serve(np.array(goal), table)
    assert_allclose(names["weights"].numpy(), plate.weights[0], atol=1e-5)
    assert_allclose((names["weights"] @ names["v"]).numpy(), plate.output[0], atol=1e-4)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("head", [0, 2])
def test_shuffled_words_give_the_outputs_of_the_page(order: str, head: int):
    source = SeededSource(Sizes(d_k=4, d_v=3, n_heads=3), seed=5)
    shown = OrderedHead(source.parameters(WORDS), head, order, seed=3)
    places = shuffled(len(WORDS), 1)
    names, printed = run(shuffling_snippet(shown, places))
    own = tuple(range(len(WORDS)))
    assert_allclose(names["before"].numpy(), shown.run(own).output, atol=1e-5)
    assert_allclose(names["after"].numpy(), shown.run(places).output, atol=1e-5)
    back = names["after"][names["places"].argsort()] - names["before"]
    assert_allclose(back.numpy(), shown.moved(places), atol=1e-5)
    assert str(back) in printed
