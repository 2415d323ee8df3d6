"""What a view needs to know of the words it shows, wherever the numbers come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from core.reader.explore import SourceKind
from core.reader.scene import Scene
from core.trace import LayerTrace
from pages.shared.reader.session import change


@dataclass(frozen=True, kw_only=True)
class Pointed:
    """Words that ask, words that are looked at, and the pair that is pointed at.

    Attributes:
        asking: The words that ask, one a row.
        answering: The words that are looked at, one a column; in self-attention the same.
        query: Which word asks, from 0.
        key: Which word it is asked about, from 0.
        fields: The names under which a click writes query and key down.
        places: What is written down for each word, if not its place among those shown; less than
            0 for one that cannot be chosen.
        kind: What the words are: the label ``axis.<kind>``.
        focus: What changes besides, where a word that asks is chosen by itself.
    """

    asking: tuple[str, ...]
    answering: tuple[str, ...]
    query: int
    key: int
    fields: tuple[str, str] = ("query", "key")
    places: tuple[int, ...] | None = None
    kind: Literal["word", "symbol"] = "word"
    focus: Mapping[str, object] = field(default_factory=dict)

    @property
    def words(self) -> "Pointed":
        """The same without any numbers: for what is kept until the reader's next action."""
        return Pointed(**{it.name: getattr(self, it.name) for it in fields(Pointed)})

    @property
    def looked_at(self) -> "Pointed":
        """The words that are looked at, to choose one of them as the key."""
        return Pointed(
            asking=self.answering,
            answering=self.answering,
            query=self.key,
            key=self.key,
            fields=(self.fields[1], self.fields[1]),
            kind=self.kind,
        )

    def point(self, query: int | None = None, key: int | None = None) -> None:
        """Choose another word that asks, or that is asked about, or both; one that exists."""
        chosen = dict(self.focus) if key is None else {}
        for name, place, words in zip(
            self.fields, (query, key), (self.asking, self.answering), strict=True
        ):
            places = self.places or range(len(words))
            if place is None or not 0 <= place < len(places):  # the click was forged
                continue
            if places[place] >= 0:
                chosen[name] = places[place]
        change(**chosen)


@dataclass(frozen=True, kw_only=True)
class Opened(Pointed):
    """One head with every step, and the pair of words that is looked at.

    Attributes:
        layer: The head's layer.
        head: From 0.
        first_head: What the page calls the first head: 1, or 0 where it counts as models do.
    """

    layer: LayerTrace
    head: int
    first_head: int = 1


_FIELDS: Mapping[SourceKind, tuple[str, str]] = {
    "trained": ("training_query", "training_key"),
    "basis": ("model_query", "model_key"),
}
"""Where clicks are written down, if not in Explore's own fields."""


def opened(scene: Scene, layer: LayerTrace) -> Opened:
    """What a scene points at."""
    words, choice = scene.tokens.kept, scene.choice
    trained = choice.source == "trained"
    return Opened(
        asking=words,
        answering=words,
        query=choice.query,
        key=choice.key,
        fields=_FIELDS.get(choice.source, ("query", "key")),
        kind="symbol" if trained else "word",
        layer=layer,
        head=choice.head,
    )
