"""Questions about a trained model's heads on the reader's text."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from core.errors import InputError
from core.importance import leave_one_out
from core.measures import entropy
from core.models.compare import compare
from core.models.run import ModelRun
from core.questions.question import (
    TIE,
    Kind,
    Listed,
    Name,
    Question,
    Word,
    clear_winner,
    one,
    yes_no,
)

_QUARTERS = (0.25, 0.5, 0.75)
_CLEAR = 0.01  # shares closer to a quarter than this are left out
_PARTS = ("first_quarter", "second_quarter", "third_quarter", "last_quarter")


@dataclass(frozen=True)
class Modelled:
    """The model that the reader looks at.

    Attributes:
        run: The model on the text.
        other: The same model on the sentence beside it, if that can be read.
        layer: The one that is shown, from 0.
        head: The one that is shown, from 0.
        query: The piece that asks.
        key: The piece it is asked about.
    """

    run: ModelRun
    other: ModelRun | None
    layer: int
    head: int
    query: int
    key: int

    def word(self, place: int) -> Word:
        """A piece of the text that is looked at."""
        return Word(self.run.pieces.tokens, place)

    @property
    def asks(self) -> Word:
        """The piece that asks."""
        return Word(self.run.queries.tokens, self.query)

    def another_head(self, draw: Generator) -> tuple[int, int]:
        """(layer, head) of one that is not shown."""
        heads = [at for at in self.heads() if at != (self.layer, self.head)]
        return one(heads or self.heads(), draw)

    def heads(self) -> list[tuple[int, int]]:
        """(layer, head) of all of them."""
        layers = enumerate(self.run.trace.layers)
        return [(index, head) for index, it in layers for head in range(len(it.weights))]

    def weight(self, layer: int, head: int) -> float:
        """From the piece that asks to the one it is asked about."""
        return float(self.run.trace.layers[layer].weights[head, self.query, self.key])


def in_which(modelled: Modelled, draw: Generator) -> Question | None:
    """Ask: in which of two sentences does a head give the pair more weight?"""
    if modelled.other is None or modelled.run.crossing:
        return None
    try:
        changes = compare(modelled.run.trace, modelled.other.trace).by_change(
            modelled.query, modelled.key
        )
    except (InputError, ValueError):
        return None
    changed = [
        found
        for found in changes
        if (found.layer, found.head) != (modelled.layer, modelled.head) and abs(found.change) > TIE
    ]
    if not changed:
        return None
    found = one(changed[: max(1, len(changed) // 2)], draw)  # those that changed more
    return Question(
        "in_which",
        {
            "asks": modelled.asks,
            "about": modelled.word(modelled.key),
            "layer": str(found.layer),
            "head": str(found.head),
        },
        ("A", "B"),
        int(found.change > 0),
        {"first": f"{found.first:.4f}", "second": f"{found.second:.4f}"},
    )


def strongest(modelled: Modelled, draw: Generator) -> Question | None:
    """Ask: which of a few heads gives the pair the most weight?"""
    heads = modelled.heads()
    chosen = sorted(heads[int(i)] for i in draw.permutation(len(heads))[:4])
    weights = np.array([modelled.weight(*at) for at in chosen])
    found = clear_winner(weights)
    if found is None:
        return None
    names = tuple(f"{layer}·{head}" for layer, head in chosen)
    listed = tuple(f"{name} {w:.1%}" for name, w in zip(names, weights, strict=True))
    return Question(
        "strongest",
        {"asks": modelled.asks, "about": modelled.word(modelled.key)},
        names,
        found,
        {"found": names[found], "listed": Listed(listed)},
    )


def wider(modelled: Modelled, draw: Generator) -> Question | None:
    """Ask: in which of two layers do the heads spread the piece's attention more?"""
    n = len(modelled.run.trace.layers)
    if n < 2:
        return None
    low, high = sorted(int(i) for i in draw.permutation(n)[:2])
    bits = [
        float(entropy(modelled.run.trace.layers[layer].weights)[:, modelled.query].mean())
        for layer in (low, high)
    ]
    if abs(bits[0] - bits[1]) < TIE:
        return None
    return Question(
        "wider",
        {"asks": modelled.asks},
        (Name("layer", str(low)), Name("layer", str(high))),
        int(bits[1] > bits[0]),
        {
            "low": str(low),
            "high": str(high),
            "low_bits": f"{bits[0]:.2f}",
            "high_bits": f"{bits[1]:.2f}",
        },
    )


def special(modelled: Modelled, draw: Generator) -> Question | None:
    """Ask: how much attention goes to the special pieces that the model adds?"""
    hidden = np.array(modelled.run.pieces.special)
    if modelled.run.crossing or not hidden.any() or hidden.all():
        return None
    shares = modelled.run.features.special.mean(axis=1)  # (layer,)
    away = np.abs(shares[:, None] - _QUARTERS).min(axis=1)
    layers = np.flatnonzero(away > _CLEAR).tolist()
    if not layers:
        return None
    layer = one(layers, draw)
    share = float(shares[layer])
    return Question(
        "special",
        {"layer": str(layer), "special": str(int(hidden.sum())), "n": str(len(hidden))},
        tuple(Name("answer", part) for part in _PARTS),
        int(np.searchsorted(_QUARTERS, share)),
        {"share": f"{share:.1%}", "even": f"{hidden.mean():.1%}"},
    )


def matters(modelled: Modelled, draw: Generator) -> Question | None:
    """Ask: is the piece with the largest weight also the one that would be missed most?"""
    if not modelled.run.mixers:
        return None
    layer, head = modelled.another_head(draw)
    trace = modelled.run.trace.layers[layer]
    weights = trace.weights[head, modelled.query]
    moved = leave_one_out(trace, modelled.run.mixers[layer], modelled.query, head)
    heaviest, missed = clear_winner(weights), clear_winner(moved)
    if heaviest is None or missed is None:
        return None
    return Question(
        "matters",
        {"asks": modelled.asks, "layer": str(layer), "head": str(head)},
        *yes_no(heaviest == missed),
        {
            "heaviest": modelled.word(heaviest),
            "share": f"{weights[heaviest]:.1%}",
            "missed": modelled.word(missed),
            "missed_share": f"{weights[missed]:.1%}",
        },
    )


KINDS: tuple[Kind, ...] = (in_which, strongest, wider, special, matters)
