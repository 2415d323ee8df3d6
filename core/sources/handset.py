"""Numbers that people can read: what each kind of word looks for, offers and carries.

Words are vectors of named features (`core.embeddings`). Each head has up to four *channels*: a
query of some kind of word meets the keys that offer something on the same channel.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from core import embeddings
from core.arrays import Array
from core.embeddings import FEATURES, KINDS, Standing
from core.layer import Parameters, Sizes, resized
from core.models import guessing
from core.sources.toy import ToySource
from core.trace import Origin

Entries = Mapping[tuple[str, str], float]

CONTENT = ("living", "thing", "deed", "state")
"""What the dimensions of a value mean, in every head."""


class Head(NamedTuple):
    """A head with its reason.

    Attributes:
        name: What it is for.
        channels: What the dimensions of its queries and keys mean.
        looks_for: (feature, channel) to number: the entries of W_Q that are not 0.
        offers: (feature, channel) to number: the entries of W_K that are not 0.
    """

    name: str
    channels: tuple[str, ...]
    looks_for: Entries
    offers: Entries


_KINDS = {
    ("person", "living"): 2.0,
    ("animal", "living"): 2.0,
    ("stand_in", "living"): 1.0,
    ("food", "thing"): 2.0,
    ("place", "thing"): 2.0,
    ("sky", "thing"): 2.0,
    ("action", "deed"): 2.0,
    ("feeling", "state"): 2.0,
    ("quality", "state"): 2.0,
    ("thing", "thing"): 2.0,
    ("idea", "state"): 1.0,
    ("time", "state"): 1.0,
}

HEADS = (
    Head(
        "who_does_what",
        ("object", "deed", "kin", "referent"),
        looks_for={
            ("action", "object"): 3.0,  # an action looks for things it can be done to
            ("animal", "object"): 1.0,
            ("animal", "deed"): 2.0,  # whoever can act looks for what is done
            ("person", "deed"): 2.0,
            ("food", "deed"): 1.5,
            ("place", "kin"): 3.0,  # a place looks for the place it belongs to
            ("sky", "referent"): 1.0,
            ("feeling", "referent"): 1.5,  # a feeling looks for who has it
            ("quality", "referent"): 2.0,  # a quality looks for what it describes
            ("stand_in", "referent"): 4.0,  # "it" looks for who is meant
            ("thing", "deed"): 1.5,
            ("idea", "deed"): 1.5,
            ("time", "deed"): 2.0,  # a time looks for what happens then
            ("number", "referent"): 2.0,  # a number looks for what it counts
        },
        offers={
            ("food", "object"): 2.0,
            ("place", "object"): 1.6,
            ("animal", "object"): 1.4,
            ("person", "object"): 0.6,
            ("action", "deed"): 2.0,
            ("feeling", "deed"): 0.5,
            ("place", "kin"): 2.0,
            ("animal", "referent"): 1.5,
            ("person", "referent"): 1.2,
            ("sky", "referent"): 1.2,
            ("food", "referent"): 0.8,
            ("place", "referent"): 0.6,
            ("thing", "object"): 2.0,
            ("idea", "object"): 1.8,
            ("thing", "referent"): 1.2,
            ("idea", "referent"): 1.0,
            ("time", "referent"): 0.4,
        },
    ),
    Head("same_kind", CONTENT, looks_for=_KINDS, offers=_KINDS),
    Head(
        "to_content",
        ("content",),
        looks_for=dict.fromkeys(((feature, "content") for feature in KINDS), 2.0),
        offers={(feature, "content"): 2.0 for feature in KINDS if feature != "function"},
    ),
    Head("evenly", (), looks_for={}, offers={}),
)

_CARRIES = {
    ("person", "living"): 1.0,
    ("animal", "living"): 1.0,
    ("stand_in", "living"): 0.5,
    ("food", "thing"): 1.0,
    ("place", "thing"): 1.0,
    ("sky", "thing"): 1.0,
    ("action", "deed"): 1.0,
    ("feeling", "state"): 1.0,
    ("quality", "state"): 1.0,
    ("thing", "thing"): 1.0,
    ("idea", "state"): 0.5,
    ("time", "state"): 0.5,
}


@dataclass(frozen=True)
class HandsetSource(ToySource):
    """One layer set by hand; heads beyond the fourth repeat the last: they look evenly.

    Sizes smaller than the hand-set ones leave the last features or channels out, larger ones add
    zeros.

    Attributes:
        guess: Whether words that nobody set get features guessed from learned vectors, and the
            features are `core.embeddings.KINDS`. Otherwise everything is as in version 1.
    """

    guess: bool = False

    @property
    def origin(self) -> Origin:
        """Hand-set."""
        return self.origin_of(())

    def origin_of(self, tokens: tuple[str, ...]) -> Origin:
        """Hand-set; its detail is how many different words are guessed, if any are."""
        guessed = list(self.standings(tokens).values()).count("guessed")
        return Origin("handset", str(guessed or ""), edited=bool(self.edits))

    def standings(self, tokens: tuple[str, ...]) -> dict[str, Standing]:
        """Where the numbers of words come from that people did not set: not the reader, either."""
        rows = {edit.at[1] for edit in self.edits if edit.matrix == "x"}
        mine = {token for row, token in enumerate(tokens) if row in rows}
        standing = guessing.standing if self.guess else embeddings.standing
        found: dict[str, Standing] = {
            word: standing(word) for word in dict.fromkeys(tokens) if word not in mine
        }
        return {word: it for word, it in found.items() if it != "set"}

    def untouched(self, tokens: tuple[str, ...]) -> Parameters:
        """The tables of this module in the asked sizes."""
        guess = guessing.guess if self.guess else None
        return replace(
            _tables(self.sizes, self.names), x=embeddings.handset(tokens, self.sizes.d_model, guess)
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What the dimensions of a word's vector mean."""
        return KINDS if self.guess else FEATURES


@lru_cache(maxsize=64)
def _tables(s: Sizes, names: tuple[str, ...]) -> Parameters:
    """Lay the tables out over features in the asked sizes, for no words yet."""
    heads = [head_at(index) for index in range(s.n_heads)]
    keys = s.d_model, s.d_k
    w_v = _matrix(names, CONTENT, _CARRIES)  # (feature, content)

    def stacked(entries: Callable[[Head], Entries]) -> Array:
        return np.stack([resized(_matrix(names, it.channels, entries(it)), keys) for it in heads])

    return Parameters(
        x=np.zeros((0, s.d_model), dtype=np.float32),
        w_q=stacked(lambda it: it.looks_for),
        w_k=stacked(lambda it: it.offers),
        w_v=np.stack([resized(w_v, (s.d_model, s.d_v))] * s.n_heads),
        w_o=np.stack([resized(w_v.T, (s.d_v, s.d_model)) / s.n_heads] * s.n_heads),
    )


def head_at(index: int) -> Head:
    """The head of this number, counted from 0."""
    return HEADS[min(index, len(HEADS) - 1)]


def _matrix(names: tuple[str, ...], columns: tuple[str, ...], entries: Entries) -> Array:
    """``(feature, column)``."""
    rows = [[entries.get((name, column), 0.0) for column in columns] for name in names]
    return np.array(rows, dtype=np.float32).reshape(len(names), len(columns))
