"""Whether the parts of attention in a file fit together, and are not more than can be shown."""

from collections.abc import Mapping

from core.arrays import Array
from core.errors import InputError
from core.files.limits import Limits
from core.reader.fields import LARGEST_ENTRY
from core.reader.model import MOST_HEADS
from core.reader.records import limits

_PROJECTED = LARGEST_ENTRY**2 * limits("d_model")[1]  # a row of x times a column of w_q

LARGEST: Mapping[str, float] = {
    "weights": LARGEST_ENTRY,
    **dict.fromkeys(("q", "k", "v", "output"), _PROJECTED),
    "scores": _PROJECTED**2 * limits("d_k")[1],
    "mixed": _PROJECTED * LARGEST_ENTRY * limits("n_heads")[1] * limits("d_v")[1],
}
"""The largest number of each part: as large as edits can make it; all of it fits into float32."""


def check_shapes(
    parts: Mapping[str, Array], limits: Limits, *, long: bool = False
) -> tuple[int, int]:
    """How many tokens look, and how many are looked at.

    Args:
        parts: ``(layer, head, ...)`` each; ``mixed`` is ``(layer, query, d_out)``.
        limits: What the file may have.
        long: Whether there are queries and keys only, and no map is computed whole.

    Raises:
        InputError: ``file_shapes``, ``file_too_many_tokens``, ``file_too_many_heads``,
            ``file_too_many_cells``, ``file_negative_weights``, ``file_numbers_too_large``.
    """
    maps = _maps(parts)
    layers, heads, n_query, n_key = maps
    most = limits.long_tokens if long else limits.tokens
    if max(n_query, n_key) > most:
        raise InputError("file_too_many_tokens", count=max(n_query, n_key), limit=most)
    if max(layers, heads) > MOST_HEADS:
        raise InputError("file_too_many_heads", count=max(layers, heads), limit=MOST_HEADS)
    cells = heads * n_query * n_key
    if not long and cells > limits.cells:
        raise InputError("file_too_many_cells", count=cells, limit=limits.cells)
    expected = {"weights": maps, "scores": maps}
    if "q" in parts:
        expected["k"] = (layers, heads, n_key, parts["q"].shape[-1])
    if "v" in parts:
        d_v = parts["v"].shape[-1]
        expected |= {"v": (layers, heads, n_key, d_v), "output": (layers, heads, n_query, d_v)}
    for part, shape in expected.items():
        if part in parts and parts[part].shape != shape:
            raise _misfit(part, parts[part])
    _check_spread(parts, maps)
    _check_numbers(parts)
    return n_query, n_key


def _maps(parts: Mapping[str, Array]) -> tuple[int, ...]:
    """The shape of the maps."""
    if "q" not in parts:
        return parts["weights" if "weights" in parts else "scores"].shape
    return (*parts["q"].shape[:3], parts["k"].shape[2])


def _check_spread(parts: Mapping[str, Array], maps: tuple[int, ...]) -> None:
    """What may be the same for all heads or queries."""
    for part in {"bias", "mask"} & parts.keys():
        pairs = zip(parts[part].shape, maps, strict=True)
        if any(got not in (1, wanted) for got, wanted in pairs):
            raise _misfit(part, parts[part])
    if "mixed" in parts and parts["mixed"].shape[:2] != (maps[0], maps[2]):
        raise _misfit("mixed", parts["mixed"])


def _check_numbers(parts: Mapping[str, Array]) -> None:
    if "weights" in parts and (parts["weights"] < 0).any():
        raise InputError("file_negative_weights")
    for part in parts.keys() & LARGEST.keys():
        numbers = parts[part]
        limit = LARGEST[part]
        if max(numbers.max(), -numbers.min()) > limit:  # no copy, as abs would make
            raise InputError("file_numbers_too_large", tensor=part, limit=f"{limit:,.0f}")


def _misfit(part: str, array: Array) -> InputError:
    return InputError("file_shapes", tensor=part, shape=str(array.shape))
