"""Which part of attention a tensor is, by its name, as libraries and people write it.

A name is cut into words and numbers: ``encoder/layer_0/attention/probs`` is attention weights of
layer 0 of an encoder, ``blocks.3.attn.hook_q`` queries of layer 3.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from core.errors import InputError
from core.files.tensors import Entry

NAMES: Mapping[str, tuple[str, ...]] = {
    "weights": (
        *("weights", "attention", "attentions", "attn", "attns", "att", "attn_weights"),
        *("attn_weight", "attention_weights", "attention_weight", "pattern", "patterns", "probs"),
        *("attn_probs", "attention_probs", "attn_prob", "attention_probabilities", "attn_map"),
        *("attn_maps", "attention_map", "attention_maps", "attn_matrix", "attention_matrix"),
        *(
            "attention_matrices",
            "attn_output_weights",
            "alignment",
            "alignments",
            "alphas",
            "alpha",
        ),
    ),
    "q": ("rot_q", "q", "qs", "query", "queries", "query_states", "query_layer", "q_states"),
    "k": ("rot_k", "k", "ks", "key", "keys", "key_states", "key_layer", "k_states"),
    "v": ("v", "vs", "value", "values", "value_states", "value_layer", "v_states"),
    "padding": ("key_padding_mask", "padding_mask", "pad_mask"),
    "mask": ("mask", "attn_mask", "attention_mask", "causal_mask", "src_mask", "may_look"),
    "bias": ("bias", "attn_bias", "attention_bias", "position_bias", "alibi"),
    "scores": (
        *("scores", "score", "attn_scores", "attention_scores", "logits", "attn_logits"),
        *("attention_logits", "raw_scores"),
    ),
    "output": ("output", "outputs", "z", "context_layer"),
    "mixed": ("mixed",),
    "x": ("x",),
    **{name: (name,) for name in ("w_q", "w_k", "w_v", "w_o")},
    **{
        f"influence_{name}": (f"influence_{name}",)
        for name in ("attention", "recurrent", "convolutional")
    },
}
"""Part to the names that tensors of it go by, the preferred one first; capitals do not matter."""

_PARTS = {name: (part, rank) for part, names in NAMES.items() for rank, name in enumerate(names)}
_LONGEST = max(name.count("_") + 1 for name in _PARTS)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_PLACES = {
    *("layer", "layers", "block", "blocks", "l", "h", "arr", "step", "steps", "head", "heads"),
    *("hook", "array", "tensor", "dict", "result", "results"),
}
_NEUTRAL = {
    *("attn", "attns", "attention", "attentions", "self", "selfattention", "model", "transformer"),
    *("module", "output", "outputs", "cache"),
}
_CROSS = {"cross", "crossattention", "encdec", "decoderencdec", "encattn", "encoderattn"}
_OF_PARAMETERS = {
    *("weight", "bias", "gamma", "beta", "kernel", "scale", "scales", "qweight", "absmax"),
}


class Named(NamedTuple):
    """What a name says.

    Attributes:
        part: One of ``NAMES``; empty if the name says nothing.
        group: Whose attention it is, such as ``encoder``; empty if there is one only.
        numbers: In the name, with the word before each.
        rank: The lower, the better the name.
    """

    part: str
    group: str
    numbers: tuple[tuple[str, int], ...]
    rank: int = 0


@dataclass(frozen=True)
class Series:
    """Tensors that are one part together.

    Attributes:
        rows: Of layers: tensors in order. More than one row: heads of layers, or steps.
        over: What the rows are: ``layers`` (one row), ``heads`` (a row a layer), ``steps`` (a row
            a step); empty if there is one tensor, whose name has no number that counts.
        missing: Numbers of layers that are left out between the others.
    """

    rows: tuple[tuple[Entry, ...], ...]
    over: str = ""
    missing: tuple[int, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them."""
        return tuple(it for row in self.rows for it in row)

    @property
    def first(self) -> Entry:
        """The one whose shape speaks for all."""
        return self.rows[0][0]


Unused = dict[str, str]  # name of a tensor to the reason why nobody uses it
Groups = dict[str, dict[str, Series]]  # whose attention, to part, to tensors


def read_name(name: str) -> Named:
    """What a name says of its tensor."""
    pieces = _PIECE.findall(_CAMEL.sub("_", name).lower())
    words = [it for it in pieces if not it.isdigit()]
    numbers = tuple(
        (pieces[i - 1] if i else "", int(it)) for i, it in enumerate(pieces) if it.isdigit()
    )
    telling = [it for it in words if it not in _PLACES]
    for length in range(min(_LONGEST, len(telling)), 0, -1):
        found = _PARTS.get("_".join(telling[-length:]))
        if found:
            return Named(found[0], _group(telling[:-length]), numbers, found[1])
    return Named("", "_".join(telling), numbers)


