"""Who may look at whom: boolean ``(query, key)`` matrices, ``True`` = may look.

torch's ``nn.MultiheadAttention`` means the opposite by ``True``; here it is as in
``torch.nn.functional.scaled_dot_product_attention``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, assert_never

import numpy as np

from core.arrays import BoolArray

MaskKind = Literal["none", "causal", "window", "padding", "drawn"]


def everything(n: int) -> BoolArray:
    """Every token may look at every token."""
    return np.ones((n, n), dtype=bool)


def causal(n: int) -> BoolArray:
    """Every token may look at itself and what comes before it."""
    return np.tri(n, dtype=bool)


def window(n: int, width: int) -> BoolArray:
    """Every token may look at itself and ``width`` neighbours on each side.

    Raises:
        ValueError: If ``width`` is negative.
    """
    if width < 0:
        raise ValueError(f"a window needs a width of at least 0, got {width}")
    position = np.arange(n)
    return np.abs(position[:, None] - position) <= width


def dilated(n: int, width: int, step: int) -> BoolArray:
    """Every token may look at itself and ``width`` tokens on each side, ``step`` apart.

    Raises:
        ValueError: If ``width`` is negative or ``step`` is less than 1.

    Source: Beltagy et al., Longformer: The Long-Document Transformer, 2020, section 3.1.
    """
    if step < 1:
        raise ValueError(f"a dilated window needs a step of at least 1, got {step}")
    position = np.arange(n)
    distance = np.abs(position[:, None] - position)
    return window(n, width * step) & (distance % step == 0)


def with_global(may_look: BoolArray, count: int) -> BoolArray:
    """The first ``count`` tokens may look at everything, and everything may look at them.

    Source: Beltagy et al. 2020, section 3.1.
    """
    result = may_look.copy()
    result[:count], result[:, :count] = True, True
    return result


def padding(n: int, padded: Iterable[int]) -> BoolArray:
    """Nobody may look at the tokens that only fill up space.

    Positions beyond ``n`` are ignored.
    """
    hidden = np.isin(np.arange(n), list(padded))
    return np.broadcast_to(~hidden, (n, n)).copy()


def drawn(n: int, blocked: Iterable[tuple[int, int]]) -> BoolArray:
    """Everything but the given (query, key) pairs; pairs outside the sentence are ignored."""
    may_look = everything(n)
    for query, key in blocked:
        if 0 <= query < n and 0 <= key < n:
            may_look[query, key] = False
    return may_look


@dataclass(frozen=True)
class MaskRule:
    """A mask for a sentence of any length.

    Attributes:
        kind: Which of the functions of this module.
        width: Neighbours on each side, for ``window``.
        padded: Positions, for ``padding``.
        blocked: (query, key) pairs, for ``drawn``.
    """

    kind: MaskKind = "none"
    width: int = 1
    padded: tuple[int, ...] = ()
    blocked: tuple[tuple[int, int], ...] = ()

    def matrix(self, n: int) -> BoolArray:
        """The mask for ``n`` tokens: ``(query, key)``."""
        match self.kind:
            case "causal":
                return causal(n)
            case "window":
                return window(n, self.width)
            case "padding":
                return padding(n, self.padded)
            case "drawn":
                return drawn(n, self.blocked)
            case "none":
                return everything(n)
            case unknown:
                assert_never(unknown)
