"""What rows and columns are called: features and channels by name where they are hand-set."""

from collections.abc import Sequence

from core.embeddings import FEATURES
from core.reader.explore import Choice
from core.sources.handset import CONTENT, head_at
from pages.shared.text import Text


def features(text: Text, choice: Choice) -> list[str]:
    """The dimensions of a word's vector."""
    found = _filled_up(_known(text, "feature", FEATURES, choice), choice.d_model, "d")
    return [*found[:-1], text("feature.one")] if choice.source == "trained" else found


def channels(text: Text, choice: Choice) -> list[str]:
    """The dimensions of a query and a key in the shown head."""
    ids = head_at(choice.head).channels
    return _filled_up(_known(text, "channel", ids, choice), choice.d_k, "k")


def contents(text: Text, choice: Choice) -> list[str]:
    """The dimensions of a value."""
    return _filled_up(_known(text, "channel", CONTENT, choice), choice.d_v, "v")


def stacked_contents(text: Text, choice: Choice) -> list[str]:
    """The rows of W_O: the values of all heads, one below the other."""
    heads = (f"{text('word.head')} {index + 1}" for index in range(choice.n_heads))
    return [f"{name} · {content}" for name in heads for content in contents(text, choice)]


def head(text: Text, choice: Choice, index: int) -> str:
    """A head by its number, counted from 1, and by what it does where that was set by hand."""
    if choice.source != "handset":
        return str(index + 1)
    return text("head.named", head=index + 1, does=text(f"head.{head_at(index).name}"))


def _known(text: Text, kind: str, ids: Sequence[str], choice: Choice) -> list[str]:
    return [text(f"{kind}.{name}") for name in ids] if choice.source == "handset" else []


def _filled_up(names: list[str], size: int, letter: str) -> list[str]:
    return names[:size] + [f"{letter}{i + 1}" for i in range(len(names), size)]
