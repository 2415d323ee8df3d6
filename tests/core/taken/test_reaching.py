"""The program of the page about reach is run, and gives the shares that the page measures."""

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
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.ideas import reach
from core.reader.ideas import ReachChoice
from core.taken.reaching import Drawn, reaching_snippet

choices = st.builds(
    ReachChoice,
    reach_mask=st.sampled_from(reach.MASKS),
    reach_layers=st.integers(1, 3),
    reach_kind=st.sampled_from(["rnn", "lstm", "gru"]),
    reach_direction=st.sampled_from(["forward", "both"]),
    reach_gain=st.sampled_from([0.5, 0.9, 1.4]),
    reach_kernel=st.sampled_from([1, 3, 5]),
    reach_dilations=st.sampled_from(["1", "1,2,4", "4,4"]),
    reach_backward=st.booleans(),
)


@pytest.fixture(autouse=True)
def defaults() -> Iterator[None]:
    """The program sets how torch prints, for the whole process."""
    yield
    torch.set_printoptions(profile="default")


def drawn(choice: ReachChoice, tokens: tuple[str, ...], seed: int = 3) -> Drawn:
    return Drawn(tokens, seed, choice.stack, choice.recurrent, choice.convolution)


def shares(code: str) -> dict[str, np.ndarray]:
    """All shares of each architecture, and whether the last of them are what is printed."""
    names: dict[str, Any] = {}
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(code, names)
    found = {}
    for layer in ("attention", "recurrent", "convolutional"):
        jacobian = torch.autograd.functional.jacobian(names[layer], names["x"])
        felt = torch.linalg.vector_norm(jacobian, dim=(1, 3))
        found[layer] = (felt / felt.sum(-1, keepdim=True)).numpy()
        assert f"{layer} {torch.from_numpy(found[layer][-1])}\n" in printed.getvalue()
    torch.set_default_dtype(torch.float32)  # in which the next numbers are drawn
    return found


@settings(deadline=None)
@given(choices, st.integers(1, 7))
def test_the_program_gives_the_shares_of_its_draw(choice: ReachChoice, n: int):
    tokens = tuple("1234567"[:n])
    found = shares(reaching_snippet(drawn(choice, tokens), n - 1))
    page = {
        "attention": reach.attention(tokens, choice.stack, 3),
        "recurrent": reach.recurrent(tokens, choice.recurrent, 3),
        "convolutional": reach.convolutional(tokens, choice.convolution, 3),
    }
    for name, expected in page.items():
        assert_allclose(found[name], expected.first, rtol=1e-5, atol=1e-12)


def test_the_programs_of_all_draws_give_the_mean_of_the_page():
    choice, tokens = ReachChoice(), tuple(str(place) for place in range(1, 10))
    found = [
        shares(reaching_snippet(drawn(choice, tokens, seed), 8)) for seed in range(reach.SEEDS)
    ]
    expected = reach.recurrent(tokens, choice.recurrent, 0)
    assert_allclose(np.mean([it["recurrent"] for it in found], axis=0), expected.mean, rtol=1e-5)


def test_it_runs_on_its_own():
    choice = replace(ReachChoice(), reach_mask="causal", reach_kind="lstm", reach_direction="both")
    code = reaching_snippet(drawn(choice, ("a", "b", "c")), 2)
    alone = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert alone.stdout.count("tensor([") == 3
    assert "masked_fill" in code
    assert "masked_fill" not in reaching_snippet(drawn(ReachChoice(), ("a", "b", "c")), 2)
