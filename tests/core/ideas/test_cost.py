"""The table's numbers: by hand, against torch's counter, against the fields they summarise."""

import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.attention import scaled_dot_product_attention
from core.cnn import ConvolutionSettings, ConvolutionStack
from core.errors import InputError
from core.ideas.cost import (
    LARGEST_COUNTED,
    MOST_STEPS,
    ROWS,
    Row,
    Setting,
    can_be_run,
    counted,
    crossing,
    formula,
    kept,
    learned,
    longest_path,
    restricted_attention,
    runner,
    sequential,
)
from core.ideas.timing import timed
from core.masks import MaskRule
from core.reader.ideas import CostChoice, lengths
from core.reader.records import NAMES, limits
from core.receptive_field import attention_field, convolution_field, recurrent_field
from core.rnn import RecurrentKind, RecurrentLayer, RecurrentSettings
from tests.choosing import read

sizes = {name: st.integers(*limits(name)) for name in ("cost_n", "cost_d")}
every_row = pytest.mark.parametrize("row", ROWS)
odd = st.integers(1, 6).map(lambda half: 2 * half + 1)


def test_the_table_by_hand():
    it = Setting(n=10, d=4, k=3, r=5)
    assert [formula(row, it) for row in ROWS] == [1600, 640, 960, 800]
    assert [sequential(row, it) for row in ROWS] == [1, 10, 1, 1]
    assert [longest_path(row, it) for row in ROWS] == [1, 10, 3, 3]


@every_row
@pytest.mark.parametrize("projections", [False, True])
@pytest.mark.parametrize("recurrent", get_args(RecurrentKind))
def test_torchs_counter_agrees_with_the_formula(
    row: Row, recurrent: RecurrentKind, projections: bool
):
    for n, r in ((9, 5), (4, 7)):
        it = Setting(n, 6, 5, r, recurrent, projections)
        assert counted(row, it) == formula(row, it)


def test_what_is_run_to_be_counted_gives_the_same_in_either_precision():
    for row, recurrent in product(ROWS, get_args(RecurrentKind)):
        it = Setting(7, 6, 5, 3, recurrent, projections=True)
        single, double = (runner(row, it, dtype)() for dtype in (torch.float32, torch.float64))
        assert double.dtype == torch.float64
        torch.testing.assert_close(double.float(), single)


def test_what_is_too_large_is_not_run():
    assert counted("self_attention", Setting(2 * MOST_STEPS, 2)) is None
    it = Setting(1024, 1024)
    assert formula("self_attention", it) > LARGEST_COUNTED
    assert counted("self_attention", it) is None


