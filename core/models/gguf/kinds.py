"""How the numbers of a GGUF file are packed, and how they are unpacked.

Numbers lie in blocks of neighbours in a row. Those of a block are small whole numbers that share a
scale, and in some kinds a least value.

Source: ``ggml-quants.c`` of ggml (github.com/ggml-org/ggml), functions ``dequantize_row_*``.
"""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor
from transformers.integrations.gguf.dequant import GGML_BLOCK, GGML_NAME, dequantize

_PLAIN = {0: torch.float32, 1: torch.float16, 30: torch.bfloat16}
_Q5_0, _Q5_1 = 6, 7  # a width that K-quants cannot have leads to these


class Kind(NamedTuple):
    """A way of packing.

    Attributes:
        name: As ggml has it.
        numbers: Of a block.
        bytes: Of a block.
    """

    name: str
    numbers: int
    bytes: int


KINDS: Mapping[int, Kind] = {
    0: Kind("F32", 1, 4),
    1: Kind("F16", 1, 2),
    30: Kind("BF16", 1, 2),
    _Q5_0: Kind("Q5_0", 32, 22),
    _Q5_1: Kind("Q5_1", 32, 24),
    **{number: Kind(name, *GGML_BLOCK[number]) for number, name in GGML_NAME.items()},
}
"""By ggml's number."""

OTHERS: Mapping[int, str] = {
    9: "Q8_1",
    15: "Q8_K",
    24: "I8",
    25: "I16",
    26: "I32",
    27: "I64",
    28: "F64",
    34: "TQ1_0",
    35: "TQ2_0",
    39: "MXFP4",
}
"""Kinds that are not read."""


def unpacked(rows: Tensor, kind: int) -> Tensor:
    """The numbers of packed rows.

    Args:
        rows: ``(row, byte)`` uint8.
        kind: One of ``KINDS``.

    Returns:
        ``(row, number)`` float32.
    """
    if kind in _PLAIN:
        return rows.contiguous().view(_PLAIN[kind]).float()
    if kind in (_Q5_0, _Q5_1):
        return _fives(rows.reshape(-1, KINDS[kind].bytes), kind).view(len(rows), -1)
    return dequantize(rows, kind).view(len(rows), -1)


def _fives(blocks: Tensor, kind: int) -> Tensor:
    """``(block, 32)``: four bits of each number in halves of bytes, the fifth in four bytes."""
    scale, least = blocks[:, :2].view(torch.float16), blocks[:, 2:4].view(torch.float16)
    fifth, fours = blocks[:, -20:-16], blocks[:, -16:]
    high = (fifth[..., None] >> torch.arange(8, dtype=torch.uint8) & 1).flatten(1)
    whole = torch.cat((fours & 15, fours >> 4), dim=1) | high << 4
    return scale * (whole.float() - 16) if kind == _Q5_0 else scale * whole.float() + least.float()
