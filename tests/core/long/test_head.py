"""Long files: any part of a map is the full map's part, and none needs the full map."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from core.arrays import Array
from core.errors import InputError
from core.files.limits import PUBLIC
from core.long.head import LongHead, long_head
from core.long.pixels import BLOCKS, PIXELS, Overview, blocks, edges
from core.sources.uploaded import UploadedSource, read_upload
from tests.hostile import npz

ROOT = Path(__file__).parents[3]

lengths = st.integers(1, 60)


def normal(*shape: int, seed: int = 0) -> NDArray[Any]:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def full(head: LongHead) -> Array:
    """The whole map: (query, key)."""
    scores = torch.from_numpy(head.q @ head.k.T) * head.q.shape[-1] ** -0.5
    if head.causal:
        scores.masked_fill_(torch.ones_like(scores, dtype=torch.bool).triu(1), -torch.inf)
    return scores.softmax(-1).numpy()


def whole(head: LongHead) -> Overview:
    making = head.overview()
    while True:
        try:
            next(making)
        except StopIteration as end:
            return end.value


@given(lengths, lengths, st.booleans(), st.data())
def test_rows_and_regions_are_those_of_the_full_map(
    n_query: int, n_key: int, causal: bool, data: st.DataObject
):
    head = LongHead(normal(n_query, 3), normal(n_key, 3, seed=1), causal=causal)
    weights = full(head)
    query = data.draw(st.integers(0, n_query - 1))
    row = head.row(query)
    assert_allclose(row.weights, weights[query], atol=1e-6)
    biased = torch.from_numpy(row.scores + row.bias)
    assert_allclose(biased.softmax(-1), weights[query], atol=1e-6)
    queries, keys = range(query, n_query), range(n_key // 2, n_key)
    part = weights[query:, n_key // 2 :]
    assert_allclose(head.region(queries, keys), part, atol=1e-6)
    assert not part[~head.may_look(queries, keys)].any()


def test_a_picture_of_5000_tokens_is_the_full_map_reduced():
    n = 5_000
    q, k = normal(n, 4), normal(n, 4, seed=1)
    found = read_upload(npz(q=q, k=k), "long.npz")
    assert found.long
    head = long_head(found.parts, 0, 0, causal=False)
    picture, weights = whole(head), full(head)
    assert picture.maximum.shape == (PIXELS, PIXELS)
    for kind, reduce in (("maximum", np.maximum), ("mean", np.add)):
        sums = reduce.reduceat(weights, picture.row_edges[:-1], axis=0)
        expected = reduce.reduceat(sums, picture.column_edges[:-1], axis=1)
        if kind == "mean":
            expected /= np.outer(np.diff(picture.row_edges), np.diff(picture.column_edges))
        assert_allclose(getattr(picture, kind), expected, rtol=1e-3, atol=1e-9)
        pooled = picture.pooled(kind)
        queries, keys = head.block(1234, 4321)
        block = weights[queries.start : queries.stop, keys.start : keys.stop]
        at = np.searchsorted(blocks(n), (1234, 4321), side="right") - 1
        assert_allclose(pooled[*at], block.max() if kind == "maximum" else block.mean(), rtol=1e-3)


@given(st.integers(1, 3_000))
def test_blocks_cover_every_token_once_and_end_where_pixels_do(n: int):
    found = blocks(n)
    assert (found[0], found[-1]) == (0, n)
    assert (np.diff(found) > 0).all()
    assert len(found) - 1 <= BLOCKS
    assert set(found.tolist()) <= set(edges(n, PIXELS).tolist())
    place = n * 2 // 3
    queries, keys = LongHead(normal(n, 1), normal(5, 1)).block(place, 4)
    assert place in queries
    assert 4 in keys


# Which files are long


@pytest.mark.parametrize(
    ("parts", "long"),
    [
        ({"q": (9, 2), "k": (9, 2)}, True),
        ({"q": (9, 2), "k": (9, 2), "v": (9, 2)}, False),
        ({"q": (9, 2), "k": (9, 2), "weights": (9, 9)}, False),
        ({"q": (PUBLIC.tokens, 2), "k": (PUBLIC.tokens, 2), "v": (PUBLIC.tokens, 2)}, False),
        ({"q": (PUBLIC.tokens + 1, 2), "k": (9, 2), "v": (9, 2)}, True),
        ({"q": (9, 2), "k": (PUBLIC.tokens + 1, 2), "v": (PUBLIC.tokens + 1, 3)}, True),
        (dict.fromkeys("qkv", (PUBLIC.cells // 1024**2 + 1, 1024, 1)), True),
    ],
)
def test_maps_that_are_too_large_for_a_whole_make_a_file_long(
    parts: dict[str, tuple[int, ...]], long: bool
):
    arrays = {name: np.full(shape, 1 / 9, np.float32) for name, shape in parts.items()}
    assert read_upload(npz(**arrays), "mine.npz").long is long


def test_a_long_file_keeps_heads_layers_tokens_and_values():
    q, k, v = normal(2, 3, 2_000, 4), normal(2, 3, 1_500, 4, seed=1), normal(2, 3, 1_500, 5, seed=2)
    tokens = {"query_tokens": [f"q{i}" for i in range(2_000)], "key_tokens": ["k"] * 1_500}
    found = read_upload(npz(q=q, k=k, v=v, **tokens), "long.npz")
    assert (found.n_layers, found.n_heads, found.has_steps) == (2, 3, False)
    assert (found.query_tokens[1_999], len(found.key_tokens)) == ("q1999", 1_500)
    head = long_head(found.parts, 1, 2, causal=True)
    assert_array_equal(head.q, q[1, 2])
    assert_array_equal(head.v, v[1, 2])
    assert found.layer(0) is None
    with pytest.raises(InputError, match="file_weights_only"):
        UploadedSource(found).trace()


def test_kinds_of_numbers_may_be_mixed():
    head = LongHead(normal(7, 3).astype(np.float64), normal(7, 3, seed=1))
    assert head.region(range(7), range(7)).dtype == np.float64
    assert_allclose(head.row(3).weights.sum(), 1)


def test_scores_of_half_precision_do_not_overflow():
    q = np.full((7, 64), 60, np.float16)  # 60 * 60 * 64 > 65504
    assert LongHead(q, q).row(3).scores.tolist() == [60 * 60 * 8] * 7


@pytest.mark.parametrize("part", ["mask", "bias"])
@pytest.mark.parametrize("shape", [(1, 1_500), (1_500, 1_500)])
def test_a_mask_in_a_long_file_is_refused(part: str, shape: tuple[int, int]):
    content = npz(q=normal(1_500, 2), k=normal(1_500, 2), **{part: np.ones(shape, np.int8)})
    with pytest.raises(InputError, match="file_long_mask"):
        read_upload(content, "long.npz")


def test_what_a_long_file_holds_besides_is_named():
    n = 1_500
    content = npz(q=normal(n, 2), k=normal(n, 2), scores=np.ones((n, n), np.int8))
    found = read_upload(content, "long.npz")
    [doubt] = found.doubts
    assert (doubt.code, doubt.values) == ("file_long_parts", {"tensors": ("scores",)})
    assert set(found.used.values()) == {"q", "k"}


@pytest.mark.parametrize(
    ("q", "k", "code"),
    [
        ((2_000, 3), (2_000, 2), "file_shapes"),
        ((3, 2_000, 3), (2, 2_000, 3), "file_shapes"),
        ((PUBLIC.long_tokens + 1, 1), (9, 1), "file_too_many_tokens"),
        ((300, 2_000, 1), (300, 2_000, 1), "file_too_many_heads"),
    ],
)
def test_long_parts_that_do_not_fit_are_refused(q: tuple[int, ...], k: tuple[int, ...], code: str):
    with pytest.raises(InputError, match=code):
        read_upload(npz(q=np.ones(q, np.float16), k=np.ones(k, np.float16)), "long.npz")


# What it costs

LONG = """
import io, numpy as np, torch
from pathlib import Path
from core.long.head import long_head
from core.sources.uploaded import read_upload
def memory(kind):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind))
def run(n):
    q, k = np.random.default_rng(0).normal(size=(2, n, 16)).astype(np.float16)
    file = io.BytesIO()
    np.savez_compressed(file, q=q, k=k)
    before = memory("VmRSS")
    head = long_head(read_upload(file.getvalue(), "long.npz").parts, 0, 0, causal=False)
    for _ in head.overview():
        pass
    head.region(*head.block(n // 2, n // 3))
    head.row(n // 2)
    return (memory("VmHWM") - before) // 1024
torch.set_num_threads(1)
run(50)
print(run(8_000))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no /proc")
def test_a_long_file_needs_no_array_of_all_pairs():
    done = subprocess.run(
        [sys.executable, "-c", LONG], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert 0 < int(done.stdout) < 100  # MiB; all pairs of 8,000 tokens need 244
