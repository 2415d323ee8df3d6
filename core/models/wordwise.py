"""Many words through the first layers of a model, each alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch.nn.functional import normalize

from core.arrays import Array
from core.encoder import embed, encode
from core.models.packaged import PackagedModel
from core.models.unigram import UNKNOWN

TOGETHER = 96
"""Words that go through the layers at once."""


def means(model: PackagedModel, words: Sequence[str], n_layers: int) -> Array:
    """The mean over each word's pieces, special ones included, of what a layer gives.

    Args:
        model: Which one.
        words: Any.
        n_layers: How many layers are run.

    Returns:
        ``(word, d_model)`` of length 1; 0 for a word with a piece that the model does not know.
    """
    encoder = replace(model.encoder, layers=model.encoder.layers[:n_layers])
    by_length: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for place, word in enumerate(words):
        pieces = model.tokenizer.encode(word)
        if UNKNOWN not in pieces.tokens:
            by_length[len(pieces.ids)].append((place, pieces.ids))
    found = np.zeros((len(words), encoder.positions.shape[1]), np.float32)
    for alike in by_length.values():
        for start in range(0, len(alike), TOGETHER):
            places, ids = zip(*alike[start : start + TOGETHER], strict=True)
            x = torch.stack([embed(encoder, it) for it in ids])  # (word, token, d_model)
            last = encode(encoder, x).hidden[-1]
            found[list(places)] = normalize(last.mean(dim=1), dim=-1).numpy()
    return found
