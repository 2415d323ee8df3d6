"""Which axis of a tensor is what: layers, texts of a batch, heads, tokens.

Every reading ends in ``(layer, head, query, key)`` for maps and ``(layer, head, token, width)`` for
queries, keys and values.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.arrays import Array
from core.errors import InputError
from core.reader.model import MOST_HEADS

MAPS = ("weights", "scores")

_LEADING = {
    # Whether there is a layer axis by name, and further axes before the last two, to readings.
    (True, 0): {"heads": "l"},
    (True, 1): {"heads": "lh", "batch": "lb"},
    (True, 2): {"batch": "lbh"},
    (False, 0): {"heads": ""},
    (False, 1): {"heads": "h", "layers": "l", "batch": "b"},
    (False, 2): {"layers": "lh", "batch": "bh"},
    (False, 3): {"layers": "lbh"},
}


@dataclass(frozen=True)
class Layout:
    """How the axes of a file's tensors are read.

    Attributes:
        leading: What the first axis is, behind layers that names tell: ``layers``, ``batch`` or
            ``heads``.
        text: Which text of a batch, from 0.
        tokens_first: Whether queries, keys and values have tokens before heads.
    """

    leading: str = ""
    text: int = 0
    tokens_first: bool = False

    def arranged(self, part: str, array: Array, *, layered: bool, name: str = "") -> Array:
        """The part with its four axes: ``(layer, head, ...)``.

        Raises:
            InputError: ``file_too_many_axes``, ``file_shapes``.
        """
        array = without_batch(array, layered)
        if self.tokens_first and part in "qkv" and array.ndim > 2 + layered:
            array = array.swapaxes(-2, -3)
        readings = _LEADING.get((layered, array.ndim - 2 - layered))
        if readings is None:
            many = array.ndim - 2 - layered > 0
            code = "file_too_many_axes" if many else "file_shapes"
            details = {"axes": array.ndim, "limit": 4} if many else {"shape": str(array.shape)}
            raise InputError(code, tensor=name or part, **details)
        axes = readings.get(self.leading) or next(iter(readings.values()))
        if "b" in axes:
            place = axes.index("b")
            array, axes = np.moveaxis(array, place, 0), axes.replace("b", "")
            array = array[min(self.text, len(array) - 1)]
        for place, axis in enumerate("lh"):
            if axis not in axes:
                array = np.expand_dims(array, place)
        return array


def without_batch(array: Array, layered: bool) -> Array:
    """Without an axis that holds one text: the first, or the one behind the layers."""
    leading = array.ndim - 2 - layered
    if layered and leading == 2 and array.shape[1] == 1:
        return array[:, 0]
    if not layered and leading == 3 and 1 in array.shape[:2]:
        return array[:, 0] if array.shape[1] == 1 else array[0]
    return array


def readings_of(shape: tuple[int, ...], layered: bool) -> Mapping[str, int]:
    """What the first axis may be, to its length; one reading if there is no doubt.

    There is none if the axis has one place, or if another one holds the batch of a single text.
    """
    array = without_batch(blank(shape), layered)
    readings = _LEADING.get((layered, array.ndim - 2 - layered), {"heads": ""})
    length: int = array.shape[1] if layered and array.ndim > 3 else array.shape[0]
    if length == 1 or array.ndim - layered <= 2 or array.ndim < len(shape):
        return {next(iter(readings)): 1}
    return dict.fromkeys(readings, int(length))


def batch_of(shape: tuple[int, ...], layered: bool, leading: str) -> int:
    """How many texts there are in a batch; 1 if there is none."""
    array = without_batch(blank(shape), layered)
    axes = _LEADING.get((layered, array.ndim - 2 - layered), {}).get(leading, "")
    return array.shape[axes.index("b")] if "b" in axes else 1


def blank(shape: tuple[int, ...]) -> Array:
    """An array of this shape that takes no memory."""
    return np.broadcast_to(np.float32(0), shape)


def fit_together(parts: Mapping[str, tuple[int, ...]], n_tokens: int) -> bool:
    """Whether arranged shapes belong to one another: as many keys as values, heads that divide.

    Args:
        parts: Of q, k, and what else there is, arranged.
        n_tokens: How many tokens a file names, or its mask has; 0 = it has neither.
    """
    q, k = parts["q"], parts["k"]
    v = parts.get("v", k)
    if q[1] > MOST_HEADS or q[-1] != k[-1] or k[:3] != v[:3] or q[0] != k[0] or q[1] % k[1]:
        return False
    maps = [parts[it][1:] for it in MAPS if it in parts]
    if any(it != (q[1], q[2], k[2]) for it in maps):
        return False
    return not n_tokens or n_tokens in (q[2], k[2])
