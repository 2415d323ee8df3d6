"""Questions about order: whose outputs change when words change places?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from core.ideas.shuffling import OrderedHead
from core.positions import sinusoidal
from core.questions.question import EQUAL, Kind, Name, Question, Word, numbers, one, yes_no

_SIZE = 64  # of the sinusoidal positions that are compared; enough for smooth products
_FAR = 24


@dataclass(frozen=True)
class Ordered:
    """The words that the reader looks at, as written and shuffled.

    Attributes:
        words: As written.
        head: With what tells it the order.
        places: Which word stands first, second, ... once they are shuffled.
        orders: What can tell the order, with the reader's sizes.
    """

    words: tuple[str, ...]
    head: OrderedHead
    places: tuple[int, ...]
    orders: tuple[str, ...]

    def moved(self, order: str, places: Sequence[int]) -> np.ndarray:
        """Largest difference of each word's output: ``(word,)``."""
        return np.abs(replace(self.head, order=order).moved(places)).max(axis=1)


def changes(ordered: Ordered, draw: Generator) -> Question | None:
    """Ask: does a word's output change when the words are shuffled, with something else telling?"""
    order: str = one([order for order in ordered.orders if order != ordered.head.order], draw)
    word = one(range(len(ordered.words)), draw)
    moved = float(ordered.moved(order, ordered.places)[word])
    if len(ordered.words) < 2 or _in_order(ordered.places) or 0 < moved < EQUAL:
        return None
    return Question(
        "changes",
        {"word": Word(ordered.words, word), "order": Name("positions_kind", order)},
        *yes_no(moved != 0),
        {"moved": f"{moved:.3g}"},
    )


def unmoved(ordered: Ordered, draw: Generator) -> Question | None:
    """Ask: with which of these are the shuffled outputs the same ones, shuffled?"""
    if len(ordered.words) < 2 or _in_order(ordered.places):
        return None
    shown: list[str] = [ordered.orders[int(i)] for i in draw.permutation(len(ordered.orders))[:4]]
    if "none" not in shown:
        shown[0] = "none"
    offered: tuple[str, ...] = tuple(order for order in ordered.orders if order in shown)
    found = {order: float(ordered.moved(order, ordered.places).max()) for order in offered}
    still = [order for order, moved in found.items() if moved == 0]
    if len(still) != 1 or any(0 < moved < EQUAL for moved in found.values()):
        return None
    others = {order: moved for order, moved in found.items() if moved}
    least = min(others, key=lambda order: others[order])
    return Question(
        "unmoved",
        {},
        tuple(Name("positions_kind", order) for order in offered),
        offered.index(still[0]),
        {
            "still": Name("positions_kind", still[0]),
            "other": Name("positions_kind", least),
            "moved": f"{others[least]:.3g}",
        },
    )


def swapped(ordered: Ordered, draw: Generator) -> Question | None:
    """Ask: how many outputs change under a causal mask when two neighbours change places?"""
    n = len(ordered.words)
    if n < 3:
        return None
    first = one(range(n - 1), draw)
    places = list(range(n))
    places[first], places[first + 1] = places[first + 1], places[first]
    moved = ordered.moved("causal", places)
    if ((moved > 0) & (moved < EQUAL)).any():
        return None
    count = int((moved > 0).sum())
    if count == 0:
        return None
    return Question(
        "swapped",
        {"one": Word(ordered.words, first), "other": Word(ordered.words, first + 1), "n": str(n)},
        *numbers(count, n, 2, n - first, first, 1),
        {"count": str(count), "before": str(first)},
    )


def distance(ordered: Ordered, draw: Generator) -> Question | None:
    """Ask: which pair of sinusoidal positions is more alike?"""
    start, there = sorted(int(i) for i in draw.permutation(_FAR)[:2])
    near, far = sorted(int(i) + 1 for i in draw.permutation(_FAR)[:2])
    code = sinusoidal(3 * _FAR, _SIZE).numpy().astype(float)
    if draw.integers(2):
        far = near
    products = float(code[start] @ code[start + near]), float(code[there] @ code[there + far])
    gap = products[1] - products[0]
    if 1e-3 < abs(gap) < 1e-2:
        return None
    pairs = [(start, start + near), (there, there + far)]
    return Question(
        "distance",
        {},
        (*(f"{i} – {j}" for i, j in pairs), Name("answer", "same")),
        2 if abs(gap) <= 1e-3 else int(gap > 0),
        {
            "one": f"{products[0]:.2f}",
            "other": f"{products[1]:.2f}",
            "near": str(near),
            "far": str(far),
        },
    )


def _in_order(places: Sequence[int]) -> bool:
    return list(places) == sorted(places)


KINDS: tuple[Kind, ...] = (changes, unmoved, swapped, distance)
