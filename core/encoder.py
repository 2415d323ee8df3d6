"""A BERT encoder on `core.attention`, from the file of its parameters: every step is kept.

Source: Devlin et al., BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding, 2019, section 3; the layer is that of Vaswani et al., Attention Is All You Need,
2017, section 3.1, with GELU between the two matrices of the feed-forward part.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, linear

from core.attention import MultiHeadSteps, merge_heads, multi_head_attention
from core.errors import InputError

HeadIndex = tuple[int, int]
"""(layer, head), both counted from 0."""

WORDS = "embeddings.word_embeddings.weight"
"""The name of the vocabulary's vectors, which is the largest matrix by far."""


class Rows(Protocol):
    """A matrix of which a few rows are used at a time; a tensor is one."""

    def __getitem__(self, rows: Tensor, /) -> Tensor:
        """``(row, d_model)`` float32, the rows of these numbers."""
        ...


class Affine(NamedTuple):
    """A matrix ``(out, in)``, or a norm's factors ``(d_model,)``, with its bias."""

    weight: Tensor
    bias: Tensor


@dataclass(frozen=True)
class EncoderLayer:
    """The parameters of one layer.

    Attributes:
        q, k, v, o: ``(d_model, d_model)`` each, heads side by side.
        attention_norm: After the attention is added to its input.
        up: ``(d_inner, d_model)``.
        down: ``(d_model, d_inner)``.
        output_norm: After the feed-forward part is added to its input.
    """

    q: Affine
    k: Affine
    v: Affine
    o: Affine
    attention_norm: Affine
    up: Affine
    down: Affine
    output_norm: Affine


@dataclass(frozen=True)
class Encoder:
    """All parameters, float32. They are shared by everybody: nothing may write to them.

    Attributes:
        words: ``(vocabulary, d_model)``.
        positions: ``(position, d_model)``.
        kind: ``(d_model,)``, what is added to every piece of a first sentence.
        norm: After the three are summed up.
        layers: From the first to the last.
        n_heads: Of each layer.
        eps: What norms add to the variance.
    """

    words: Rows
    positions: Tensor
    kind: Tensor
    norm: Affine
    layers: tuple[EncoderLayer, ...]
    n_heads: int
    eps: float

    @property
    def nbytes(self) -> int:
        """Bytes of the parameters, those of the words not counted."""
        pairs = [self.norm, *(pair for layer in self.layers for pair in vars(layer).values())]
        return self.positions.nbytes + sum(part.nbytes for pair in pairs for part in pair)


class Encoded(NamedTuple):
    """All that a run leaves behind.

    Attributes:
        attentions: The steps of each layer's attention.
        hidden: ``(token, d_model)`` each: what went into the first layer, then what came out of
            every layer.
    """

    attentions: tuple[MultiHeadSteps, ...]
    hidden: tuple[Tensor, ...]


def read_encoder(path: Path, n_heads: int, eps: float) -> Encoder:
    """The encoder whose parameters are in a safetensors file, under BERT's usual names.

    Args:
        path: The file; its pages are mapped, not copied.
        n_heads: Of each layer.
        eps: What norms add to the variance.

    Raises:
        InputError: ``model_unreadable`` if a parameter is missing.
    """
    found = load_file(path)
    try:
        return encoder_of(found, found[WORDS], n_heads, eps)
    except KeyError as missing:
        raise InputError("model_unreadable", file=path.name, missing=missing.args[0]) from missing


def encoder_of(found: Mapping[str, Tensor], words: Rows, n_heads: int, eps: float) -> Encoder:
    """The encoder with these parameters.

    Args:
        found: Parameters by BERT's usual names.
        words: ``(vocabulary, d_model)``.
        n_heads: Of each layer.
        eps: What norms add to the variance.

    Raises:
        KeyError: If a parameter is missing.
    """
    n_layers = len({name.split(".")[2] for name in found if name.startswith("encoder.layer.")})
    return Encoder(
        words=words,
        positions=found["embeddings.position_embeddings.weight"],
        kind=found["embeddings.token_type_embeddings.weight"][0],
        norm=_affine(found, "embeddings.LayerNorm"),
        layers=tuple(_layer(found, f"encoder.layer.{index}") for index in range(n_layers)),
        n_heads=n_heads,
        eps=eps,
    )


