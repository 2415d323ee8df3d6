"""All heads on one text, wherever they come from, and what the reader has chosen of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array, IntArray
from core.measures import habits, mean_over_heads, rollout
from core.reader.model import Aggregate, ModelChoice, Order, UploadChoice
from pages.shared.views.opened import Pointed


@dataclass(frozen=True)
class Heads:
    """All heads on one text.

    Attributes:
        page: Whose choices they are; fields begin with it.
        choice: The choices.
        pointed: The shown words, and the pair that is pointed at.
        weights: One a layer: ``(head, query, key)``, of the shown words.
        features: What heads can be sorted by: name to ``(layer, head)``.
        orders: What they are sorted by on this page.
        special: What the model adds to the text, if anything.
        off: Whether heads can be switched off.
    """

    page: Literal["model", "upload"]
    choice: ModelChoice | UploadChoice
    pointed: Pointed
    weights: Sequence[Array]
    features: Mapping[str, Array]
    orders: tuple[Order, ...]
    special: tuple[str, ...] = ()
    off: bool = False

    def field(self, name: str) -> str:
        """The name of a field of this page."""
        return f"{self.page}_{name}"

    def chosen(self, name: str) -> Any:  # noqa: ANN401 -- fields have any type
        """What is chosen of it."""
        return getattr(self.choice, self.field(name))

    @property
    def at(self) -> tuple[int, int]:
        """The opened (layer, head)."""
        return self.chosen("layer"), self.chosen("head")

    @property
    def shape(self) -> tuple[int, int]:
        """How many layers there are, and how many heads in each."""
        return len(self.weights), len(self.weights[0])

    @property
    def square(self) -> bool:
        """Whether words look at each other."""
        return self.pointed.asking == self.pointed.answering

    @property
    def order(self) -> Order:
        """What the heads are sorted by."""
        return self.chosen("order")

    @property
    def values(self) -> Array:
        """What they are sorted by: ``(layer, head)``."""
        if self.order == "pair":
            return np.stack([it[:, self.pointed.query, self.pointed.key] for it in self.weights])
        return self.features["entropy" if self.order in ("sharp", "wide") else self.order]

    @property
    def sorted(self) -> IntArray:
        """The heads, numbered layer by layer; those first that do it most."""
        falling = self.values if self.order == "sharp" else -self.values
        return np.argsort(falling, axis=None, kind="stable")

    @property
    def habits(self) -> NDArray[np.str_]:
        """Tell what each head mostly does, if anything: ``(layer, head)``."""
        shares = [it for it in self.orders if it in self.features and it not in ("sharp", "wide")]
        if not shares:
            return np.full(self.shape, "")
        return habits(self.features, shares)


def orders_of(features: Mapping[str, Array], without: Sequence[str] = ()) -> tuple[Order, ...]:
    """What heads with these features can be sorted by, but for some."""
    known = {*features, "pair", "sharp", "wide"} - {*without}
    return tuple(it for it in get_args(Order) if it in known)


def aggregated(kind: Aggregate, weights: Sequence[Array], head: int) -> Array:
    """The chosen map: ``(query, key)``.

    Args:
        kind: One head, the mean of its layer's heads, or rollout up to its layer.
        weights: One a layer, up to the opened one: ``(head, query, key)``.
        head: The opened one.
    """
    match kind:
        case "mean":
            return mean_over_heads(weights[-1])
        case "rollout":
            return rollout(np.stack(weights))[-1]
        case _:
            return weights[-1][head]
