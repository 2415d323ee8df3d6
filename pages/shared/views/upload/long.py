"""One head of a long file, and the pair that is pointed at."""

from collections.abc import Callable
from dataclasses import dataclass

from core.arrays import Array
from core.choices.upload import Pooling, UploadChoice
from core.long.head import LongHead, Row, long_head
from core.sources.uploaded import Upload
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
        again: The head, for what is kept until the next action and must not hold it.
    """

    pointed: Pointed
    head: LongHead
    number: int
    key: LongKey
    pooling: Pooling
    row: Row
    again: Callable[[], LongHead]


def long_view(choice: UploadChoice, read: Callable[[], Upload]) -> LongView:
    """What the reader has chosen of the file; ``read`` gives it."""
    at, causal = (choice.upload_layer, choice.upload_head), choice.upload_causal

    def again() -> LongHead:
        return long_head(read().parts, *at, causal=causal)

    upload, head = read(), again()
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
        LongKey(upload.sha, *at, causal),
        choice.upload_pooling,
        head.row(choice.upload_query),
        again,
    )


def cells(view: LongView) -> tuple[range, range, Array]:
    """The rows and columns around the opened pair, and their weights."""
    queries = _near(view.pointed.query, len(view.pointed.asking))
    keys = _near(view.pointed.key, len(view.pointed.answering))
    return queries, keys, view.head.region(queries, keys)


def _near(place: int, n: int) -> range:
    first = max(0, min(place - CELLS // 2, n - CELLS))
    return range(first, min(first + CELLS, n))
