"""What a reader chooses on the page about positions."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.choices import reading
from core.choices.reading import Reader
from core.ideas.shuffling import ORDERS, shuffled

MOST_WORDS = 16
"""Words of the sentence that are shuffled."""

LIMITS: Mapping[str, tuple[float, float]] = {
    "positions_seed": (0, 999_999),
    "positions_word": (0, MOST_WORDS - 1),
    "positions_at": (0, 31),
}
"""The smallest and the largest value of each number."""


@dataclass(frozen=True)
class PositionsChoice:
    """How the words are shuffled, and what tells attention their order.

    Attributes:
        positions_kind: What tells attention the order.
        positions_seed: Of the shuffle, and of the learned positions.
        positions_places: Which word stands where, by hand; empty: shuffled by the seed.
        positions_word: The word that is moved, by its place as written.
        positions_at: The position that others are compared with.
    """

    positions_kind: str = "none"
    positions_seed: int = 1
    positions_places: tuple[int, ...] = ()
    positions_word: int = 0
    positions_at: int = 0

    def places(self, n: int) -> tuple[int, ...]:
        """Which of ``n`` words stands first, second, ...; by hand where that fits."""
        if sorted(self.positions_places) == list(range(n)):
            return self.positions_places
        return shuffled(n, self.positions_seed)


def moved(places: tuple[int, ...], word: int, by: int) -> tuple[int, ...]:
    """The order after a word has changed places with its neighbour; the same at an end.

    Args:
        places: Which word stands where.
        word: By its place as written.
        by: -1 to the left, 1 to the right.
    """
    here = places.index(word)
    there = here + by
    if not 0 <= there < len(places):
        return places
    changed = list(places)
    changed[here], changed[there] = changed[there], changed[here]
    return tuple(changed)


_place = reading.whole(0, MOST_WORDS - 1)


def _places(raw: object) -> tuple[int, ...]:
    return tuple(_place(place) for place in reading.sequence(raw))


READERS: Mapping[str, Reader] = {
    "positions_kind": reading.one_of(ORDERS),
    "positions_places": _places,
    **{name: reading.whole(*limits) for name, limits in LIMITS.items()},
}
"""What makes a value of a field usable."""
