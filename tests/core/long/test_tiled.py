"""Attention maps in tiles against the full computation."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from core.arrays import Array
from core.attention import scaled_dot_product_attention
from core.long import tiled
from core.long.tiled import overview, region
from core.masks import MaskRule

ROOT = Path(__file__).parents[3]

rules = st.builds(
    MaskRule,
    st.sampled_from(["none", "causal", "window", "padding", "drawn"]),
    st.integers(0, 9),
    st.sets(st.integers(0, 30)).map(tuple),
    st.sets(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60).map(tuple),
)
lengths = st.integers(1, 29)
pixels = st.integers(1, 40)
tiles = st.integers(1, 200)


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 2 * torch.randn(shape, generator=generator, dtype=torch.float64)


def full(q: Tensor, k: Tensor, rule: MaskRule, scale: float | None = None) -> Array:
    """The whole map, from the rule's whole matrix: (query, key)."""
    n = max(len(q), len(k))
    mask = torch.from_numpy(rule.matrix(n)[: len(q), : len(k)])
    return scaled_dot_product_attention(q, k, k, mask, scale=scale).weights.numpy()


def test_an_overview_by_hand(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tiled, "LARGEST_TILE", 1)
    q, k = torch.tensor([[0.0], [1.0]]), torch.tensor([[3.0], [1.0], [1.0]]).log()
    found = overview(q, k, (1, 2), scale=1.0)  # weights 1/3 1/3 1/3, then 3/5 1/5 1/5
    assert_allclose(found.maximum, [[3 / 5, 1 / 3]], rtol=1e-6)
    assert_allclose(found.mean, [[(1 / 3 + 3 / 5) / 2, (2 / 3 + 2 / 5) / 4]], rtol=1e-6)
    assert found.row_edges.tolist() == [0, 2]
    assert found.column_edges.tolist() == [0, 1, 3]


@given(st.tuples(lengths, lengths), st.tuples(pixels, pixels), rules, tiles)
def test_pixels_show_the_maximum_and_the_mean_of_the_full_map(
    sizes: tuple[int, int], screen: tuple[int, int], rule: MaskRule, tile: int
):
    (n_query, n_key), (rows, columns) = sizes, screen
    q, k = normal(n_query, 3), normal(n_key, 3, seed=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiled, "LARGEST_TILE", tile)
        found = overview(q, k, screen, rule, scale=0.7)
    weights = full(q, k, rule, scale=0.7)
    assert found.mean.shape == (min(rows, n_query), min(columns, n_key))
    for at in np.ndindex(found.mean.shape):
        row, column = at
        pixel = weights[
            found.row_edges[row] : found.row_edges[row + 1],
            found.column_edges[column] : found.column_edges[column + 1],
        ]
        assert_allclose(found.maximum[at], pixel.max(), rtol=1e-12)
        assert_allclose(found.mean[at], pixel.mean(), rtol=1e-12)


@given(lengths, pixels)
def test_pixels_cover_every_token_once_and_differ_by_one_at_most(n: int, count: int):
    edges = overview(normal(n, 2), normal(5, 2), (count, 1)).row_edges
    assert edges[0] == 0
    assert edges[-1] == n
    sizes = np.diff(edges)
    assert sizes.min() >= 1
    assert sizes.max() - sizes.min() <= 1


