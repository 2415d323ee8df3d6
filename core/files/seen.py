"""Who may look at whom in a file: masks of ones and zeros either way round, padding, added numbers.

``nn.MultiheadAttention`` marks with True what may *not* be looked at;
``scaled_dot_product_attention`` and most tokenizers mark what may.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.arrays import Array, BoolArray
from core.errors import InputError
from core.files.meaning import Settling

MAY, MAY_NOT = "true_may", "true_may_not"

FORBIDDEN = np.float32(-1e30)
"""Numbers below are added to forbid, as the smallest of float32 is."""


@dataclass(frozen=True)
class Looking:
    """What masks of a file are held against.

    Attributes:
        maps: Layers, heads, queries, keys.
        batch: Texts in the batch that the maps come from.
        text: The one of them.
        weights: ``(layer, head, query, key)`` if the file has them.
    """

    maps: tuple[int, ...]
    batch: int = 1
    text: int = 0
    weights: Array | None = None

    def placed(self, array: Array, *, of_keys: bool) -> Array:
        """A mask with four axes, ``(layer, head, query, key)``, of the one text.

        Args:
            array: As it is in the file.
            of_keys: Whether it is ``(text, key)`` by its name.
        """
        shape, (_, heads, queries, keys) = array.shape, self.maps
        if array.ndim == 2 and (of_keys or (shape != (queries, keys) and shape[0] == self.batch)):
            array = array[min(self.text, len(array) - 1)]
        elif array.ndim > 2 and self.batch > 1 and shape[0] == self.batch * heads:
            array = array[self.text * heads : (self.text + 1) * heads]
        elif array.ndim > 2 and self.batch > 1 and shape[0] == self.batch:
            array = array[self.text]
        if array.ndim > 4:
            raise InputError("file_too_many_axes", tensor="mask", axes=array.ndim, limit=4)
        return array.reshape((1,) * (4 - array.ndim) + array.shape)


def read_masks(
    found: Mapping[str, tuple[str, Array]], looking: Looking, settling: Settling
) -> dict[str, Array]:
    """What the masks of a file come to: ``mask`` (1 = may look) and ``bias``, if there are any.

    Args:
        found: ``mask`` and ``padding``, each with its name and its numbers.
        looking: What they are held against.
        settling: Is asked which way round a mask is.

    Raises:
        InputError: ``file_mask``, ``file_shapes``.
    """
    parts: dict[str, Array] = {}
    for part, (name, raw) in found.items():
        array = looking.placed(raw, of_keys=part == "padding")
        pairs = zip(array.shape, looking.maps, strict=True)
        if any(got not in (1, wanted) for got, wanted in pairs):
            raise InputError("file_shapes", tensor=name, shape=str(raw.shape))
        if _is_added(array):
            parts["bias"] = np.where(array < FORBIDDEN, np.float32(-np.inf), array)
            continue
        may_look = _read(part, name, array, looking, settling)
        before = parts.get("mask", np.float32(1))
        parts["mask"] = before * may_look.astype(np.float32)
    return parts


def _is_added(array: Array) -> bool:
    """Whether the numbers are made to be added to scores.

    Raises:
        InputError: ``file_mask`` if they are neither that nor ones and zeros.
    """
    if np.isin(array, (0, 1)).all():
        return False
    if np.isnan(array).any() or array.max() != 0:
        raise InputError("file_mask")
    return True


def _read(part: str, name: str, array: Array, looking: Looking, settling: Settling) -> BoolArray:
    marked = array == 1
    first, why = _first_reading(part, name, marked, looking)
    taken = settling.settle(part, (MAY, MAY_NOT), first, why)
    return marked if taken == MAY else ~marked


def _first_reading(part: str, name: str, marked: BoolArray, looking: Looking) -> tuple[str, str]:
    """Which way round a mask is taken, and why."""
    if looking.weights is not None:
        passes = [_lets_pass(it, looking.weights) for it in (marked, ~marked)]
        if passes[0] != passes[1]:
            return (MAY if passes[0] else MAY_NOT), "weights"
    if marked.shape[-1] == marked.shape[-2] > 1:
        own = marked.diagonal(axis1=-2, axis2=-1)
        if own.all() or not own.any():  # a token sees at least itself
            return (MAY if own.all() else MAY_NOT), "diagonal"
    blind = [not it.any(axis=-1).all() for it in (marked, ~marked)]
    if blind[0] != blind[1]:
        return (MAY_NOT if blind[0] else MAY), "rows"
    if part == "padding":
        return MAY_NOT, "padding_name"
    return (MAY_NOT if name.lower().endswith(("attn_mask", "src_mask")) else MAY), "mask_name"


def _lets_pass(may_look: BoolArray, weights: Array) -> bool:
    forbidden = np.broadcast_to(~may_look, weights.shape)
    return not weights[forbidden].any()
