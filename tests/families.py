"""Sizes of a tiny random model of each family, and how one is written to disk.

The models share a tokenizer, and are as small as their code allows; what is odd about a family is
kept: grouped queries, windows, caps, sinks, norms of keys, values of another width.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from core.models import opening
from tests.tiny import write_tokenizer

Sizes = Mapping[str, object]

PLAIN: Sizes = {
    "vocab_size": 300,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 24,
    "max_position_embeddings": 64,
    "pad_token_id": 1,
}
GROUPED: Sizes = {**PLAIN, "num_key_value_heads": 2}
NARROW: Sizes = {**GROUPED, "head_dim": 8}
WINDOW: Sizes = {**NARROW, "sliding_window": 3}
EXPERTS: Sizes = {**NARROW, "num_experts_per_tok": 1, "moe_intermediate_size": 8}
GPT: Sizes = {"vocab_size": 300, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64}
SMALL_EMBEDDING: Sizes = {**PLAIN, "embedding_size": 16}
LATENT: Sizes = {
    **PLAIN,
    **{"num_key_value_heads": 4, "q_lora_rank": 8, "kv_lora_rank": 8},
    **{"qk_rope_head_dim": 4, "qk_nope_head_dim": 6, "v_head_dim": 5},
    **{"n_routed_experts": 2, "num_experts_per_tok": 1, "n_group": 1, "topk_group": 1},
    **{"moe_intermediate_size": 8, "first_k_dense_replace": 1},
}
ONE_STACK: Mapping[str, Sizes] = {
    "albert": SMALL_EMBEDDING,
    "apertus": GROUPED,
    "arcee": GROUPED,
    "bert": PLAIN,
    "bert-generation": PLAIN,
    "biogpt": PLAIN,
    "camembert": PLAIN,
    "cohere": GROUPED,
    "cohere2": WINDOW,
    "data2vec-text": PLAIN,
    "deepseek_v2": LATENT,
    "deepseek_v3": LATENT,
    "distilbert": {
        **{"vocab_size": 300, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 24},
        "max_position_embeddings": 64,
    },
    "electra": SMALL_EMBEDDING,
    "ernie": PLAIN,
    "ernie4_5": NARROW,
    "esm": {**PLAIN, "position_embedding_type": "rotary"},
    "exaone4": {**GROUPED, "sliding_window": 3},
    "gemma": NARROW,
    "gemma2": {**WINDOW, "query_pre_attn_scalar": 9, "attn_logit_softcapping": 2.0},
    "gemma3_text": WINDOW,
    "glm": NARROW,
    "glm4": NARROW,
    "glm4_moe": {**EXPERTS, "n_routed_experts": 2},
    "gpt2": {**GPT, "scale_attn_by_inverse_layer_idx": True},
    "gpt_bigcode": {**GPT, "n_inner": 24},
    "gpt_neox": PLAIN,
    "gpt_oss": {**WINDOW, "num_local_experts": 2, "num_experts_per_tok": 1},
    "granite": GROUPED,
    "granitemoe": {**GROUPED, "num_local_experts": 2, "num_experts_per_tok": 1},
    "helium": NARROW,
    "hunyuan_v1_dense": NARROW,
    "llama": GROUPED,
    "minimax_m2": {**NARROW, "num_local_experts": 2, "num_experts_per_tok": 1},
    "ministral": WINDOW,
    "mistral": {**GROUPED, "sliding_window": 3},
    "mixtral": {**GROUPED, "num_local_experts": 2},
    "mobilebert": {
        **PLAIN,
        **{"embedding_size": 32, "intra_bottleneck_size": 32, "true_hidden_size": 32},
    },
    "modernbert": {**PLAIN, "local_attention": 4, "global_attn_every_n_layers": 2},
    "modernbert-decoder": {**PLAIN, "local_attention": 4, "global_attn_every_n_layers": 2},
    "nemotron": GROUPED,
    "nomic_bert": PLAIN,
    "olmo": GROUPED,
    "olmo2": GROUPED,
    "olmo3": {**GROUPED, "sliding_window": 3},
    "olmoe": {**GROUPED, "num_experts": 2, "num_experts_per_tok": 1},
    "opt": {
        **{"vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2, "ffn_dim": 24},
        **{"num_attention_heads": 4, "max_position_embeddings": 64, "word_embed_proj_dim": 32},
    },
    "persimmon": PLAIN,
    "phi": PLAIN,
    "phi3": GROUPED,
    "phimoe": {**GROUPED, "num_local_experts": 2},
    "qwen2": GROUPED,
    "qwen2_moe": {**EXPERTS, "num_experts": 2, "shared_expert_intermediate_size": 8},
    "qwen3": NARROW,
    "qwen3_moe": {**EXPERTS, "num_experts": 2},
    "roberta": PLAIN,
    "roberta-prelayernorm": PLAIN,
    "seed_oss": NARROW,
    "smollm3": GROUPED,
    "stablelm": GROUPED,
    "starcoder2": GROUPED,
    "vaultgemma": WINDOW,
    "xlm-roberta": PLAIN,
    "xlm-roberta-xl": PLAIN,
}
WITHOUT_W_O: Mapping[str, Sizes] = {
    "afmoe": {**EXPERTS, "num_experts": 2, "sliding_window": 3},  # gates in between
    "bitnet": GROUPED,  # a norm in between
}
PAIR: Sizes = {
    **{"vocab_size": 300, "d_model": 32, "encoder_layers": 2, "decoder_layers": 3},
    **{"encoder_attention_heads": 4, "decoder_attention_heads": 4},
    **{"encoder_ffn_dim": 24, "decoder_ffn_dim": 24, "max_position_embeddings": 64},
    **{"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2},
}
T5: Sizes = {
    **{"vocab_size": 300, "d_model": 32, "d_kv": 8, "d_ff": 24, "num_heads": 4},
    **{"num_layers": 2, "num_decoder_layers": 3, "relative_attention_num_buckets": 8},
    "decoder_start_token_id": 0,
}
TWO_STACKS: Mapping[str, Sizes] = {
    **dict.fromkeys(("bart", "blenderbot", "m2m_100", "marian", "mbart", "pegasus"), PAIR),
    **dict.fromkeys(("mt5", "t5", "umt5"), T5),
}
PICTURES: Sizes = {**PLAIN, "image_size": 16, "patch_size": 8}
REFUSED: Mapping[str, Sizes] = {
    "big_bird": {**PLAIN, "attention_type": "original_full"},
    "bloom": {"vocab_size": 300, "hidden_size": 32, "n_layer": 2, "n_head": 4},
    "clip": {"text_config": PLAIN, "vision_config": PICTURES},
    "deberta-v2": PLAIN,
    "falcon": PLAIN,
    "gpt_neo": {
        **{"vocab_size": 300, "hidden_size": 32, "num_layers": 2, "num_heads": 4},
        "attention_types": [[["global"], 2]],
    },
    "gptj": {**GPT, "rotary_dim": 4},
    "jamba": GROUPED,
    "longformer": {**PLAIN, "attention_window": 4},
    "mamba": {"vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2, "state_size": 4},
    "mpnet": PLAIN,
    "mpt": {"vocab_size": 300, "d_model": 32, "n_layers": 2, "n_heads": 4, "expansion_ratio": 1},
    "qwen3_next": NARROW,
    "roformer": SMALL_EMBEDDING,
    "rwkv": {
        **{"vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2},
        "attention_hidden_size": 32,
    },
    "vit": PICTURES,
}
EVERY = {**ONE_STACK, **WITHOUT_W_O, **TWO_STACKS, **REFUSED}


def written(folder: Path, family: str) -> str:
    """A model on disk, with numbers large enough for weights that differ; gives its folder."""
    import transformers

    config = transformers.AutoConfig.for_model(family, **EVERY[family])
    maker: Any = (
        transformers.AutoModelForSeq2SeqLM if family in TWO_STACKS else opening._loader(config)
    )
    torch.manual_seed(7)
    model = maker.from_config(config)
    for name, parameter in model.named_parameters():
        is_norm = parameter.ndim == 1 and name.endswith("weight")
        torch.nn.init.normal_(parameter, mean=float(is_norm), std=0.3)
    model.save_pretrained(folder)
    write_tokenizer(folder, "gpt2")
    return str(folder)