@given(lengths, lengths, rules, tiles, st.data())
def test_a_region_is_a_rectangle_of_the_full_map(
    n_query: int, n_key: int, rule: MaskRule, tile: int, data: st.DataObject
):
    q, k = normal(n_query, 3), normal(n_key, 3, seed=1)
    queries, keys = (
        range(*sorted(data.draw(st.tuples(st.integers(0, n), st.integers(0, n)))))
        for n in (n_query, n_key)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiled, "LARGEST_TILE", tile)
        found = region(q, k, (queries, keys), rule)
    expected = full(q, k, rule)[queries.start : queries.stop, keys.start : keys.stop]
    assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (torch.bfloat16, np.float32),
        (torch.float16, np.float32),
        (torch.float32, np.float32),
        (torch.float64, np.float64),
    ],
)
def test_what_comes_out_has_the_type_that_went_in_or_float32(given: torch.dtype, found: type):
    q = normal(7, 3).to(given)
    seen, part = overview(q, q, (7, 7)), region(q, q, (range(2), range(3)))
    assert seen.maximum.dtype == seen.mean.dtype == part.dtype == found
    assert_allclose(seen.mean, full(q.double(), q.double(), MaskRule()), rtol=1e-5)
    assert_allclose(part, seen.mean[:2, :3], rtol=1e-6)


def test_inputs_that_learn_are_read_and_left_alone():
    q = normal(7, 3).requires_grad_()
    assert overview(q, q, (2, 2)).mean.any()
    assert q.grad is None


@pytest.mark.parametrize(
    ("queries", "keys"),
    [(range(8), range(3)), (range(-1, 3), range(3)), (range(3), range(0, 3, 2))],
)
def test_a_region_outside_of_the_map_is_refused(queries: range, keys: range):
    with pytest.raises(ValueError, match="must lie within 0 and 7"):
        region(normal(7, 3), normal(7, 3), (queries, keys))


@pytest.mark.parametrize(
    ("q", "k", "pixels", "reason"),
    [
        (normal(7, 3), normal(7, 2), 1, "q has width 3 and k 2"),
        (normal(2, 7, 3), normal(7, 3), 1, "q must be a float tensor"),
        (normal(7, 3), torch.ones(7, 3, dtype=torch.long), 1, "k must be a float tensor"),
        (normal(7, 3), normal(0, 3), 1, "not empty"),
        (normal(7, 3), normal(7, 3), 0, "at least one pixel"),
    ],
)
def test_what_makes_no_map_is_refused(q: Tensor, k: Tensor, pixels: int, reason: str):
    with pytest.raises(ValueError, match=reason):
        overview(q, k, (pixels, 1))


# What it costs: memory as the number of tokens, and no work where nothing can be seen


def operations(n: int, rule: MaskRule) -> int:
    """Multiply-adds of the matrix products, as torch's profiler counts them."""
    q = normal(n, 8)
    with profile(activities=[ProfilerActivity.CPU], with_flops=True) as record:
        overview(q, q, (4, 4), rule)
    return sum(event.flops for event in record.key_averages() if event.key == "aten::mm") // 2


def test_scores_are_computed_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tiled, "LARGEST_TILE", 8 * 256)
    assert operations(256, MaskRule()) == 256 * 256 * 8


def test_keys_that_nobody_sees_are_not_computed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tiled, "LARGEST_TILE", 8 * 256)
    everything = operations(256, MaskRule())
    assert operations(256, MaskRule("causal")) < 0.52 * everything
    assert operations(256, MaskRule("window", width=4)) < 0.07 * everything


LONG = """
import torch
from pathlib import Path
from core.masks import MaskRule
from core.long.tiled import overview, region
def memory(kind):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind))
torch.set_num_threads(1)
q, k = torch.randn(2, {n}, 16)
overview(q[:99], k[:99], (9, 9))
before = memory("VmRSS")
overview(q, k, (300, 300), MaskRule({kind!r}, width=500))
region(q, k, (range(100, 400), range(200, 500)))
print((memory("VmHWM") - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no /proc")
@pytest.mark.parametrize(("kind", "n"), [("none", 8192), ("causal", 8192), ("window", 65536)])
def test_long_input_needs_no_array_of_all_pairs(kind: str, n: int):
    done = subprocess.run(
        [sys.executable, "-c", LONG.format(kind=kind, n=n)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert 0 < int(done.stdout) < 80  # MiB; all pairs of 8,192 tokens need 256
