"""What a GGUF file says of its model, in transformers' words; what is not understood is refused."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from core.errors import InputError
from core.models.gguf.file import GgufFile

FAMILIES = ("llama", "qwen2", "qwen3")
"""Architectures that are known, by ggml's names, which are transformers' too."""

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "context_length": "max_position_embeddings",
        "block_count": "num_hidden_layers",
        "embedding_length": "hidden_size",
        "feed_forward_length": "intermediate_size",
        "attention.head_count": "num_attention_heads",
        "attention.head_count_kv": "num_key_value_heads",
        "attention.key_length": "head_dim",
    }
)
"""Whole numbers, and what transformers calls them."""

_USUAL: Mapping[str, object] = MappingProxyType(
    {
        "rope.scaling.type": "none",
        "attention.causal": True,
        "expert_count": 0,
        "expert_used_count": 0,
    }
)
"""What else may be said, and with which value: each other one would change what is computed."""

_WIDTHS = ("attention.value_length", "rope.dimension_count")  # of a head, as that of its keys
_SHOWN = 40  # characters of a value
_EPS, _BASE = "attention.layer_norm_rms_epsilon", "rope.freq_base"


def settings(file: GgufFile) -> dict[str, Any]:
    """The model's configuration.

    Raises:
        InputError: ``gguf_family`` with the known ones; ``gguf_setting`` with the name of one that
            is missing, is not understood, or would change what is computed; ``gguf_missing``
            without vectors of words, or with fewer layers than are said.
    """
    if file.family not in FAMILIES:
        raise InputError("gguf_family", file=file.file, family=file.family, known=FAMILIES)
    _check_there(file, "token_embd.weight")
    begin = f"{file.family}."
    said = {k.removeprefix(begin): v for k, v in file.settings.items() if k.startswith(begin)}
    heads, width = said.get("attention.head_count"), said.get("embedding_length")
    if heads is not None:
        said.setdefault("attention.head_count_kv", heads)
    if isinstance(heads, int) and isinstance(width, int) and heads > 0:
        said.setdefault("attention.key_length", width // heads)
    found = {ours: _number(file, name, said.pop(name, None), int) for name, ours in _NAMES.items()}
    eps = _number(file, _EPS, said.pop(_EPS, None), float)
    base = _number(file, _BASE, said.pop(_BASE, 10000.0), float)
    _check_layers(file, found["num_hidden_layers"])
    width, vocabulary = found["head_dim"], file.tensors["token_embd.weight"].shape[0]
    if width % 2:  # numbers are turned in pairs
        raise _refused(file, "attention.key_length", width)
    if found["num_attention_heads"] % found["num_key_value_heads"]:
        raise _refused(file, "attention.head_count_kv", found["num_key_value_heads"])
    usual = {**_USUAL, "vocab_size": vocabulary, **dict.fromkeys(_WIDTHS, width)}
    for name, value in said.items():
        if name not in usual or value != usual[name]:
            raise _refused(file, name, value)
    return {
        **found,
        "vocab_size": vocabulary,
        "rms_norm_eps": eps,
        "rope_parameters": {"rope_type": "default", "rope_theta": base},
        "tie_word_embeddings": "output.weight" not in file.tensors,
        "bos_token_id": file.settings.get("tokenizer.ggml.bos_token_id"),
        "eos_token_id": file.settings.get("tokenizer.ggml.eos_token_id"),
        "attention_bias": file.family == "llama" and "blk.0.attn_q.bias" in file.tensors,
    }


def _check_layers(file: GgufFile, n: int) -> None:
    """Refuse more layers than there can be: each has several tensors."""
    if n > len(file.tensors):
        raise _refused(file, "block_count", n)
    _check_there(file, f"blk.{n - 1}.attn_norm.weight")


def _check_there(file: GgufFile, tensor: str) -> None:
    if tensor not in file.tensors:
        raise InputError("gguf_missing", file=file.file, tensor=tensor)


def _number(file: GgufFile, name: str, value: Any, kind: type) -> Any:  # noqa: ANN401
    """A number above 0 of this kind."""
    if not isinstance(value, kind) or not value > 0:
        raise _refused(file, name, value)
    return value


def _refused(file: GgufFile, name: str, value: object) -> InputError:
    shown = "?" if value is None else str(value)[:_SHOWN]
    setting = f"{file.family}.{name}"
    return InputError("gguf_setting", file=file.file, setting=setting, value=shown)
