"""Cost of a layer that is split into heads: the same, by formula and counted.

Source: Vaswani et al., Attention Is All You Need, 2017, section 3.2.2: heads of width d / h cost as
much as one of width d.
"""

from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from core.attention import multi_head_attention
from core.complexity import operations
from core.ideas.cost import watched


class HeadCost(NamedTuple):
    """Cost of a layer of width d that is split into heads.

    Attributes:
        n_heads: Into how many.
        size: Width of one head.
        formula: Operations by formula.
        counted: Operations as torch's counter saw them.
        weights: How many weights there are in all maps.
    """

    n_heads: int
    size: int
    formula: int
    counted: int
    weights: int


@lru_cache(maxsize=256)
def costs(n: int, d: int, most: int = 8) -> tuple[HeadCost, ...]:
    """The same layer split into 1, 2, 4, ... heads of width d / h.

    Args:
        n: Tokens.
        d: Width of the layer, divisible by ``most``.
        most: Heads, at most.

    Raises:
        ValueError: If the width cannot be split into that many heads.
    """
    if d % most:
        raise ValueError(f"a width of {d} cannot be split into {most} heads")
    rows, n_heads = [], 1
    work = operations("projections", n, d) + operations("self_attention", n, d)
    while n_heads <= most:
        counted = watched(lambda h=n_heads: _layer(n, d, h))
        rows.append(HeadCost(n_heads, d // n_heads, work, counted, n_heads * n**2))
        n_heads *= 2
    return tuple(rows)


def _layer(n: int, d: int, n_heads: int) -> Tensor:
    x, w = torch.ones(n, d), torch.ones(4, d, d)
    return multi_head_attention(x, None, *w, n_heads=n_heads).output