def embed(encoder: Encoder, ids: Sequence[int]) -> Tensor:
    """Input of the first layer: word, position and kind summed up, then normalised.

    Args:
        encoder: Whose vectors to use.
        ids: The pieces' numbers in the vocabulary, special pieces included.

    Returns:
        ``(token, d_model)``.

    Raises:
        InputError: ``too_many_pieces`` if there are more pieces than positions.
    """
    if len(ids) > len(encoder.positions):
        raise InputError("too_many_pieces", count=len(ids), limit=len(encoder.positions))
    with torch.inference_mode():
        x = encoder.words[torch.tensor(ids)] + encoder.kind + encoder.positions[: len(ids)]
        return _normalised(x, encoder.norm, encoder.eps)


def encode(encoder: Encoder, x: Tensor, first: int = 0, off: Collection[HeadIndex] = ()) -> Encoded:
    """Run the layers and keep every step.

    Args:
        encoder: Whose layers to run.
        x: ``(token, d_model)``, what goes into layer ``first``: from :func:`embed`, or from the
            ``hidden`` of another run.
        first: The first layer to run.
        off: Heads that are switched off: what they give is replaced by 0 before heads are mixed.

    Returns:
        One entry a layer from ``first`` on.

    Raises:
        InputError: ``no_such_head`` if one that is to be switched off does not exist.
    """
    for layer, head in off:
        if not (0 <= layer < len(encoder.layers) and 0 <= head < encoder.n_heads):
            raise InputError("no_such_head", layer=layer, head=head)
    attentions, hidden = [], [x]
    with torch.inference_mode():
        for index in range(first, len(encoder.layers)):
            silent = [head for layer, head in off if layer == index]
            steps, x = _run(encoder, encoder.layers[index], x, silent)
            attentions.append(steps)
            hidden.append(x)
    return Encoded(tuple(attentions), tuple(hidden))


def pooled(hidden: Tensor) -> Tensor:
    """The sentence embedding: the mean of the last layer's vectors, scaled to length 1.

    Args:
        hidden: ``(token, d_model)``, special pieces included.

    Returns:
        ``(d_model,)`` of length 1.

    Source: Reimers and Gurevych, Sentence-BERT, 2019, section 3 (mean pooling).
    """
    with torch.inference_mode():
        return torch.nn.functional.normalize(hidden.mean(dim=0), dim=0)


def _run(
    encoder: Encoder, layer: EncoderLayer, x: Tensor, silent: list[int]
) -> tuple[MultiHeadSteps, Tensor]:
    (w_q, b_q), (w_k, b_k), (w_v, b_v), (w_o, b_o) = layer.q, layer.k, layer.v, layer.o
    steps = multi_head_attention(
        x, None, w_q, w_k, w_v, w_o, encoder.n_heads, b_q=b_q, b_k=b_k, b_v=b_v, b_o=b_o
    )
    if silent:
        heads = steps.heads.clone()  # (head, query, d_v)
        heads[silent] = 0
        steps = steps._replace(heads=heads, output=linear(merge_heads(heads), *layer.o))
    x = _normalised(x + steps.output, layer.attention_norm, encoder.eps)  # (token, d_model)
    inner = gelu(linear(x, *layer.up))  # (token, d_inner)
    return steps, _normalised(x + linear(inner, *layer.down), layer.output_norm, encoder.eps)


def _normalised(x: Tensor, norm: Affine, eps: float) -> Tensor:
    return layer_norm(x, norm.bias.shape, norm.weight, norm.bias, eps)


def _affine(found: Mapping[str, Tensor], name: str) -> Affine:
    return Affine(found[f"{name}.weight"], found[f"{name}.bias"])


def _layer(found: Mapping[str, Tensor], name: str) -> EncoderLayer:
    return EncoderLayer(
        q=_affine(found, f"{name}.attention.self.query"),
        k=_affine(found, f"{name}.attention.self.key"),
        v=_affine(found, f"{name}.attention.self.value"),
        o=_affine(found, f"{name}.attention.output.dense"),
        attention_norm=_affine(found, f"{name}.attention.output.LayerNorm"),
        up=_affine(found, f"{name}.intermediate.dense"),
        down=_affine(found, f"{name}.output.dense"),
        output_norm=_affine(found, f"{name}.output.LayerNorm"),
    )
