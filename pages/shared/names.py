"""What rows and columns are called: features and channels by name where they are hand-set."""

from functools import lru_cache

from core.embeddings import FEATURES, KINDS
from core.reader.explore import Choice
from core.sources.handset import CONTENT, head_at
from pages.shared.text import Text


def features(text: Text, choice: Choice) -> list[str]:
    """Name the dimensions of a word's vector."""
    ids = _ids(choice, KINDS if choice.guessed else FEATURES)
    found = _named(text, "feature", ids, choice.d_model, _letter(text, choice, "d"))
    return [*found[:-1], text("feature.one")] if choice.source == "trained" else [*found]


def channels(text: Text, choice: Choice) -> list[str]:
    """Name the dimensions of a query and a key in the shown head."""
    ids = _ids(choice, head_at(choice.head).channels)
    return [*_named(text, "channel", ids, choice.d_k, _letter(text, choice, "k"))]


def contents(text: Text, choice: Choice) -> list[str]:
    """Name the dimensions of a value."""
    letter = _letter(text, choice, "v")
    return [*_named(text, "channel", _ids(choice, CONTENT), choice.d_v, letter)]


def stacked_contents(text: Text, choice: Choice) -> list[str]:
    """Name the rows of W_O: the values of all heads, one below the other."""
    word, of_one = text("word.head"), contents(text, choice)
    return [f"{word} {head + 1} · {name}" for head in range(choice.n_heads) for name in of_one]


def head(text: Text, choice: Choice, index: int) -> str:
    """Name a head by its number, counted from 1, and by what it does if that was set by hand."""
    if choice.source != "handset":
        return str(index + 1)
    return text("head.named", head=index + 1, does=text(f"head.{head_at(index).name}"))


def _letter(text: Text, choice: Choice, letter: str) -> str:
    """What stands before a number; directions of a basis are parts, whatever they are for."""
    return f"{text('basis.part')} " if choice.source == "basis" else letter


def _ids(choice: Choice, ids: tuple[str, ...]) -> tuple[str, ...]:
    return ids if choice.source == "handset" else ()


@lru_cache(maxsize=256)
def _named(text: Text, kind: str, ids: tuple[str, ...], size: int, letter: str) -> tuple[str, ...]:
    """Name as many as there are labels for, and number the others."""
    names = [text(f"{kind}.{name}") for name in ids[:size]]
    return (*names, *(f"{letter}{place + 1}" for place in range(len(names), size)))
