"""Attention of a reader's own model, from a file: weights alone, or queries, keys and values.

Nothing is put right silently: rows that do not sum to 1, and steps that do not follow from each
other, stay as they are and are named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array
from core.attention import scaled_dot_product_attention
from core.errors import InputError
from core.files.doubts import HALF_PRECISION, rows_off
from core.files.limits import PUBLIC, Limits
from core.files.meaning import Meaning, Settling
from core.files.parts import numbered_tokens, origin_said, parts_of
from core.files.reading import BESIDE
from core.files.shapes import check_shapes
from core.files.tensors import Entry, Tensors
from core.files.token_lists import has_tokens, tokens_of
from core.files.traces import fingerprint, guarded, read_tensors
from core.softmax import softmax
from core.trace import AttentionTrace, LayerTrace, Origin, TraceError

NOTHING_SAID: Mapping[str, str] = MappingProxyType({})
"""Of a reader who leaves to the page how a file is read."""

_BY_HEAD = ("q", "k", "v", "scores", "weights", "output")


@dataclass(frozen=True)
class Upload:
    """What a file says about attention, checked.

    Attributes:
        entries: Everything in the file.
        parts: What is used of it: ``(layer, head, ...)``; ``mixed`` is ``(layer, query, d_out)``.
        used: Name of a tensor to the part that it is.
        unused: Name of a tensor to the reason why nobody uses it.
        meanings: What the file leaves open, and how it was read.
        query_tokens: The tokens that look, one a row.
        key_tokens: The tokens that are looked at, one a column.
        origin: ``uploaded``, with the file's name.
        says: Where the file says that its numbers come from, if it is one of ours.
        doubts: What is to be known about the file, as codes with values.
        halves: Whether the weights were stored in two bytes.
        long: Whether there are queries and keys whose maps are computed piece by piece.
        sha: Of the file.
    """

    entries: tuple[Entry, ...]
    parts: Mapping[str, Array]
    used: Mapping[str, str]
    unused: Mapping[str, str]
    meanings: tuple[Meaning, ...]
    query_tokens: tuple[str, ...]
    key_tokens: tuple[str, ...]
    origin: Origin
    says: Origin | None
    doubts: tuple[InputError, ...]
    halves: bool
    long: bool = False
    sha: str = ""

    @property
    def n_layers(self) -> int:
        """How many layers there are."""
        return len(self._first)

    @property
    def n_heads(self) -> int:
        """In each layer."""
        return self._first.shape[1]

    @property
    def has_steps(self) -> bool:
        """Whether there are queries, keys and values, and scores and outputs to be drawn whole."""
        return {"q", "k", "v"} <= self.parts.keys() and not self.long

    @property
    def beside(self) -> Mapping[str, Array]:
        """What a file of this program has besides: the input, the matrices, the influences."""
        return {part: self.parts[part] for part in BESIDE if part in self.parts}

    @property
    def nbytes(self) -> int:
        """Bytes that the record holds."""
        return sum(part.nbytes for part in self.parts.values())

    def layer(self, index: int, head: int | None = None) -> LayerTrace | None:
        """A layer with every step; what the file has not is computed from what it has.

        Args:
            index: From 0.
            head: The only one to compute, from 0: all of a long text are too large at once.
                ``None`` = all.

        Returns:
            ``None`` if the file has weights alone, or weights that are no softmax at all. Without
            W_O, ``mixed`` is the heads' outputs side by side.
        """
        if not self.has_steps:
            return None
        heads = slice(None) if head is None else slice(head, head + 1)
        given = {it: self.parts[it][index, heads] for it in _BY_HEAD if it in self.parts}
        kind = np.result_type(*(given[part] for part in "qkv"))
        q, k, v = (torch.from_numpy(given[part].astype(kind)) for part in "qkv")
        bias = self._bias(index, heads)
        added = torch.from_numpy(bias.copy()).to(q.dtype)
        scores = _or(given.get("scores"), scaled_dot_product_attention(q, k, v).scores)
        softmax = (torch.from_numpy(scores.copy()) + added).softmax(dim=-1).nan_to_num(0)
        weights = _or(given.get("weights"), softmax)
        if self.halves:
            weights = _unrounded(weights)
        output = _or(given.get("output"), torch.from_numpy(weights.copy()).to(v.dtype) @ v)
        side_by_side = torch.from_numpy(output.copy()).transpose(0, 1).flatten(1)
        whole = self.parts["mixed"][index] if "mixed" in self.parts and head is None else None
        mixed = _or(whole, side_by_side)
        try:
            return LayerTrace(q.numpy(), k.numpy(), v.numpy(), scores, bias, weights, output, mixed)
        except TraceError:
            return None

    def weights(self, index: int) -> Array:
        """The maps of a layer: ``(head, query, key)``, as they are in the file, if they are.

        Raises:
            InputError: ``file_no_attention`` if the steps give none.
        """
        return np.stack([self.head_weights(index, head) for head in range(self.n_heads)])

    def head_weights(self, index: int, head: int) -> Array:
        """The map of one head: ``(query, key)``; see :meth:`weights`."""
        if "weights" in self.parts:
            return self.parts["weights"][index, head]
        if "q" not in self.parts:
            scores = self.parts["scores"][index, head] + self._bias(index, slice(head, head + 1))[0]
            return softmax(scores)
        layer = self.layer(index, head)
        if layer is None:
            raise InputError("file_no_attention")
        return layer.weights[0]

    @property
    def _first(self) -> Array:
        return next(self.parts[it] for it in ("q", "weights", "scores") if it in self.parts)

    def _bias(self, index: int, heads: slice) -> Array:
        """What is added to the scores: ``(head, query, key)``."""
        shape = self.n_heads, len(self.query_tokens), len(self.key_tokens)
        bias = np.broadcast_to(np.float32(0), shape)[heads]
        if "bias" in self.parts:
            bias = np.broadcast_to(_of_layer(self.parts["bias"], index), shape)[heads]
        if "mask" in self.parts:
            may_look = np.broadcast_to(_of_layer(self.parts["mask"], index) != 0, shape)[heads]
            bias = np.where(may_look, bias, np.float32(-np.inf))
        return bias


@dataclass(frozen=True)
class UploadedSource:
    """A file as a source; it has its own tokens, so the sentence is not read."""

    upload: Upload

    def trace(self, sentence: str = "") -> AttentionTrace:
        """Every layer of the file.

        Raises:
            InputError: ``file_weights_only`` if it has no queries, keys and values.
        """
        del sentence
        found = (self.upload.layer(index) for index in range(self.upload.n_layers))
        layers = tuple(layer for layer in found if layer is not None)
        if len(layers) < self.upload.n_layers:
            raise InputError("file_weights_only")
        upload = self.upload
        return AttentionTrace(upload.query_tokens, upload.key_tokens, layers, upload.origin)


def read_upload(
    content: bytes,
    name: str,
    limits: Limits = PUBLIC,
    meaning: Mapping[str, str] = NOTHING_SAID,
) -> Upload:
    """What a file says about attention; the file may be anything.

    Args:
        content: The file.
        name: As it may be shown.
        limits: What it may have.
        meaning: How to read what the file leaves open, by the names of `Meaning`, such as
            ``{"leading_axis": "batch"}``. An answer that does not fit the file is not taken.

    Raises:
        InputError: What is wrong with the file.
    """
    sha = fingerprint(content)
    return guarded(lambda whole: _upload(read_tensors(whole, limits), name, sha, meaning), content)


def bytes_once_read(content: bytes, limits: Limits = PUBLIC) -> int:
    """Bytes of the numbers that a file announces; none if it cannot be read."""
    try:
        return sum(it.nbytes_read for it in read_tensors(content, limits).entries)
    except InputError:
        return 0


def _upload(tensors: Tensors, name: str, sha: str, meaning: Mapping[str, str]) -> Upload:
    settling = Settling(meaning)
    found = parts_of(tensors, settling)
    n_query, n_key = check_shapes(found.parts, tensors.limits, long=found.long)
    sizes = n_query, n_key
    asking, answering = tokens_of(found.lists, found.group, found.text, sizes)
    doubts = [*found.remarks]
    if has_tokens(found.lists) and not (asking and answering):
        doubts.append(InputError("file_tokens_do_not_fit", queries=n_query, keys=n_key))
    left = tuple(name for name, why in found.unused.items() if why == "long")
    if left:
        doubts.append(InputError("file_long_parts", tensors=left))
    if "weights" in found.parts:
        doubts += rows_off(found.parts["weights"], found.halves)
    return Upload(
        entries=tensors.entries,
        parts=found.parts,
        used=found.used,
        unused=found.unused,
        meanings=tuple(settling.meanings),
        query_tokens=asking or numbered_tokens(n_query),
        key_tokens=answering or numbered_tokens(n_key),
        origin=Origin("uploaded", name),
        says=origin_said(tensors),
        doubts=tuple(doubts),
        halves=found.halves,
        long=found.long,
        sha=sha,
    )


def _or(given: Array | None, computed: Tensor) -> Array:
    """What the file has, if it has it."""
    return computed.numpy() if given is None else given


def _unrounded(weights: Array) -> Array:
    """Rows that miss 1 by no more than two bytes a number do, so that they sum to 1."""
    sums = weights.sum(axis=-1, keepdims=True, dtype=np.float64)
    rounded = np.abs(sums - 1) <= HALF_PRECISION
    return np.where(rounded, weights / np.where(rounded, sums, 1), weights).astype(np.float32)


def _of_layer(part: Array, index: int) -> Array:
    return part[index] if len(part) > 1 else part[0]
