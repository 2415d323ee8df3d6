"""A table of masks: boolean ``(query, key)`` matrices, ``True`` = may look.

torch's ``nn.MultiheadAttention`` means the opposite by ``True``; here it is as in
``torch.nn.functional.scaled_dot_product_attention``.

Source: Beltagy et al., Longformer: The Long-Document Transformer, 2020, section 3.1 (window,
dilated, global).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.arrays import BoolArray, IntArray


@dataclass(frozen=True)
class MaskRule:
    """A mask for a sentence of any length.

    Attributes:
        kind: One of ``MASKS``, which says what of the rest is used.
        width: Tokens on each side.
        padded: Positions that only fill up space.
        blocked: (query, key) pairs.
        step: Distance of the tokens on each side from each other.
        n_global: Tokens at the start that look at everything and are looked at by everything.
    """

    kind: str = "none"
    width: int = 1
    padded: tuple[int, ...] = ()
    blocked: tuple[tuple[int, int], ...] = ()
    step: int = 2
    n_global: int = 1

    def __post_init__(self) -> None:
        """Check the kind and the numbers.

        Raises:
            ValueError: If there is no such mask, or nothing can lie so far apart.
        """
        if self.kind not in MASKS:
            raise ValueError(f"unknown mask: {self.kind!r}")
        if self.width < 0 or self.step < 1:
            raise ValueError(f"need width >= 0 and step >= 1, got {self.width} and {self.step}")

    def matrix(self, n: int) -> BoolArray:
        """The mask for ``n`` tokens: ``(query, key)``."""
        return self.part(range(n), range(n))

    def part(self, queries: range, keys: range) -> BoolArray:
        """A rectangle of the mask: ``(query, key)``. Positions elsewhere are ignored."""
        query, key = np.array(queries, dtype=int)[:, None], np.array(keys, dtype=int)
        allowed = MASKS[self.kind].may_look(query, key, self)
        return np.broadcast_to(allowed, (len(queries), len(keys))).copy()

    def seen(self, queries: range, n_keys: int) -> range:
        """The keys that some of the queries may look at, and perhaps some in between."""
        back, ahead = MASKS[self.kind].farthest(self)
        begin = 0 if back is None else queries.start - back
        end = n_keys if ahead is None else queries.stop + ahead
        end = min(max(end, 0), n_keys)
        return range(min(max(begin, 0), end), end)


def _no_limit(_rule: MaskRule) -> tuple[int | None, int | None]:
    return None, None


@dataclass(frozen=True)
class Mask:
    """One kind of mask.

    Attributes:
        may_look: ``(query, 1)`` and ``(key,)`` positions, and the rule, to booleans that broadcast
            to ``(query, key)``.
        uses: The fields of the rule that change something.
        farthest: How many tokens back and ahead a query can look; ``None`` = any number.
    """

    may_look: Callable[[IntArray, IntArray, MaskRule], BoolArray | bool]
    uses: tuple[str, ...] = ()
    farthest: Callable[[MaskRule], tuple[int | None, int | None]] = _no_limit


def _window(query: IntArray, key: IntArray, rule: MaskRule) -> BoolArray:
    return abs(query - key) <= rule.width


def _dilated(query: IntArray, key: IntArray, rule: MaskRule) -> BoolArray:
    distance = abs(query - key)
    return (distance <= rule.width * rule.step) & (distance % rule.step == 0)


def _dilated_farthest(rule: MaskRule) -> tuple[int, int]:
    return rule.width * rule.step, rule.width * rule.step


def _global(query: IntArray, key: IntArray, rule: MaskRule) -> BoolArray:
    return _window(query, key, rule) | (query < rule.n_global) | (key < rule.n_global)


def _drawn(query: IntArray, key: IntArray, rule: MaskRule) -> BoolArray:
    allowed = np.ones((len(query), len(key)), dtype=bool)
    for i, j in rule.blocked:
        allowed[np.ix_(query[:, 0] == i, key == j)] = False
    return allowed


MASKS: Mapping[str, Mask] = {
    "none": Mask(lambda query, key, rule: True),
    "causal": Mask(lambda query, key, rule: key <= query, farthest=lambda rule: (None, 0)),
    "window": Mask(_window, ("width",), lambda rule: (rule.width, rule.width)),
    "dilated": Mask(_dilated, ("width", "step"), _dilated_farthest),
    "global": Mask(_global, ("width", "n_global")),
    "padding": Mask(lambda query, key, rule: ~np.isin(key, rule.padded), ("padded",)),
    "drawn": Mask(_drawn, ("blocked",)),
}
"""All kinds of masks, by name."""


def kinds_using(number: str) -> tuple[str, ...]:
    """The kinds for which this field of a rule changes something."""
    return tuple(name for name, mask in MASKS.items() if number in mask.uses)


def kinds_with(*numbers: str) -> tuple[str, ...]:
    """The kinds that need no other fields of a rule than these."""
    return tuple(name for name, mask in MASKS.items() if set(mask.uses) <= set(numbers))
