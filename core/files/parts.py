"""Which tensors of a file are which part of attention, and what each of their axes is."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import get_args

from core.arrays import Array
from core.errors import InputError
from core.files import token_lists
from core.files.layout import is_long, layout_of, name_of
from core.files.meaning import Settling
from core.files.naming import Groups, Series, Unused, groups_of, is_attention, read_name
from core.files.reading import BESIDE, MASKS, read_parts, share
from core.files.stacked import Stacked, stacked
from core.files.tensors import Tensors
from core.files.token_lists import Texts
from core.tokens import LONGEST, clean
from core.trace import Origin, OriginKind

_STEPS = ("q", "k", "v", "weights", "scores", "output", "bias")
_NAME_OF_ORIGIN = "origin"


@dataclass(frozen=True)
class Found:
    """The tensors that are used.

    Attributes:
        parts: Part to its numbers: ``(layer, head, ...)``; ``mixed`` is ``(layer, query, d_out)``.
        used: Name of a tensor to the part that it is.
        unused: Name of a tensor to the reason why nobody uses it.
        group: Whose attention it is, of an encoder or a decoder; empty if there is one only.
        text: Which text of a batch.
        lists: Tokens that the file names.
        halves: Whether weights were stored in two bytes a number.
        long: Whether these are queries and keys whose maps are computed piece by piece.
        remarks: What has to be told of how they were read.
    """

    parts: Mapping[str, Array]
    used: Mapping[str, str]
    unused: Mapping[str, str]
    group: str = ""
    text: int = 0
    lists: Mapping[str, Texts] = field(default_factory=dict)
    halves: bool = False
    long: bool = False
    remarks: tuple[InputError, ...] = ()


def parts_of(tensors: Tensors, settling: Settling) -> Found:
    """The parts in a file.

    Args:
        tensors: Of the file.
        settling: Is asked what the file leaves open.

    Raises:
        InputError: ``file_no_attention``, ``file_is_checkpoint``, ``file_not_finite``,
            ``file_shapes``, ``file_too_many_axes``, ``file_mask``, ``file_long_mask``,
            ``file_unpacks_too_large``, and as tensors that are used have it.
    """
    groups, unused = groups_of(tensors.entries)
    group, chosen = _chosen(groups, tensors, settling, unused)
    sources = {part: stacked(series, settling) for part, series in chosen.items()}
    lists = token_lists.lists_of(tensors)
    layout = layout_of(sources, lists, settling, ours=origin_said(tensors) is not None)
    long = is_long(sources, layout, tensors.limits)
    sources = _needed(sources, long, unused)
    tensors.check_room(it for source in sources.values() for it in source.entries)
    tensors.limits.check_unpacked(4 * sum(math.prod(it.shape) for it in sources.values()))
    parts = read_parts(tensors, sources, layout, settling, unused)
    shared = share(parts, tensors.limits)
    remarks = (*_left_open(chosen, settling), *_remarks(chosen, parts, shared))
    used = _used(sources, unused)
    steps = {it.name: "step" for series in chosen.values() for it in series.entries}
    return Found(
        parts=parts,
        used=used,
        unused={name: why for name, why in (steps | unused).items() if name not in used},
        group=group,
        text=layout.text,
        lists=lists,
        halves="weights" in sources and sources["weights"].rows[0][0].kind in ("f2", "bf2"),
        long=long,
        remarks=remarks,
    )


def _used(sources: Mapping[str, Stacked], unused: Unused) -> dict[str, str]:
    return {
        entry.name: part
        for part, source in sources.items()
        for entry in source.entries
        if entry.name not in unused
    }


def _left_open(chosen: Mapping[str, Series], settling: Settling) -> Iterator[InputError]:
    """What the reader should look at: one of several attentions, an axis that nothing names."""
    weights = chosen.get("weights")
    bare = weights and not weights.over and not read_name(weights.first.name).part
    for meaning in settling.meanings:
        if meaning.name == "attention":
            yield InputError("file_several", count=len(meaning.offered))
        if weights and bare and meaning.name == "leading_axis" and meaning.why == "usual":
            yield InputError("file_axis_open", tensor=weights.first.name)


def _remarks(
    chosen: Mapping[str, Series], parts: Mapping[str, Array], shared: Mapping[str, int]
) -> tuple[InputError, ...]:
    """What has to be told of how tensors were read."""
    found = [
        InputError("file_layers_missing", tensor=it.first.name, layers=it.missing)
        for it in chosen.values()
        if it.missing
    ][:1]
    if not {"weights", "q"} & parts.keys():
        found.append(InputError("file_softmax_of_scores", tensor=chosen["scores"].first.name))
    if shared:
        heads, groups = shared["heads"], shared["shared"]
        found.append(InputError("file_heads_share", heads=heads, shared=groups))
    return tuple(found)


def numbered_tokens(n: int) -> tuple[str, ...]:
    """Names for tokens that have none."""
    return tuple(str(place + 1) for place in range(n))


def origin_said(tensors: Tensors) -> Origin | None:
    """Where a file of ours says that its numbers come from."""
    said = token_lists.texts_called(tensors, _NAME_OF_ORIGIN)
    if len(said) != 3 or said[0] not in get_args(OriginKind):
        return None
    kind = next(it for it in get_args(OriginKind) if it == said[0])
    return Origin(kind, clean(said[1])[:LONGEST], edited=said[2] == "edited")


def _chosen(
    groups: Groups, tensors: Tensors, settling: Settling, unused: Unused
) -> tuple[str, dict[str, Series]]:
    """Whose attention is shown, and the tensors of it; what belongs to nobody belongs to it, too.

    Raises:
        InputError: Why there is none.
    """
    usable = {name: parts for name, parts in groups.items() if is_attention(parts)}
    if not usable:
        problems = (it.problem for it in tensors.entries if it.problem)
        if "parameter" in unused.values():
            raise InputError("file_is_checkpoint")
        raise next(problems, InputError("file_no_attention"))
    group = settling.settle("attention", tuple(usable), next(iter(usable)), "first")
    general = {
        part: it
        for name, parts in groups.items()
        for part, it in parts.items()
        if name not in usable and part in (*MASKS, "bias")
    }
    chosen = {**general, **usable[group]}
    for name, parts in groups.items():
        for series in parts.values():
            kept = any(series is it for it in chosen.values())
            reason = "other_attention" if name in usable else "unknown"
            unused |= {} if kept else {it.name: reason for it in series.entries}
    return group, chosen


def _needed(sources: dict[str, Stacked], long: bool, unused: Unused) -> dict[str, Stacked]:
    """What is read: steps say nothing without queries, keys and values.

    Raises:
        InputError: ``file_long_mask``.
    """
    beside = {part for part in BESIDE if part in sources}
    if long:
        for part in (*MASKS, "bias"):
            if part in sources:
                raise InputError("file_long_mask", tensor=name_of(sources[part]))
        wanted, reason = {"q", "k", "v"}, "long"
    elif {"q", "k", "v"} <= sources.keys():
        wanted, reason = {*_STEPS, *MASKS, "mixed", *beside}, ""
    elif "weights" in sources:
        wanted, reason = {"weights", *beside}, "alone"
    else:
        wanted, reason = {"scores", *MASKS, "bias"}, "alone"
    for part in sources.keys() - wanted:
        unused |= {it.name: reason for it in sources[part].entries}
    return {part: it for part, it in sources.items() if part in wanted}
