"""Languages in turn, for laws of pages that hold in each: every one is seen on half of them."""

from collections.abc import Iterable, Iterator
from itertools import cycle
from typing import TypeVar

from pages.shared.text import LANGUAGES, Language

Page = TypeVar("Page")


def in_turn(pages: Iterable[Page]) -> list[tuple[Page, Language]]:
    """Each page with a language, the languages one after the other."""
    languages: Iterator[Language] = cycle(LANGUAGES)
    return [(page, next(languages)) for page in pages]
