"""A transformers model whose matrices stay in their GGUF file, unpacked whenever they are used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from core.errors import InputError
from core.models.gguf.file import GgufFile
from core.models.gguf.kinds import unpacked
from core.models.gguf.settings import settings

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel

AT_ONCE = 2**16
"""Numbers of a matrix that are unpacked at a time."""

_WORDS, _OUTPUT, _TURNS = "token_embd.weight", "output.weight", "rope_freqs.weight"
_OUTSIDE: Mapping[str, str] = MappingProxyType(
    {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
)
_INSIDE: Mapping[str, str] = MappingProxyType(
    {
        "input_layernorm": "attn_norm",
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "self_attn.q_norm": "attn_q_norm",
        "self_attn.k_norm": "attn_k_norm",
        "post_attention_layernorm": "ffn_norm",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
    }
)
"""Transformers' names of modules, and ggml's."""

_LAYER = re.compile(r"model\.layers\.(\d+)\.(.+)")
_TURNED = re.compile(r"blk\.\d+\.attn_([qk])\.weight")


@dataclass(frozen=True)
class Packed:
    """A matrix of which rows are unpacked when they are asked for.

    Attributes:
        rows: ``(row, byte)`` uint8, mapped.
        kind: One of `core.models.gguf.kinds.KINDS`.
        order: ``(row,)``: where each row is in the file, if not at its own place.
    """

    rows: Tensor
    kind: int
    order: Tensor | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: Tensor | slice) -> Tensor:
        """``(row, number)`` float32."""
        wanted = rows if self.order is None else self.order[rows]
        return unpacked(self.rows[wanted], self.kind)


class PackedLinear(nn.Linear):
    """A linear map whose matrix is packed; ``weight`` is unpacked anew whenever it is asked for."""

    def __init__(self, packed: Packed, width: int, bias: nn.Parameter | None) -> None:
        nn.Module.__init__(self)  # its own would make a matrix
        self.packed, self.in_features, self.out_features = packed, width, len(packed)
        self.register_parameter("bias", bias)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- as torch has it
        return self.packed[:] if name == "weight" else super().__getattr__(name)

    def forward(self, input: Tensor) -> Tensor:
        """``(…, in)`` to ``(…, out)``, a few rows of the matrix at a time."""
        step = max(1, AT_ONCE // self.in_features)
        starts = range(0, self.out_features, step)
        found = torch.cat([linear(input, self.packed[at : at + step]) for at in starts], dim=-1)
        return found if self.bias is None else found + self.bias


class PackedEmbedding(nn.Embedding):
    """Vectors of words, packed; ``weight`` is unpacked anew whenever it is asked for."""

    def __init__(self, packed: Packed, width: int) -> None:
        nn.Module.__init__(self)
        self.packed, self.num_embeddings, self.embedding_dim = packed, len(packed), width
        self.padding_idx = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return self.packed[:] if name == "weight" else super().__getattr__(name)

    def forward(self, input: Tensor) -> Tensor:
        """``(…)`` to ``(…, d_model)``: only these rows are unpacked."""
        return self.packed[input.flatten()].view(*input.shape, -1)


def load(file: GgufFile) -> "PreTrainedModel":
    """The causal model in a file, with its head for the next piece.

    Args:
        file: Mapped, for as long as the model is used.

    Raises:
        InputError: As `core.models.gguf.settings.settings`; ``gguf_missing`` or ``gguf_shape`` if
            a tensor is not what the settings say; ``model_unexpected`` if there are more.
    """
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model(file.family, **settings(file))
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(
            config, dtype=torch.float32, attn_implementation="eager"
        )
    left = set(file.tensors)
    for name, module in list(model.named_modules()):
        parts = dict(module.named_parameters(recurse=False))
        if parts:
            tensors = {part: _tensor(file, name, part) for part in parts}
            for part, tensor in tensors.items():
                _check_shape(file, tensor, parts[part].shape)
                left.discard(tensor)
            model.set_submodule(name, _filled(file, module, tensors, config))
    base: Any = model.base_model
    base.rotary_emb = type(base.rotary_emb)(config)  # on the device "meta" it has no numbers
    if _TURNS in left:
        left.remove(_TURNS)
        base.rotary_emb.inv_freq /= file.tensor(_TURNS)
    if left:
        family, tensor = file.family, min(left)
        raise InputError(
            "model_unexpected", name=file.file, family=family, tensor=tensor, count=len(left)
        )
    return model.eval().requires_grad_(False)


def _tensor(file: GgufFile, module: str, part: str) -> str:
    """The tensor of a module's ``weight`` or ``bias``; what gives pieces may be words' vectors."""
    if inside := _LAYER.fullmatch(module):
        return f"blk.{inside[1]}.{_INSIDE[inside[2]]}.{part}"
    tensor = f"{_OUTSIDE[module]}.{part}"
    return _WORDS if tensor == _OUTPUT and _OUTPUT not in file.tensors else tensor


def _check_shape(file: GgufFile, tensor: str, wanted: torch.Size) -> None:
    if tensor not in file.tensors:
        raise InputError("gguf_missing", file=file.file, tensor=tensor)
    shape = file.tensors[tensor].shape
    if shape != wanted:
        there, need = (" × ".join(map(str, it)) for it in (shape, wanted))
        raise InputError("gguf_shape", file=file.file, tensor=tensor, there=there, need=need)


def _filled(
    file: GgufFile, module: nn.Module, tensors: Mapping[str, str], config: "PreTrainedConfig"
) -> nn.Module:
    """The module with its numbers: those of a matrix stay in the file."""
    if not isinstance(module, nn.Linear | nn.Embedding):
        module.weight = _parameter(file.tensor(tensors["weight"]))
        return module
    weight = tensors["weight"]
    order = _order(weight, config) if file.family == "llama" else None
    stored = file.tensors[weight]
    packed = Packed(file.packed(weight), stored.kind, order)
    if isinstance(module, nn.Embedding):
        return PackedEmbedding(packed, stored.shape[-1])
    bias = file.tensor(tensors["bias"]) if "bias" in tensors else None
    if bias is not None and order is not None:
        bias = bias[order]
    return PackedLinear(packed, stored.shape[-1], None if bias is None else _parameter(bias))


def _parameter(numbers: Tensor) -> nn.Parameter:
    return nn.Parameter(numbers, requires_grad=False)


def _order(tensor: str, config: "PreTrainedConfig") -> Tensor | None:
    """Where the rows of W_Q or W_K of a Llama are in the file, ``(row,)``.

    Positions turn pairs of numbers. llama.cpp has each pair side by side, transformers has the
    first numbers of all pairs of a head before the second ones.
    """
    turned = _TURNED.fullmatch(tensor)
    if turned is None:
        return None
    n = config.num_attention_heads if turned[1] == "q" else config.num_key_value_heads
    return torch.arange(n * config.head_dim).view(n, -1, 2).mT.flatten()  # (head, half, pair)
