"""Every head of a reader's file at once, where that is not too much."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.arrays import Array
from core.measures import HeadFeatures, entropy, head_features
from core.sources.uploaded import Upload

MOST_COMPUTED = 8_000_000
"""Weights of all heads together that are computed from queries and keys; a file may hold more."""


@dataclass(frozen=True)
class UploadedHeads:
    """The maps of all heads.

    Attributes:
        maps: One a layer: ``(head, query, key)``.
        features: What heads do: name to ``(layer, head)``, as in `HeadFeatures`; where tokens look
            at others than themselves, ``entropy`` alone.
        causal: Whether no token looks at what comes after it.
    """

    maps: tuple[Array, ...]
    features: Mapping[str, Array]
    causal: bool

    @property
    def nbytes(self) -> int:
        """Bytes of the maps."""
        return sum(it.nbytes for it in self.maps)


def uploaded_heads(upload: Upload) -> UploadedHeads | None:
    """All heads of a file; ``None`` if there are too many weights to compute, or none at all."""
    n_weights = upload.n_layers * upload.n_heads * len(upload.query_tokens) * len(upload.key_tokens)
    if upload.long or ("weights" not in upload.parts and n_weights > MOST_COMPUTED):
        return None
    if "weights" in upload.parts:
        maps = tuple(upload.parts["weights"])
    else:
        maps = tuple(upload.weights(index) for index in range(upload.n_layers))
    if upload.query_tokens != upload.key_tokens:
        spread = np.stack([entropy(it.astype(np.float32)).mean(axis=-1) for it in maps])
        return UploadedHeads(maps, {"entropy": spread}, causal=False)
    causal = all(not np.triu(head, 1).any() for layer in maps for head in layer)
    return UploadedHeads(maps, _features(maps), causal and len(upload.key_tokens) > 1)


def _features(maps: tuple[Array, ...]) -> Mapping[str, Array]:
    """By name ``(layer, head)``, head by head: all at once would fill the memory with copies."""
    none = (False,) * maps[0].shape[-1]
    found = [head_features(head[None, None].astype(np.float32), none) for it in maps for head in it]
    shape = len(maps), len(maps[0])
    columns = zip(HeadFeatures._fields, zip(*found, strict=True), strict=True)
    return {name: np.concatenate(it).reshape(shape) for name, it in columns if name != "special"}
