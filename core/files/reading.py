"""The numbers of a file's parts, with the axes that they have everywhere."""

from collections.abc import Mapping

import numpy as np

from core.arrays import Array
from core.errors import InputError
from core.files.axes import Layout, batch_of
from core.files.layout import base_of, name_of
from core.files.limits import Limits
from core.files.meaning import Settling
from core.files.naming import Unused
from core.files.seen import FORBIDDEN, Looking, read_masks
from core.files.stacked import Stacked
from core.files.tensors import Tensors

BESIDE = (
    *("x", "w_q", "w_k", "w_v", "w_o"),
    *("influence_attention", "influence_recurrent", "influence_convolutional"),
)
"""Parts of this program's own files that no map needs: they are shown as they are."""

MASKS = ("mask", "padding")


def read_parts(
    tensors: Tensors,
    sources: Mapping[str, Stacked],
    layout: Layout,
    settling: Settling,
    unused: Unused,
) -> dict[str, Array]:
    """The numbers of the parts, with the axes that they have everywhere.

    Args:
        tensors: Of the file.
        sources: Part to what is read of it.
        layout: What the axes are.
        settling: Is asked which way round masks are.
        unused: Is told what does not fit, with the reason.

    Raises:
        InputError: ``file_not_finite``, ``file_infinite``, ``file_shapes``, ``file_mask``.
    """
    parts: dict[str, Array] = {}
    for part, source in sources.items():
        if part in MASKS:
            continue
        array = source.numbers(tensors)
        if part in BESIDE:
            parts[part] = array
        elif part == "mixed":
            parts[part] = array.reshape((1,) * (3 - array.ndim) + array.shape)
        elif part == "bias":
            parts[part] = array.reshape((1,) * (4 - array.ndim) + array.shape)
        else:
            parts[part] = layout.arranged(part, array, layered=source.layered, name=name_of(source))
        check_finite(part, parts[part], name_of(source))
    _drop_misfits(parts, sources, unused)
    _hide(parts)
    base = base_of(sources)
    batch = batch_of(base.shape, base.layered, layout.leading)
    masks = {
        part: (name_of(it), it.numbers(tensors)) for part, it in sources.items() if part in MASKS
    }
    looking = Looking(_maps(parts), batch, layout.text, parts.get("weights"))
    added = read_masks(masks, looking, settling)
    if "bias" in parts and "bias" in added:
        added["bias"] = parts["bias"] + added["bias"]
    return parts | added


def check_finite(part: str, array: Array, name: str) -> None:
    """Refuse what is no number, and say where it is.

    Raises:
        InputError: ``file_not_finite`` with layer, head and row, from 0; ``file_infinite``.
    """
    fine = np.isfinite(array)
    if part in ("bias", "scores"):
        fine |= array == -np.inf
    if fine.all():
        return
    place = np.argwhere(~fine)[0]
    at = {"layer": int(place[0]), "head": int(place[1]), "row": int(place[2])}
    if array.ndim != 4:
        at = {"layer": int(place[0]), "head": 0, "row": int(place[-2]) if array.ndim > 1 else 0}
    code = "file_not_finite" if np.isnan(array).any() else "file_infinite"
    raise InputError(code, tensor=name, count=int((~fine).sum()), **at)


def _drop_misfits(parts: dict[str, Array], sources: Mapping[str, Stacked], unused: Unused) -> None:
    """Leave out what has another shape, such as outputs whose heads lie side by side."""
    layers, heads, queries, keys = _maps(parts)
    width = parts["v"].shape[-1] if "v" in parts else 0
    expected = {"output": (layers, heads, queries, width), "mixed": (layers, queries)}
    expected |= {"scores": (layers, heads, queries, keys)} if "q" in parts else {}
    fits = {
        part: parts[part].shape[: len(shape)] == shape
        for part, shape in expected.items()
        if part in parts
    }
    for part in set(BESIDE) & parts.keys():
        axes = parts[part].ndim
        fits[part] = axes == 2 or (axes == 3 and len(parts[part]) == heads)
    for part in (it for it, fit in fits.items() if not fit):
        del parts[part]
        unused |= {it.name: "other_shape" for it in sources[part].entries}


def _hide(parts: dict[str, Array]) -> None:
    """Take scores of -inf, or nearly, for what may not be looked at."""
    scores = parts.get("scores")
    if scores is None or (scores > FORBIDDEN).all():
        return
    hidden = scores < FORBIDDEN
    bias = parts.get("bias", np.float32(0))
    parts["bias"] = np.where(hidden, np.float32(-np.inf), bias)
    if "q" in parts:  # what stands there before the mask is q·k
        del parts["scores"]
    else:
        parts["scores"] = np.where(hidden, np.float32(0), scores)


def share(parts: dict[str, Array], limits: Limits) -> dict[str, int]:
    """Give each head its copy of keys and values that several share; how many there were.

    Raises:
        InputError: ``file_unpacks_too_large`` if the copies are too large together.
    """
    if "q" not in parts or "k" not in parts:
        return {}
    heads, shared = parts["q"].shape[1], parts["k"].shape[1]
    both = {"k", "v"} & parts.keys()
    if heads == shared or heads % shared or any(parts[it].shape[1] != shared for it in both):
        return {}
    limits.check_unpacked(heads // shared * sum(parts[it].nbytes for it in both))
    for part in both:
        parts[part] = parts[part].repeat(heads // shared, axis=1)
    return {"heads": heads, "shared": shared}


def _maps(parts: Mapping[str, Array]) -> tuple[int, ...]:
    if "q" in parts and "k" in parts:
        return (*parts["q"].shape[:3], parts["k"].shape[2])
    return parts["weights" if "weights" in parts else "scores"].shape
