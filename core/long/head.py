"""One head over long input: any part of its attention map, exactly, and none of it whole."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array, BoolArray, IntArray
from core.long.pixels import PIXELS, Overview, blocks
from core.long.tiled import in_slices, region
from core.masks import MaskRule


class Row(NamedTuple):
    """One query over all keys.

    Attributes:
        scores: ``(key,)``, scaled, before the mask.
        bias: ``(key,)``, 0, or -inf where the query may not look.
        weights: ``(key,)``, sum to 1.
    """

    scores: Array
    bias: Array
    weights: Array


@dataclass(frozen=True)
class LongHead:
    """Queries and keys of one head.

    Attributes:
        q: ``(query, d_k)``.
        k: ``(key, d_k)``.
        v: ``(key, d_v)``, if there are values.
        causal: Whether query i sees keys up to i only.
    """

    q: Array
    k: Array
    v: Array | None = None
    causal: bool = False

    def overview(self) -> Generator[float, None, Overview]:
        """The whole map in at most ``PIXELS`` rows and columns: seconds, for many tokens.

        Yields:
            The part that is done, up to 1.
        """
        return in_slices(*self._tensors, (PIXELS, PIXELS), self._rule)

    def region(self, queries: range, keys: range) -> Array:
        """``(query, key)``: the weights of a rectangle; time grows with its rows only."""
        return region(*self._tensors, (queries, keys), self._rule)

    def may_look(self, queries: range, keys: range) -> BoolArray:
        """``(query, key)`` of a rectangle: ``True`` where the query sees the key."""
        return self._rule.part(queries, keys)

    def row(self, query: int) -> Row:
        """All keys for one query."""
        q, k = (x.numpy() for x in self._tensors)
        scores = k @ q[query] * q.shape[-1] ** -0.5
        rectangle = range(query, query + 1), range(len(k))
        bias = np.where(self.may_look(*rectangle)[0], 0, -np.inf).astype(scores.dtype)
        return Row(scores, bias, self.region(*rectangle)[0])

    def block(self, query: int, key: int) -> tuple[range, range]:
        """The rectangle that is zoomed into for a pair: the block of the map that holds it."""
        return _around(blocks(len(self.q)), query), _around(blocks(len(self.k)), key)

    @property
    def _rule(self) -> MaskRule:
        return MaskRule("causal" if self.causal else "none")

    @property
    def _tensors(self) -> tuple[Tensor, Tensor]:
        kind = np.result_type(self.q, self.k, np.float32)
        q, k = (torch.from_numpy(x.astype(kind, copy=False)) for x in (self.q, self.k))
        return q, k


def long_head(parts: Mapping[str, Array], layer: int, head: int, *, causal: bool) -> LongHead:
    """One head of ``(layer, head, ...)`` parts: q, k, and v if there are values."""
    return LongHead(
        **{part: parts[part][layer, head] for part in "qkv" if part in parts}, causal=causal
    )


def _around(edges: IntArray, place: int) -> range:
    block = int(np.searchsorted(edges, place, side="right")) - 1
    return range(int(edges[block]), int(edges[block + 1]))
