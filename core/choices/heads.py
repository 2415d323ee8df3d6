"""What a reader chooses on the page about heads, besides the layer they all share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from core.choices import reading
from core.choices.explore import LIMITS
from core.choices.reading import Reader
from core.ideas.heads import Blocks

WIDTHS = (8, 16, 32, 64, 128, 256, 512)
"""Widths of the layer whose cost is counted; the most heads divide each of them."""


@dataclass(frozen=True)
class HeadsChoice:
    """What is done with the heads.

    Attributes:
        heads_off: Which are switched off, from 0.
        heads_blocks: What the one big head may do outside its blocks.
        heads_table_open: Whether the numbers are unfolded as tables.
        heads_width: Width of the layer whose cost is counted, one of ``WIDTHS``.
    """

    heads_off: tuple[int, ...] = ()
    heads_blocks: Blocks = "apart"
    heads_table_open: bool = False
    heads_width: int = 64


_head = reading.whole(*LIMITS["head"])


def _heads(raw: object) -> tuple[int, ...]:
    return tuple(sorted({_head(head) for head in reading.sequence(raw)}))


def _width(raw: object) -> int:
    width = reading.whole(WIDTHS[0], WIDTHS[-1])(raw)
    if width not in WIDTHS:
        raise ValueError
    return width


READERS: Mapping[str, Reader] = {
    "heads_off": _heads,
    "heads_blocks": reading.one_of(get_args(Blocks)),
    "heads_table_open": reading.flag,
    "heads_width": _width,
}
"""What makes a value of a field usable."""