def groups_of(entries: Iterable[Entry]) -> tuple[Groups, Unused]:
    """The tensors by whose attention they are and by part, and those that are left.

    Tensors whose names say nothing are taken for weights if nothing else can be: a single one, or
    several under numbered names.

    Raises:
        InputError: ``file_same_name`` if names differ by capitals only.
    """
    entries = list(entries)
    unused: Unused = {it.name: "unreadable" for it in entries if it.problem}
    unused |= {it.name: "parameter" for it in entries if is_parameter(it)}
    numbers = [it for it in entries if it.is_number and not is_parameter(it)]
    found: dict[tuple[str, str], list[tuple[Named, Entry]]] = {}
    for entry in numbers:
        named = read_name(entry.name)
        found.setdefault((named.group, named.part), []).append((named, entry))
    groups: Groups = {}
    for (group, part), tensors in found.items():
        if part:
            groups.setdefault(group, {})[part] = _series(tensors, unused)
    nothing = not any(is_attention(parts) for parts in groups.values())
    if nothing and "parameter" not in unused.values():
        groups |= _by_number(found, len(numbers), unused)
    used = {it.name for parts in groups.values() for one in parts.values() for it in one.entries}
    return groups, {it.name: "unknown" for it in numbers if it.name not in used} | unused


def is_attention(parts: Mapping[str, Series]) -> bool:
    """Whether there is enough for a map."""
    return bool({"weights", "scores"} & parts.keys()) or {"q", "k"} <= parts.keys()


def is_parameter(entry: Entry) -> bool:
    """Whether a name is that of a model's parameter, such as ``h.0.attn.c_attn.weight``."""
    path = re.split(r"[./]", entry.name.lower())
    return len(path) > 1 and path[-1] in _OF_PARAMETERS


def _group(words: list[str]) -> str:
    if _CROSS & {*words, "".join(words)} or {"encoder", "decoder"} <= {*words}:
        return "cross"
    return "_".join(it for it in words if it not in _NEUTRAL)


def _by_number(
    found: Mapping[tuple[str, str], list[tuple[Named, Entry]]], count: int, unused: Unused
) -> Groups:
    """Tensors whose names tell nothing but their order, as weights."""
    groups: Groups = {}
    for (group, part), tensors in found.items():
        if not part and (len(tensors) > 1 or count == 1):
            groups[group] = {"weights": _series(tensors, unused)}
    if not groups and count == 1:
        [[(_, entry)]] = found.values()
        groups[""] = {"weights": Series(((entry,),))}
    return groups


def _series(tensors: list[tuple[Named, Entry]], unused: Unused) -> Series:
    """Tensors of one part in order: layers, heads of layers, or steps of layers."""
    best = min(named.rank for named, _ in tensors)
    kept = _without_doubles([it for it in tensors if it[0].rank == best], unused)
    unused |= {entry.name: "double" for named, entry in tensors if named.rank > best}
    columns = [*zip(*(named.numbers for named, _ in kept), strict=False)]
    varying = [i for i, column in enumerate(columns) if len({*column}) > 1]
    if len(kept) == 1 or not varying:
        unused |= {entry.name: "double" for _, entry in kept[1:]}
        return Series(((kept[0][1],),))
    by_place = {tuple(named.numbers[i][1] for i in varying): entry for named, entry in kept}
    places = sorted(by_place)
    if len(varying) == 1 and kept[0][0].numbers[varying[0]][0] in ("head", "heads"):
        return Series((tuple(by_place[it] for it in places),), "heads")
    if len(varying) == 1:
        return _of_layers([(place, by_place[place,]) for (place,) in places], unused)
    rows = [
        tuple(by_place[it] for it in places if it[0] == first)
        for first in sorted({it[0] for it in places})
    ]
    words = [kept[0][0].numbers[i][0] for i in varying]
    over = "heads" if words[1] in ("head", "heads", "h") else "steps"
    return Series(tuple(rows), over)


def _without_doubles(
    tensors: list[tuple[Named, Entry]], unused: Unused
) -> list[tuple[Named, Entry]]:
    kept: dict[tuple[tuple[str, int], ...], tuple[Named, Entry]] = {}
    for named, entry in tensors:
        other = kept.get(named.numbers)
        if other is None:
            kept[named.numbers] = named, entry
        elif other[1].name.lower() == entry.name.lower():
            raise InputError("file_same_name", tensor=entry.name)
        else:
            unused[entry.name] = "double"
    return [*kept.values()]


def _of_layers(numbered: list[tuple[int, Entry]], unused: Unused) -> Series:
    """Tensors of equal shape are layers; those that grow by a key each are steps of one layer."""
    entries = [entry for _, entry in numbered]
    if _grows(entries):
        return Series(tuple((it,) for it in entries), "steps")
    shape = max((it.shape for it in entries), key=[it.shape for it in entries].count)
    kept = [(number, it) for number, it in numbered if it.shape == shape]
    unused |= {it.name: "other_shape" for it in entries if it.shape != shape}
    numbers = {number for number, _ in kept}
    missing = tuple(it for it in range(min(numbers), max(numbers)) if it not in numbers)
    return Series((tuple(it for _, it in kept),), "layers", missing)


def _grows(entries: list[Entry]) -> bool:
    """Whether shapes are those of weights while a text is written, a token a step."""
    shapes = [it.shape[-2:] for it in entries]
    later = pairwise(shapes)
    return all(len(it) == 2 for it in shapes) and all(
        b[0] == 1 and b[1] == a[1] + 1 for a, b in later
    )