def test_counting_leaves_other_peoples_modules_alone():
    before = len(torch.nn.modules.module._global_forward_pre_hooks)
    seen = []

    class Spy(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(len(torch.nn.modules.module._global_forward_pre_hooks))
            return x @ x

    Spy()(torch.ones(2, 2))
    counted.cache_clear()
    counted("recurrent", Setting(4, 8))
    Spy()(torch.ones(2, 2))
    assert seen == [before, before]


@given(st.integers(2, 40), odd, odd)
def test_paths_are_those_of_the_fields(n: int, k: int, r: int):
    it = Setting(n, 4, k, r)
    layers = longest_path("convolution", it)
    dilations = [k**layer for layer in range(layers)]
    assert convolution_field(n, k, dilations, causal=True).path[-1, 0] == layers
    layers = longest_path("restricted", it)
    causal = MaskRule("causal").matrix(n)
    window = MaskRule("window", r - 1).matrix(n) & causal
    assert attention_field(window, layers).path[-1, 0] == layers
    assert longest_path("recurrent", it) == recurrent_field(n).path[-1, 0]
    assert longest_path("self_attention", it) == attention_field(causal).path[-1, 0]


@given(st.integers(1, 12), st.integers(1, 5), st.integers(0, 4), st.integers(0, 99))
def test_restricted_attention_is_attention_with_a_window(n: int, d: int, width: int, seed: int):
    q, k, v = torch.randn(3, n, d, generator=torch.Generator().manual_seed(seed))
    window = torch.from_numpy(MaskRule("window", width).matrix(n))
    expected = scaled_dot_product_attention(q, k, v, window).output
    torch.testing.assert_close(restricted_attention(q, k, v, 2 * width + 1), expected)


@given(sizes["cost_n"], sizes["cost_d"], st.booleans())
def test_attention_and_recurrence_cost_the_same_at_the_crossing(n: int, d: int, extra: bool):
    for kind in get_args(RecurrentKind):
        it = Setting(n, d, recurrent=kind, projections=extra)
        at = crossing(it)
        if at is None:
            assert formula("self_attention", it) > formula("recurrent", it)
        else:
            there = it._replace(n=at)
            assert formula("self_attention", there) == formula("recurrent", there)


@pytest.mark.parametrize(
    ("kind", "projections", "expected"),
    [
        ("rnn", False, 512),
        ("gru", False, 3 * 512),
        ("lstm", False, 4 * 512),
        ("rnn", True, None),
        ("gru", True, 512),
    ],
)
def test_where_the_lines_cross(kind: RecurrentKind, projections: bool, expected: int | None):
    assert crossing(Setting(64, 512, recurrent=kind, projections=projections)) == expected


@pytest.mark.parametrize("name", NAMES[CostChoice])
@pytest.mark.parametrize("nonsense", [None, "x", 1e9, 5.5, float("nan"), [], 0])
def test_a_choice_that_makes_no_sense_is_the_default(name: str, nonsense: object):
    choice, unusable = read(CostChoice, {name: nonsense})
    assert choice == CostChoice()
    assert unusable == (name,)


@given(sizes["cost_n"], sizes["cost_d"])
def test_the_curves_hold_the_readers_length_and_every_meeting(n: int, d: int):
    drawn = lengths(n, d)
    assert list(drawn) == sorted(set(drawn))
    for kind in get_args(RecurrentKind):
        for extra in (False, True):
            at = crossing(Setting(n, d, recurrent=kind, projections=extra))
            assert at is None or at <= drawn[-1]
    assert n <= drawn[-1] < 4 * max(n, 8 * d, 4096)


@pytest.mark.parametrize("kind", get_args(RecurrentKind))
def test_what_is_learned_is_what_torchs_layers_hold(kind: RecurrentKind):
    it = Setting(5, 6, 3, recurrent=kind, projections=True)
    net = RecurrentLayer(6, RecurrentSettings(kind, 6))
    stack = ConvolutionStack(6, ConvolutionSettings(3, d_out=6))
    layers: dict[Row, torch.nn.Module] = {"recurrent": net, "convolution": stack}
    for row, layer in layers.items():
        held = sum(p.numel() for p in layer.state_dict().values() if p.squeeze().ndim > 1)
        assert learned(row, it) == held
    assert learned("self_attention", it) == 4 * 6 * 6
    assert learned("self_attention", it._replace(projections=False)) == 0


def test_what_is_kept_by_hand():
    it = Setting(100, 8, 3, 9, "lstm")
    assert [kept(row, it) for row in ROWS] == [10_000, 16, 0, 900]
    assert kept("self_attention", it._replace(projections=True)) == 10_000 + 3 * 800


@pytest.mark.parametrize(("n", "d"), [(1_000_000, 1), (2, 100_000), (60_000, 1), (2, 11_000)])
def test_nothing_is_run_that_does_not_fit_into_memory(n: int, d: int):
    for row in ROWS:
        found = counted(row, Setting(n, d))
        assert found is None or can_be_run(row, Setting(n, d))
    with pytest.raises(InputError):
        next(timed(Setting(n, d)))


def test_counting_does_not_load_torchs_compiler():
    program = (
        "import sys; from core.ideas.cost import Setting, counted;"
        "assert counted('self_attention', Setting(3, 4)) == 144;"
        "assert not {'torch._dynamo', 'sympy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[3])
