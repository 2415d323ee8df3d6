"""Mistakes of popular explanations about one layer, measured.

Each function is given the choice that a page is opened with: the page shows the same numbers.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from core.ideas.crossing import self_gap
from core.ideas.shuffling import OrderedHead
from core.measures import entropy
from core.reader.explore import SHUFFLED_WORDS, Choice, PositionsChoice
from core.reader.ideas import CrossChoice
from core.trace import LayerTrace

SEEDS = 4
"""Untrained layers that are compared."""


class Column(NamedTuple):
    """One word that is looked at.

    Attributes:
        weight: From the word that asks.
        other: The word that looks at it least, by its place.
        other_weight: From that one.
        row: The sum of the asking word's weights.
        column: The sum of all weights that the word gets.
    """

    weight: float
    other: int
    other_weight: float
    row: float
    column: float


class Sharpness(NamedTuple):
    """Entropy of one row of weights, in bits.

    Attributes:
        divided: Scores over √d_k.
        undivided: Scores as they are.
        even: The most there can be.
    """

    divided: float
    undivided: float
    even: float


class Sources(NamedTuple):
    """Queries from one sentence, keys and values from another.

    Attributes:
        n_query: Rows of the map.
        n_key: Columns of the map.
        gap: Largest difference from a layer of self-attention, over every step, once both are the
            same: 0, but for rounding.
    """

    n_query: int
    n_key: int
    gap: float


class Moved(NamedTuple):
    """Largest difference of an output when words change places, without encoding."""

    unmasked: float
    causal: float


def weight(choice: Choice) -> float:
    """From the word that asks to the word it is asked about."""
    return float(_layer(choice).weights[choice.head, choice.query, choice.key])


def heaviest(choice: Choice) -> int:
    """The place of the word that the asking word looks at most."""
    return int(_layer(choice).weights[choice.head, choice.query].argmax())


def column(choice: Choice) -> Column:
    """The weights of one word: they depend on who asks, and need not sum to 1."""
    weights = _layer(choice).weights[choice.head].astype(np.float64)
    received = weights[:, choice.key]
    least = int(received.argmin())
    return Column(
        float(received[choice.query]),
        least,
        float(received[least]),
        float(weights[choice.query].sum()),
        float(received.sum()),
    )


def sharpness(choice: Choice) -> Sharpness:
    """The asking word's row with and without the division by √d_k."""
    divided, undivided = (
        float(entropy(_layer(replace(choice, scaled=scaled)).weights[choice.head, choice.query]))
        for scaled in (True, False)
    )
    return Sharpness(divided, undivided, float(np.log2(len(words(choice)))))


def sources(choice: CrossChoice) -> Sources:
    """The two sentences of the choice, and what is left of it if they are the same."""
    a, b = (choice.words(name).kept for name in ("a", "b"))
    n_query, n_key = (len(a if part == "a" else b) for part in (choice.asks, choice.answers))
    return Sources(n_query, n_key, self_gap(choice.source, a))


def moved(choice: Choice, order: PositionsChoice) -> Moved:
    """The same shuffle without a mask and with a causal one."""
    kept = words(choice)[:SHUFFLED_WORDS]
    parameters, places = choice.layer_source.parameters(kept), order.places(len(kept))
    unmasked, causal = (
        float(np.abs(OrderedHead(parameters, choice.head, kind).moved(places)).max())
        for kind in ("none", "causal")
    )
    return Moved(unmasked, causal)


def untrained(choice: Choice) -> tuple[int, ...]:
    """The place that the asking word looks at most, for one seed after the other."""
    seeded = (replace(choice, seed=choice.seed + i) for i in range(SEEDS))
    return tuple(heaviest(it) for it in seeded)


def words(choice: Choice) -> tuple[str, ...]:
    """Tokens of the choice's sentence."""
    return choice.tokens.kept


def _layer(choice: Choice) -> LayerTrace:
    return choice.layer_source.trace_of(words(choice)).layers[0]
