"""What a view of one head needs to know, wherever the numbers come from."""

from dataclasses import dataclass

from core.trace import LayerTrace
from pages.shared import state
from pages.shared.state import Scene


@dataclass(frozen=True)
class Opened:
    """One head, and the pair of words that is looked at.

    Attributes:
        layer: The head's layer.
        head: From 0.
        asking: The words that ask, one a row.
        answering: The words that are looked at, one a column; in self-attention the same.
        query: Which word asks, from 0.
        key: Which word it is asked about, from 0.
        fields: The names under which a click writes query and key down.
    """

    layer: LayerTrace
    head: int
    asking: tuple[str, ...]
    answering: tuple[str, ...]
    query: int
    key: int
    fields: tuple[str, str] = ("query", "key")

    def point(self, query: int | None = None, key: int | None = None) -> None:
        """Choose another word that asks, or that is asked about, or both."""
        chosen = zip(self.fields, (query, key), strict=True)
        state.change(**{field: place for field, place in chosen if place is not None})


def opened(scene: Scene, layer: LayerTrace) -> Opened:
    """What a scene points at."""
    words, it = scene.tokens.kept, scene.choice
    return Opened(layer, it.head, words, words, it.query, it.key)
