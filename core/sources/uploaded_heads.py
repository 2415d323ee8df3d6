"""Every head of a reader's file at once, where that is not too much."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.measures import HeadFeatures, entropy, head_features
from core.sources.uploaded import Upload

MOST_COMPUTED = 8_000_000
"""Weights of all heads together that are computed from queries and keys; a file may hold more."""


class LayerMaps(NamedTuple):
    """The maps of a layer: ``(head, query, key)``."""

    weights: Array


@dataclass(frozen=True)
class UploadedHeads:
    """The maps of all heads.

    Attributes:
        query_tokens: The tokens that look.
        layers: The maps of each.
        features: What heads do: name to ``(layer, head)``, as in `HeadFeatures`; where tokens look
            at others than themselves, ``entropy`` alone.
        causal: Whether no token looks at what comes after it.
    """

    query_tokens: tuple[str, ...]
    layers: tuple[LayerMaps, ...]
    features: Mapping[str, Array]
    causal: bool

    @property
    def square(self) -> bool:
        """Tell whether tokens look at each other."""
        return "same" in self.features

    @property
    def nbytes(self) -> int:
        """Bytes of the maps."""
        return sum(it.weights.nbytes for it in self.layers)


def uploaded_heads(upload: Upload) -> UploadedHeads | None:
    """All heads of a file; ``None`` if there are too many weights to compute, or none at all."""
    n_weights = upload.n_layers * upload.n_heads * len(upload.query_tokens) * len(upload.key_tokens)
    if upload.long or ("weights" not in upload.parts and n_weights > MOST_COMPUTED):
        return None
    if "weights" in upload.parts:
        maps = tuple(upload.parts["weights"])
    else:
        maps = tuple(upload.weights(index) for index in range(upload.n_layers))
    layers, causal = tuple(map(LayerMaps, maps)), False
    if upload.query_tokens == upload.key_tokens:
        features = _features(maps)
        above = (np.triu(head, 1).any() for layer in maps for head in layer)
        causal = len(upload.key_tokens) > 1 and not any(above)
    else:
        spread = [entropy(it.astype(np.float32)).mean(axis=-1) for it in maps]
        features = {"entropy": np.stack(spread)}
    return UploadedHeads(upload.query_tokens, layers, features, causal)


def _features(maps: tuple[Array, ...]) -> Mapping[str, Array]:
    """By name ``(layer, head)``, head by head: all at once would fill the memory with copies."""
    none = (False,) * maps[0].shape[-1]
    found = [head_features(head[None, None].astype(np.float32), none) for it in maps for head in it]
    shape = len(maps), len(maps[0])
    columns = zip(HeadFeatures._fields, zip(*found, strict=True), strict=True)
    return {name: np.concatenate(it).reshape(shape) for name, it in columns if name != "special"}
