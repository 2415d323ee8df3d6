"""Tiny random models of each family, written to disk as real ones are."""

import json
import warnings
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "saw", "dog", "and", "##s"]
SIZE = {"vocab_size": 40, "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4}
INNER = {"intermediate_size": 20, "max_position_embeddings": 32}
TINY: dict[str, dict[str, object]] = {
    "bert": {**SIZE, **INNER},
    "roberta": {**SIZE, **INNER, "pad_token_id": 1},
    "distilbert": {
        "vocab_size": 40,
        "dim": 24,
        "n_layers": 3,
        "n_heads": 4,
        "hidden_dim": 20,
        "max_position_embeddings": 32,
    },
    "gpt2": {
        "vocab_size": 40,
        "n_embd": 24,
        "n_layer": 3,
        "n_head": 4,
        "n_positions": 32,
        "scale_attn_by_inverse_layer_idx": True,
    },
    "llama": {**SIZE, **INNER, "num_key_value_heads": 2, "head_dim": 8},
    "mistral": {**SIZE, **INNER, "num_key_value_heads": 1, "sliding_window": 3},
    "qwen2": {**SIZE, **INNER, "num_key_value_heads": 2},
}
CAUSAL = ("gpt2", "llama", "mistral", "qwen2")

MOST_SPREAD = 0.4
"""Of the random numbers: large enough for weights that differ."""


def write_model(folder: Path, family: str, **sizes: object) -> Path:
    """A model with random numbers, biases included, and a vocabulary.

    Args:
        folder: An empty one.
        family: One of ``TINY``.
        sizes: Of the configuration, where they are not the usual ones.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own affair
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        vocabulary = {"vocab_size": 300} if family in CAUSAL else {}
        settings = {**TINY[family], **vocabulary, **sizes}
        config = transformers.AutoConfig.for_model(family, **settings)
        torch.manual_seed(7)
        model = transformers.AutoModel.from_config(config)
        for name, parameter in model.named_parameters():  # biases too, which are 0 when made
            is_norm = parameter.ndim == 1 and name.endswith("weight")
            torch.nn.init.normal_(parameter, mean=float(is_norm), std=MOST_SPREAD)
        model.save_pretrained(folder)
    write_tokenizer(folder, family)
    return folder


def write_tokenizer(folder: Path, family: str) -> None:
    if family in CAUSAL:
        letters = sorted(pre_tokenizers.ByteLevel.alphabet())
        vocabulary = {letter: i for i, letter in enumerate(letters)} | {"Ġt": 256}
        made = Tokenizer(models.BPE(vocabulary, [("Ġ", "t")]))
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
    else:
        made = Tokenizer(models.WordPiece({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
        made.enable_truncation(4)
        made.enable_padding(length=4)
    made.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
