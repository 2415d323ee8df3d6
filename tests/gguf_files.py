"""Tiny random models in GGUF files, written with the package of llama.cpp's authors.

What llama.cpp's own program for it does with names and with rows of W_Q and W_K is done here anew.
"""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from gguf.quants import dequantize, quantize
from tokenizers import pre_tokenizers

SIZE = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 24,  # 4 of them are more than 64
    "intermediate_size": 96,
    "max_position_embeddings": 128,
    "vocab_size": 260,
    "rms_norm_eps": 1e-5,
    "rope_parameters": {"rope_type": "default", "rope_theta": 500.0},
}
NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "model.layers": "blk",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "self_attn.o_proj": "attn_output",
    "self_attn.": "attn_",
    "mlp.": "ffn_",
    "_proj": "",
}

Tensors = dict[str, np.ndarray]
Spoil = Callable[[gguf.GGUFWriter, Tensors], None]


def random_model(family: str, **sizes: object) -> Any:  # noqa: ANN401
    """A causal model with random numbers, biases and norms included."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import AutoConfig, AutoModelForCausalLM

        config = AutoConfig.for_model(family, **{**SIZE, **sizes})
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    generator = torch.Generator().manual_seed(7)
    for name, parameter in model.named_parameters():
        is_norm = parameter.ndim == 1 and name.endswith("weight")
        torch.nn.init.normal_(parameter, float(is_norm), 0.2, generator)
    return model.eval().requires_grad_(False)


def ggml_name(name: str) -> str:
    for theirs, ggml in NAMES.items():
        name = name.replace(theirs, ggml)
    return name


def side_by_side(numbers: np.ndarray, n_heads: int) -> np.ndarray:
    """Rows of W_Q or W_K as llama.cpp has them: pairs of numbers that are turned together."""
    halves = numbers.reshape(n_heads, 2, -1, *numbers.shape[1:])
    return halves.swapaxes(1, 2).reshape(numbers.shape)


def apart(numbers: np.ndarray, n_heads: int) -> np.ndarray:
    """The other way round, row by row."""
    found = np.empty_like(numbers)
    width = len(numbers) // n_heads
    for head in range(n_heads):
        for pair in range(width // 2):
            for half in (0, 1):
                row = head * width + half * (width // 2) + pair
                found[row] = numbers[head * width + 2 * pair + half]
    return found


def turned_heads(family: str, name: str, sizes: Mapping[str, int]) -> int:
    """How many heads a matrix has whose rows llama.cpp puts in another order; else 0."""
    if family != "llama":
        return 0
    return {"attn_q": sizes["num_attention_heads"], "attn_k": sizes["num_key_value_heads"]}.get(
        name.split(".")[-2], 0
    )


def write_gguf(
    path: Path,
    kind: str = "F32",
    family: str = "llama",
    *,
    spoil: Spoil = lambda *_: None,
    **sizes: object,
) -> Any:  # noqa: ANN401
    """Write a model, and give it with the numbers that the file still has of it.

    Args:
        path: Of the file.
        kind: How matrices are packed; norms and biases are not.
        family: Of the model.
        spoil: Changes settings or tensors before they are written.
        sizes: Of the configuration, where they are not the usual ones.
    """
    model = random_model(family, **sizes)
    config, tensors = model.config, {}
    tied = bool(config.tie_word_embeddings)
    packing = gguf.GGMLQuantizationType[kind]
    counts = config.to_dict()
    for name, parameter in model.state_dict().items():
        ggml, numbers = ggml_name(name), parameter.numpy()
        if ggml == "output.weight" and tied:
            continue
        heads = turned_heads(family, ggml, counts)
        if heads:
            numbers = side_by_side(numbers, heads)
        if numbers.ndim > 1:
            tensors[ggml] = quantize(numbers, packing)
            numbers = dequantize(tensors[ggml], packing)
        else:
            tensors[ggml] = numbers
        parameter.copy_(torch.from_numpy(apart(numbers, heads) if heads else numbers))
    writer = gguf.GGUFWriter(path, family)
    say(writer, config)
    spoil(writer, tensors)
    for name, numbers in tensors.items():
        writer.add_tensor(name, numbers, raw_dtype=packing if numbers.ndim > 1 else None)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return model


def say(writer: gguf.GGUFWriter, config: Any) -> None:  # noqa: ANN401
    """The settings that llama.cpp's program writes."""
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_rope_dimension_count(config.head_dim)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [*letters, "Ġt", "<s>", "</s>", "<think>"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(pieces)
    writer.add_token_types([1] * 257 + [3, 3, 4])
    writer.add_token_merges(["Ġ t"])
    writer.add_bos_token_id(257)
    writer.add_eos_token_id(258)
