"""Numbers in 4 bits: blocks of 32 neighbours in a row share a scale.

Source: the format Q4_0 of ggml (github.com/ggml-org/ggml): a number is its scale times a whole
number from -8 to 7.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

BLOCK = 32
"""Numbers that share a scale."""


@dataclass(frozen=True)
class Blocks:
    """A matrix in 4 bits, of which rows are unpacked when they are asked for.

    Attributes:
        nibbles: ``(row, block, 16)`` uint8. The low half of each byte is one of a block's first 16
            numbers, the high half one of its last 16, each plus 8.
        scales: ``(row, block)`` float16.
    """

    nibbles: Tensor
    scales: Tensor

    def __getitem__(self, rows: Tensor | slice) -> Tensor:
        """``(row, 32 * block)`` float32."""
        nibbles, scales = self.nibbles[rows], self.scales[rows]
        found = torch.empty(*scales.shape, 2, BLOCK // 2)  # in place: copies would stay in memory
        found[..., 0, :] = nibbles & 15
        found[..., 1, :] = nibbles >> 4
        return found.flatten(-2).sub_(8).mul_(scales[..., None]).flatten(-2)
