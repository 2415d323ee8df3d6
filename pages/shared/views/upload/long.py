"""One head of a long file, and the pair that is pointed at."""

from dataclasses import dataclass, replace

import numpy as np

from core.arrays import Array
from core.long.head import LongHead, Row, long_head
from core.reader.model import Pooling, UploadChoice
from core.sources.uploaded import Upload
from pages.shared.reader.session import session, settle
from pages.shared.server import cache
from pages.shared.server.cache import LongKey
from pages.shared.views.opened import Pointed

_FIELDS = ("upload_query", "upload_key")

CELLS = 22
"""Rows and columns of the map of single cells, at most."""


@dataclass(frozen=True)
class LongView:
    """One head of a long file, and the pair that is pointed at.

    Attributes:
        pointed: The tokens, and the pair.
        head: Queries and keys.
        number: Of the head, from 0.
        key: What parts of its map are kept by.
        pooling: What a pixel shows.
        row: The opened query over all keys.
    """

    pointed: Pointed
    head: LongHead
    number: int
    key: LongKey
    pooling: Pooling
    row: Row


def long_view(choice: UploadChoice, upload: Upload) -> LongView:
    """What the reader has chosen of a file, and the block that they have clicked opened."""
    at, causal = (choice.upload_layer, choice.upload_head), choice.upload_causal
    head, kept_by = long_head(upload.parts, *at, causal=causal), LongKey(upload.sha, *at, causal)
    choice = _with_block_opened(choice, kept_by, head)
    pointed = Pointed(
        asking=upload.query_tokens,
        answering=upload.key_tokens,
        query=choice.upload_query,
        key=choice.upload_key,
        fields=_FIELDS,
    )
    return LongView(
        pointed,
        head,
        choice.upload_head,
        kept_by,
        choice.upload_pooling,
        head.row(choice.upload_query),
    )


def note_block(pointed: Pointed, kept_by: LongKey, pair: tuple[int, int]) -> None:
    """Note that the block that holds a pair was clicked: the next run opens it.

    The greatest weight in it has to be computed, which is nothing for a callback.
    """
    session().block = (*kept_by, pointed.query, pointed.key, *pair)


def _with_block_opened(choice: UploadChoice, kept_by: LongKey, head: LongHead) -> UploadChoice:
    """The choice, pointing at the greatest weight of a block that was clicked while it held."""
    *about, row, column = session().block or (0, 0)
    if about != [*kept_by, choice.upload_query, choice.upload_key]:
        session().block = None  # something else was chosen since
        return choice
    queries, keys = head.block(
        min(max(row, 0), len(head.q) - 1), min(max(column, 0), len(head.k) - 1)
    )
    weights = cache.long_part(kept_by, head, queries, keys)
    at = np.unravel_index(int(weights.argmax()), weights.shape)
    query, key = queries.start + int(at[0]), keys.start + int(at[1])
    settle(upload_query=query, upload_key=key)
    session().clicks += 1
    session().block = None
    return replace(choice, upload_query=query, upload_key=key)


def cells(view: LongView) -> tuple[range, range, Array]:
    """The rows and columns around the opened pair, and their weights."""
    queries = _near(view.pointed.query, len(view.pointed.asking))
    keys = _near(view.pointed.key, len(view.pointed.answering))
    return queries, keys, view.head.region(queries, keys)


def _near(place: int, n: int) -> range:
    first = max(0, min(place - CELLS // 2, n - CELLS))
    return range(first, min(first + CELLS, n))
