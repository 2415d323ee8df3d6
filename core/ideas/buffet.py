"""A buffet as attention: what a diner wants asks, labels answer, food is mixed on a plate.

The numbers are set by hand: 0 is none and 3 a lot. One label lies, and two labels are equal.
"""

from typing import NamedTuple

import numpy as np
import torch

from core.architectures import Measured
from core.arrays import Array
from core.attention import scaled_dot_product_attention
from core.influence import Influence
from core.masks import MaskRule
from core.receptive_field import attention_field
from core.trace import LayerTrace

NUTRIENTS = ("protein", "sugar", "vegetables", "spice", "carbohydrates")
"""The dimensions of a wish, a label and a dish."""


class Dish(NamedTuple):
    """A dish; both parts are ``(nutrient,)``.

    Attributes:
        name: The label ``dish.<name>`` names it.
        label: What its label says: its key.
        contents: What is in it: its value.
    """

    name: str
    label: tuple[float, ...]
    contents: tuple[float, ...]


DISHES = (
    Dish("salad", (0, 0, 3, 0, 0), (0, 2, 1, 0, 1)),  # the label that lies
    Dish("chicken", (2, 0, 0, 1, 1), (2, 0, 0, 1, 2)),
    Dish("rice", (0, 0, 0, 0, 3), (0, 0, 0, 0, 3)),
    Dish("tofu", (2, 0, 1, 3, 0), (2, 0, 1, 3, 0)),
    Dish("broccoli", (0, 0, 3, 0, 0), (1, 0, 3, 0, 0)),  # labelled like the salad
    Dish("cake", (0, 3, 0, 0, 2), (0, 3, 0, 0, 2)),
    Dish("noodles", (1, 0, 0, 2, 3), (1, 0, 0, 2, 3)),
    Dish("fruit", (0, 2, 1, 0, 0), (0, 3, 1, 0, 0)),
)
"""In the order in which they stand on the table."""


class Table(NamedTuple):
    """The dishes in some order: ``labels`` and ``contents`` are ``(dish, nutrient)``, float64."""

    labels: Array
    contents: Array

    def ordered(self, order: tuple[int, ...]) -> "Table":
        """The same dishes in another order."""
        return Table(self.labels[list(order)], self.contents[list(order)])

    def seen(self) -> Array:
        """``(dish, 2 nutrients)``, float32: what somebody who walks past reads and tastes."""
        return np.concatenate([self.labels, self.contents], axis=1).astype(np.float32)


def laid() -> Table:
    """The table before anybody changed it."""
    return Table(
        np.array([dish.label for dish in DISHES], dtype=float),
        np.array([dish.contents for dish in DISHES], dtype=float),
    )


def serve(goal: Array, table: Table) -> LayerTrace:
    """The plate: attention with one query.

    Args:
        goal: ``(nutrient,)``, the query.
        table: Its labels are the keys, its contents the values.

    Returns:
        One head and one query; ``output[0, 0]`` is the plate: ``(nutrient,)``.
    """
    q, k, v = (torch.from_numpy(part)[None] for part in (goal[None], *table))
    steps = scaled_dot_product_attention(q, k, v)
    scores, weights, output = (step.numpy() for step in steps)
    return LayerTrace(
        q.numpy(), k.numpy(), v.numpy(), scores, np.zeros_like(scores), weights, output, output[0]
    )


def felt(goal: Array, table: Table) -> Measured:
    """Influence of each dish on the plate, wherever the diner stands: rows are equal.

    In closed form: the plate moves with a dish's contents by its weight, and with its label by
    ∂plate/∂k_j = w_j (v_j - plate) qᵀ / √d_k.

    Args:
        goal: ``(nutrient,)``, the query.
        table: Its labels are the keys, its contents the values.

    Returns:
        ``(output, input)``, both dishes: the place where the diner stands, the dish that changes.
        ``strength`` is the Frobenius norm of ∂plate/∂(label, contents).
    """
    n, size = table.labels.shape
    plate = serve(goal, table)
    surprise = np.linalg.norm(table.contents - plate.output[0, 0], axis=-1)  # (dish,)
    by_label = surprise * np.linalg.norm(goal) / np.sqrt(size)
    row = plate.weights[0, 0] * np.hypot(by_label, np.sqrt(size))
    field = attention_field(MaskRule().matrix(n))
    return Measured(field, Influence(field.reach, np.tile(row, (n, 1))))
