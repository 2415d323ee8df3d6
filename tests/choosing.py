"""Choices made from plain values, as widgets, links and files give them."""

from collections.abc import Mapping

from core.reader.reader import Reader, Record, choose


def read(kind: type[Record], raw: Mapping[str, object]) -> tuple[Record, tuple[str, ...]]:
    """Make a record of what can be used, and name what cannot."""
    reader, unusable = choose(Reader(), raw)
    return reader.record(kind), tuple(sorted((*unusable, *reader.drafts)))
