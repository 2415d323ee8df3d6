"""Attention maps of very long input, without an array of all queries by all keys.

Weights are computed for a few queries and all of their keys at a time, in full precision, and
reduced to the pixels of the screen before the next few are. As a tile holds whole rows, softmax
needs no second pass.

Source: Rabe and Staats, Self-attention Does Not Need O(n²) Memory, 2021, section 2.
"""

from collections.abc import Generator, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array
from core.long.pixels import Overview, edges
from core.masks import MaskRule
from core.softmax import masked_softmax

LARGEST_TILE = 1 << 21
"""Scores that are held at a time (or one row, if that is longer): 8 MB in float32."""


class _Tile(NamedTuple):
    first: int  # query of the first row
    begin: int  # key of the first column; the weights of keys outside of the tile are 0
    weights: Tensor  # (query, key)


def overview(
    q: Tensor,
    k: Tensor,
    pixels: tuple[int, int],
    rule: MaskRule | None = None,
    scale: float | None = None,
) -> Overview:
    """One head's attention map, reduced to pixels while it is computed.

    Args:
        q: ``(query, d_k)``.
        k: ``(key, d_k)``.
        pixels: (rows, columns); no more are given than there are queries and keys. Rows differ by
            one query at most, columns by one key.
        rule: Who may look at whom. ``None`` allows everything.
        scale: Factor of the scores. ``None`` means 1/√d_k.

    Returns:
        In the dtype of ``q``; in float32 for half precision. Memory grows with the number of
        tokens, not with its square.

    Raises:
        ValueError: If shapes do not fit together, or there is no pixel.
    """
    making = in_slices(q, k, pixels, rule, scale)
    while True:
        try:
            next(making)
        except StopIteration as end:
            return end.value


def in_slices(
    q: Tensor,
    k: Tensor,
    pixels: tuple[int, int],
    rule: MaskRule | None = None,
    scale: float | None = None,
) -> Generator[float, None, Overview]:
    """As :func:`overview`, with a pause after every tile: there it can be shown how far it is.

    Yields:
        The part of the queries that is done, up to 1.
    """
    _check(q, k)
    row_edges, column_edges = edges(len(q), pixels[0]), edges(len(k), pixels[1])
    maximum = np.zeros((len(row_edges) - 1, len(column_edges) - 1))
    total = np.zeros_like(maximum)
    for tile in _tiles(q, k, range(len(q)), rule or MaskRule(), scale):
        last = tile.first + len(tile.weights)
        inside = slice(tile.begin, tile.begin + tile.weights.shape[1])
        largest, summed = np.zeros((2, len(k)))  # by key
        low, high = np.searchsorted(row_edges, [tile.first, last - 1], side="right") - 1
        for row in range(low, high + 1):
            begin, end = np.clip(row_edges[row : row + 2], tile.first, last) - tile.first
            part = tile.weights[begin:end]
            largest[inside], summed[inside] = part.amax(dim=0), part.sum(dim=0)
            found = np.maximum.reduceat(largest, column_edges[:-1])
            np.maximum(maximum[row], found, out=maximum[row])
            total[row] += np.add.reduceat(summed, column_edges[:-1])
        yield last / len(q)
    pairs = np.diff(row_edges)[:, None] * np.diff(column_edges)
    dtype = _dtype(q)
    return Overview(maximum.astype(dtype), (total / pairs).astype(dtype), row_edges, column_edges)


def region(
    q: Tensor,
    k: Tensor,
    rectangle: tuple[range, range],
    rule: MaskRule | None = None,
    scale: float | None = None,
) -> Array:
    """A rectangle of one head's attention map, as if the whole map had been computed.

    Args:
        q: ``(query, d_k)``, all of them.
        k: ``(key, d_k)``, all of them: every key takes its share of the softmax.
        rectangle: (queries, keys), both one after the other.
        rule: Who may look at whom. ``None`` allows everything.
        scale: Factor of the scores. ``None`` means 1/√d_k.

    Returns:
        ``(query, key)`` of the rectangle, in the dtype of ``q``; in float32 for half precision.

    Raises:
        ValueError: If shapes do not fit together, or the rectangle is not within the map.
    """
    _check(q, k)
    queries, keys = rectangle
    for name, part, n in (("queries", queries, len(q)), ("keys", keys, len(k))):
        if part.step != 1 or not 0 <= part.start <= part.stop <= n:
            raise ValueError(f"{name} must lie within 0 and {n} in steps of 1, got {part}")
    weights = np.zeros((len(queries), len(keys)), dtype=_dtype(q))
    for tile in _tiles(q, k, queries, rule or MaskRule(), scale):
        begin = max(keys.start, tile.begin)
        end = max(begin, min(keys.stop, tile.begin + tile.weights.shape[1]))
        top = tile.first - queries.start
        seen = tile.weights[:, begin - tile.begin : end - tile.begin]
        weights[top : top + len(seen), begin - keys.start : end - keys.start] = seen
    return weights


def _tiles(
    q: Tensor, k: Tensor, queries: range, rule: MaskRule, scale: float | None
) -> Iterator[_Tile]:
    """The weights of some queries, a few at a time, to be used before the next are asked for."""
    factor = q.shape[-1] ** -0.5 if scale is None else scale
    q, k = (x.float() if _is_half(x) else x for x in (q, k))
    height = max(1, LARGEST_TILE // max(1, len(k)))
    for first in range(queries.start, queries.stop, height):
        rows = range(first, min(first + height, queries.stop))
        columns = rule.seen(rows, len(k))
        with torch.inference_mode():
            asked = q[rows.start : rows.stop] * factor
            scores = asked @ k[columns.start : columns.stop].mT  # (query, key)
            if rule.kind == "causal":  # only a tile's last keys can lie ahead of a query
                corner = scores[:, rows.start :]
                corner.masked_fill_(torch.ones_like(corner, dtype=torch.bool).triu(1), -torch.inf)
            hides = rule.kind not in ("none", "causal")
            may_look = torch.from_numpy(rule.part(rows, columns)) if hides else None
            weights = masked_softmax(scores, may_look, out=scores)
        yield _Tile(first, columns.start, weights)


def _dtype(q: Tensor) -> np.dtype:
    """Of what comes out: numpy has no bfloat16."""
    return np.dtype(np.float32 if _is_half(q) else str(q.dtype).removeprefix("torch."))


def _is_half(x: Tensor) -> bool:
    return x.itemsize < 4


def _check(q: Tensor, k: Tensor) -> None:
    for name, x in {"q": q, "k": k}.items():
        if x.ndim != 2 or not x.is_floating_point() or 0 in x.shape:
            raise ValueError(
                f"{name} must be a float tensor of shape (token, d_k) and not empty, "
                f"got {x.dtype} {tuple(x.shape)}"
            )
    if q.shape[1] != k.shape[1]:
        raise ValueError(f"q has width {q.shape[1]} and k {k.shape[1]}: they must be the same")
