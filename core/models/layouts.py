"""Where the models of each family keep the parts of attention, and how to go through its steps.

Nothing here imports transformers: the modules are handed in. Queries, keys, values and scores are
computed from what went into a layer, by the layer's own matrices and the attention of this
package, and held against the weights that the model itself used.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from core.attention import MultiHeadSteps, merge_heads, split_heads
from core.errors import InputError
from core.importance import Mixer
from core.models.run import layer_trace
from core.softmax import mask_scores, masked_softmax
from core.trace import LayerTrace

TOLERANCE = 1e-5
"""How far recomputed weights may be from the model's own."""


class Family(NamedTuple):
    """Where the models of a family keep the parts of attention.

    Attributes:
        layers: The list of layers, in the model.
        attention: The module that attends, in a layer.
        projections: W_Q, W_K and W_V in a layer; or one matrix that gives all three.
        output: W_O, in a layer.
        norm: What the input passes before attention; empty if nothing.
        causal: Whether a token sees itself and what comes before it only.
        windowed: Whether ``sliding_window`` of the configuration counts; others ignore it.
        first_position: How many positions are never used.
        options: What to say when a model is made: nothing that is not shown is needed.
    """

    layers: str
    attention: str
    projections: tuple[str, ...]
    output: str
    norm: str = ""
    causal: bool = False
    windowed: bool = False
    first_position: int = 0
    options: Mapping[str, bool] = MappingProxyType({})


_BERT = Family(
    "encoder.layer",
    "attention.self",
    ("attention.self.query", "attention.self.key", "attention.self.value"),
    "attention.output.dense",
    options=MappingProxyType({"add_pooling_layer": False}),
)
_ROBERTA = _BERT._replace(first_position=2)
_LLAMA = Family(
    "layers",
    "self_attn",
    ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attn.o_proj",
    norm="input_layernorm",
    causal=True,
)
FAMILIES = {
    "bert": _BERT,
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "camembert": _ROBERTA,
    "distilbert": Family(
        "transformer.layer",
        "attention",
        ("attention.q_lin", "attention.k_lin", "attention.v_lin"),
        "attention.out_lin",
    ),
    "gpt2": Family("h", "attn", ("attn.c_attn",), "attn.c_proj", norm="ln_1", causal=True),
    "llama": _LLAMA,
    "mistral": _LLAMA._replace(windowed=True),
    "qwen2": _LLAMA._replace(windowed=True),
}
"""By the ``model_type`` of a model's configuration."""


def retraced(
    family: Family, model: nn.Module, layer: nn.Module, x: Tensor, own_weights: Tensor
) -> tuple[LayerTrace, Mixer]:
    """The steps of one layer.

    Args:
        family: Of the model.
        model: With ``config``, and ``rotary_emb`` where positions are turned.
        layer: One of the model's.
        x: ``(token, d_model)``, what went into the layer.
        own_weights: ``(head, query, key)``, those that the model used.

    Raises:
        InputError: ``weights_disagree`` if what is recomputed is not what the model computed.
    """
    config: Any = model.config
    if family.norm:
        x = layer.get_submodule(family.norm)(x)
    attention: Any = layer.get_submodule(family.attention)
    q, k, v = _projected(family, model, layer, x)
    window = getattr(attention, "sliding_window", getattr(config, "sliding_window", None))
    mask = _mask(len(x), family.causal, window if family.windowed else None)
    # Scaled after the product, as the model does: large scores are rounded in the same places.
    scores = q @ k.mT * attention.scaling
    weights = masked_softmax(*mask_scores(scores, mask, is_causal=False))
    heads = weights @ v
    off = float((weights - own_weights).abs().max())
    if off > TOLERANCE:
        raise InputError("weights_disagree", name=config.model_type, difference=f"{off:.1e}")
    output: Any = layer.get_submodule(family.output)
    mixed = output(merge_heads(heads))  # (token, d_model)
    _, b_k, b_v = _projected(family, model, layer, torch.zeros_like(x))
    w_o = output.weight if isinstance(output, nn.Linear) else output.weight.T  # (out, in)
    mixer = Mixer(split_heads(w_o, len(q)).mT.numpy(), b_k.numpy(), b_v.numpy(), attention.scaling)
    steps = MultiHeadSteps(q, k, v, scores, weights, heads, mixed)
    return layer_trace(steps, mask), mixer


def _projected(
    family: Family, model: nn.Module, layer: nn.Module, x: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values ``(head, token, d_k or d_v)``, turned by position where they are.

    Heads that share keys and values each get their copy.
    """
    config: Any = model.config
    parts = [layer.get_submodule(name)(x) for name in family.projections]
    if len(parts) == 1:
        parts = list(parts[0].chunk(3, dim=-1))
    n_heads = config.num_attention_heads
    n_shared = getattr(config, "num_key_value_heads", None) or n_heads
    counts = (n_heads, n_shared, n_shared)
    q, k, v = (split_heads(part, n) for part, n in zip(parts, counts, strict=True))
    rotary: Any = getattr(model, "rotary_emb", None)
    if rotary is not None:
        cos, sin = rotary(x[None], torch.arange(len(x))[None])  # (1, token, d_k)
        q, k = (part * cos + _quarter_turn(part) * sin for part in (q, k))
    k, v = (part.repeat_interleave(n_heads // n_shared, dim=0) for part in (k, v))
    return q, k, v


def _quarter_turn(x: Tensor) -> Tensor:
    """Pairs lie half a vector apart here, unlike in `core.positions.rotate`."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((-second, first), dim=-1)


def _mask(n: int, causal: bool, window: int | None) -> Tensor | None:
    if not causal:
        return None
    may_look = torch.ones(n, n, dtype=torch.bool).tril()
    return may_look if window is None else may_look.triu(1 - window)
