"""How much of a reader's file is shown, and from when on its maps are not computed whole."""

import math
from collections.abc import Mapping

from core.files.tensors import Entry

MOST_TOKENS = 1_024
"""Rows, and columns, of a map that is there as a whole."""

MOST_CELLS = 4 * 2**20
"""Cells of the maps of all heads of one layer, if they are there as a whole."""

MOST_LONG_TOKENS = 32_768
"""Tokens of queries and keys whose maps are reduced while they are computed.

Time grows with their square: 16,384 take seconds, 32,768 four times as many.
"""


def is_long(entries: Mapping[str, Entry]) -> bool:
    """Whether a file has queries and keys whose maps are computed piece by piece.

    That is so if the maps are too large for a whole, or if there is nothing else in the file.

    Args:
        entries: Part to its tensor.
    """
    if not {"q", "k"} <= entries.keys():
        return False
    rows, columns = entries["q"].shape[-3:-1], entries["k"].shape[-2:-1]  # (head, query), (key)
    if max((*rows[-1:], *columns), default=0) > MOST_TOKENS:
        return True
    if math.prod(rows) * math.prod(columns) > MOST_CELLS:
        return True
    return not {"v", "weights"} & entries.keys()
