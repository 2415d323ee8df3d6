"""What the axes of a file's tensors are, as far as shapes, tokens and masks tell."""

import math
from collections.abc import Mapping
from dataclasses import replace

from core.errors import InputError
from core.files import token_lists
from core.files.axes import Layout, batch_of, blank, fit_together, readings_of
from core.files.limits import Limits
from core.files.meaning import Settling
from core.files.stacked import Stacked
from core.files.token_lists import Texts

_WITH_KEYS = ("mask", "padding", "bias")


def layout_of(
    sources: Mapping[str, Stacked], lists: Mapping[str, Texts], settling: Settling, *, ours: bool
) -> Layout:
    """What the axes are, as far as shapes and tokens tell, and else as most people mean them."""
    base = base_of(sources)
    for part in {"q", "k", "v"} & sources.keys() if {"q", "k"} <= sources.keys() else ():
        check_axes(sources[part])
    check_axes(base)
    readings = readings_of(base.shape, base.layered)
    first, why = next(iter(readings)), "usual"
    if token_lists.batches(lists) & {*readings.values()} and "batch" in readings:
        first, why = "batch", "tokens"
    offered = (first,) if ours else tuple(readings)
    leading = settling.settle("leading_axis", offered, first, why)
    batch = batch_of(base.shape, base.layered, leading)
    texts = tuple(map(str, range(batch)))
    layout = Layout(leading, int(settling.settle("text", texts, texts[0], "first")))
    if not {"q", "k"} <= sources.keys() or ours:
        return layout
    return replace(layout, tokens_first=_tokens_first(sources, layout, lists, settling))


def _tokens_first(
    sources: Mapping[str, Stacked], layout: Layout, lists: Mapping[str, Texts], settling: Settling
) -> bool:
    """Whether queries, keys and values have tokens before heads."""
    masks = {it for part in _WITH_KEYS if part in sources for it in sources[part].shape[-1:]} - {1}
    counts = token_lists.counts(lists) or masks
    n_tokens = counts.pop() if len(counts) == 1 else 0
    names = {"heads_first": False, "tokens_first": True}
    shapes = {
        name: _shapes(sources, replace(layout, tokens_first=swapped))
        for name, swapped in names.items()
    }
    fits = [name for name, it in shapes.items() if fit_together(it, n_tokens)]
    if len(sources["q"].shape) - sources["q"].layered < 3 or not fits:
        return False
    hooked = "hook" in name_of(sources["q"])  # TransformerLens: (batch, token, head, width)
    first, why = fits[0], "usual"
    if hooked and "tokens_first" in fits:
        first, why = "tokens_first", "hook"
    elif fits == ["tokens_first"]:
        why = "fits"
    return names[settling.settle("axes", fits, first, why)]


def _shapes(sources: Mapping[str, Stacked], layout: Layout) -> dict[str, tuple[int, ...]]:
    parts = sources.keys() & {"q", "k", "v", "weights", "scores"}
    return {
        part: layout.arranged(part, blank(it.shape), layered=it.layered, name=name_of(it)).shape
        for part, it in sources.items()
        if part in parts
    }


def is_long(sources: Mapping[str, Stacked], layout: Layout, limits: Limits) -> bool:
    """Whether a file has queries and keys whose maps are computed piece by piece.

    That is so if the maps are too large for a whole, or if there is nothing else in the file.
    """
    if not {"q", "k"} <= sources.keys():
        return False
    if not {"v", "weights"} & sources.keys():
        return True
    q, k = (sources[part].shape for part in "qk")
    if min(len(q), len(k)) > 1:
        shapes = _shapes({part: sources[part] for part in "qk"}, layout)
        q, k = shapes["q"], shapes["k"]
    rows, columns = q[-3:-1], k[-2:-1]  # (head, query), (key)
    if max((*rows[-1:], *columns), default=0) > limits.tokens:
        return True
    return math.prod(rows) * math.prod(columns) > limits.cells


def check_axes(source: Stacked) -> None:
    """Refuse what has not even rows and columns.

    Raises:
        InputError: ``file_shapes``, ``file_empty_tensor``.
    """
    if len(source.shape) - source.layered < 2:
        raise InputError("file_shapes", tensor=name_of(source), shape=str(source.shape))
    if 0 in source.shape:
        raise InputError("file_empty_tensor", tensor=name_of(source))


def base_of(sources: Mapping[str, Stacked]) -> Stacked:
    """The part whose axes speak for the others."""
    return next(sources[part] for part in ("weights", "q", "scores") if part in sources)


def name_of(source: Stacked) -> str:
    """The name of the first tensor of a part."""
    return source.rows[0][0].name
