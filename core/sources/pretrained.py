"""MiniLM, or the bilingual e5, as a source: a trained model on the attention of this package."""

from dataclasses import dataclass

import numpy as np
import torch

from core.arrays import Array
from core.attention import split_heads
from core.encoder import Encoder, HeadIndex, embed, encode, pooled
from core.errors import InputError
from core.importance import Mixer
from core.measures import cosine_distance
from core.models.packaged import LOADERS, NAME, PackagedModel, packaged_model
from core.models.pieces import Keep, Pieces, cut
from core.models.run import ModelRun, layer_trace
from core.trace import AttentionTrace, Origin

LIMIT = 256
"""Word pieces, the special ones included: what MiniLM was made for."""


@dataclass(frozen=True)
class PretrainedSource:
    """A packaged model, the same for everybody.

    Attributes:
        limit: In word pieces with the two special ones: 3 to 512, the model's positions.
        keep: Which part of a longer sentence is read.
        off: Heads that are switched off.
        model: Its name, one of `core.models.packaged.LOADERS`.
    """

    limit: int = LIMIT
    keep: Keep = "start"
    off: frozenset[HeadIndex] = frozenset()
    model: str = NAME

    @property
    def origin(self) -> Origin:
        """Pretrained, with the model's name."""
        return Origin("pretrained", self.model, edited=bool(self.off))

    def trace(self, sentence: str) -> AttentionTrace:
        """Every head's attention on the sentence's word pieces.

        Raises:
            InputError: As :meth:`run`.
        """
        return self.run(sentence).trace

    def pieces(self, sentence: str) -> Pieces:
        """What the model reads of a sentence; nothing is computed.

        Raises:
            InputError: As :meth:`run`.
        """
        return self._cut(packaged_model(self.model), sentence)

    def run(self, sentence: str) -> ModelRun:
        """The model on a sentence, with everything kept.

        Raises:
            InputError: ``no_tokens`` if there is nothing to read; ``limit_out_of_range`` if the
                model cannot have that limit; ``no_such_head`` if one that is switched off does not
                exist; ``model_missing`` or ``model_altered`` if the model's files are not as
                published.
        """
        model = packaged_model(self.model)
        pieces = self._cut(model, sentence)
        done = encode(model.encoder, embed(model.encoder, pieces.ids), off=self.off)
        layers = tuple(layer_trace(steps) for steps in done.attentions)
        return ModelRun(
            pieces,
            AttentionTrace(pieces.tokens, pieces.tokens, layers, self.origin),
            _mixers(model.encoder),
            torch.stack(done.hidden).numpy(),
            pooled(done.hidden[-1]).numpy(),
        )

    def _cut(self, model: PackagedModel, sentence: str) -> Pieces:
        largest = len(model.encoder.positions)
        if self.limit > largest:
            raise InputError("limit_out_of_range", limit=self.limit, smallest=3, largest=largest)
        return cut(model.tokenizer, sentence, self.limit, self.keep)


@dataclass(frozen=True)
class HeadEffects:
    """How far things move when one head alone is switched off: cosine distance, 0 to 2.

    Attributes:
        layer_output: ``(layer, head)``: the output of the head's own layer, mean over tokens.
        embedding: ``(layer, head)``: the sentence embedding.
    """

    layer_output: Array
    embedding: Array

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return self.layer_output.nbytes + self.embedding.nbytes


def head_effects(run: ModelRun) -> HeadEffects:
    """Switch off every head of a packaged model in turn.

    It takes about half as many forward passes as there are heads: each starts at its head's layer.

    Args:
        run: Of a :class:`PretrainedSource` with all heads on.

    Raises:
        ValueError: If the run is another model's, or has heads switched off.
    """
    origin = run.trace.origin
    if origin.detail not in LOADERS or origin.edited or run.embedding is None:
        raise ValueError(f"need a packaged model's run with all heads on, got {origin}")
    encoder = packaged_model(origin.detail).encoder
    shape = len(encoder.layers), encoder.n_heads
    layer_output, embedding = np.zeros(shape), np.zeros(shape)
    for layer, head in np.ndindex(shape):
        x = torch.tensor(run.hidden[layer])
        done = encode(encoder, x, first=layer, off=((layer, head),))
        moved = cosine_distance(run.hidden[layer + 1], done.hidden[1].numpy())  # (token,)
        layer_output[layer, head] = moved.mean()
        embedding[layer, head] = cosine_distance(run.embedding, pooled(done.hidden[-1]).numpy())
    return HeadEffects(layer_output, embedding)


def _mixers(encoder: Encoder) -> tuple[Mixer, ...]:
    """Views of the parameters, head by head."""
    n = encoder.n_heads
    return tuple(
        Mixer(
            w_o=split_heads(layer.o.weight, n).mT.numpy(),  # (head, d_v, d_model)
            b_k=split_heads(layer.k.bias[None], n).numpy(),  # (head, 1, d_k)
            b_v=split_heads(layer.v.bias[None], n).numpy(),  # (head, 1, d_v)
        )
        for layer in encoder.layers
    )
