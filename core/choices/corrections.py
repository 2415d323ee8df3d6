"""What a reader chooses on the page about popular claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from core.choices import reading
from core.choices.reading import Reader

Claim = Literal[
    "pair",
    "formula",
    "source",
    "memory",
    "window",
    "parallel",
    "far",
    "order",
    "pronoun",
    "important",
    "untrained",
]


@dataclass(frozen=True)
class CorrectionsChoice:
    """What of the page is seen.

    Attributes:
        corrections_open: The claims that are unfolded, in the order in which they are told.
    """

    corrections_open: tuple[Claim, ...] = ()


_claim = reading.one_of(get_args(Claim))


def _claims(raw: object) -> tuple[str, ...]:
    named = {_claim(claim) for claim in reading.sequence(raw)}
    return tuple(claim for claim in get_args(Claim) if claim in named)


READERS: Mapping[str, Reader] = {"corrections_open": _claims}
"""What makes a value of a field usable."""
