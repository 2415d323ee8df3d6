"""The model that comes with this repository: multilingual-e5-small, cut to Chinese and English.

12 layers of 12 heads in 4 bits, made for search in a hundred languages, MIT. The file is mapped:
vectors of words stay in 4 bits and are unpacked when a sentence has them.

Source: Wang et al., Multilingual E5 Text Embeddings, 2024.
"""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from core.encoder import WORDS, Encoder, encoder_of
from core.errors import InputError
from core.models.blocks import Blocks
from core.models.unigram import UnigramTokenizer

NAME = "multilingual-e5-small"
FILE = Path(__file__).with_name(NAME) / "model.safetensors"

HASH = "1d4a321146362c22858e1002a72b0529bfd8632fccc85e5d17e4142443e56a6f"
"""SHA-256 of the file that the command in `core.models.convert` makes."""

PIECES, SCORES, CONFIG = "pieces", "scores", "config"
"""What the file holds besides parameters: pieces a line each, their scores, and two numbers."""


def scale_of(name: str) -> str:
    """Where the scales of a parameter in 4 bits are."""
    return f"{name}.scale"


def read(path: Path) -> tuple[Encoder, UnigramTokenizer]:
    """The model in a file that `core.models.convert` made.

    Raises:
        InputError: ``model_unreadable`` if something is missing.
    """
    try:
        with safe_open(path, "pt") as file:
            config = json.loads(file.metadata()[CONFIG])
            words = Blocks(file.get_tensor(WORDS), file.get_tensor(scale_of(WORDS)))
            text = file.get_tensor(PIECES).numpy().tobytes().decode()
            tokenizer = UnigramTokenizer(text.split("\n"), file.get_tensor(SCORES).numpy())
        encoder = encoder_of(_unpacked(path), words, config["n_heads"], config["eps"])
    except (KeyError, TypeError, ValueError, SafetensorError) as problem:
        raise InputError("model_unreadable", name=NAME, file=path.name) from problem
    return encoder, tokenizer


def _unpacked(path: Path) -> dict[str, Tensor]:
    """All parameters but the words' vectors, copied: the part of the file is not held mapped."""
    with safe_open(path, "pt") as file:
        names = set(file.keys()) - {WORDS, PIECES, SCORES}
        plain = {it for it in names if scale_of(it) not in names and not it.endswith(".scale")}
        packed = {it for it in names if scale_of(it) in names}
        every = slice(None)
        return {it: file.get_tensor(it).clone() for it in plain} | {
            it: Blocks(file.get_tensor(it), file.get_tensor(scale_of(it)))[every] for it in packed
        }
