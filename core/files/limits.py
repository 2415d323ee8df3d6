"""How much of a reader's file is read and shown: by strangers, and among friends."""

from dataclasses import dataclass

from core.errors import InputError

_MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """What a file may have.

    Attributes:
        unpacked: Bytes of all tensors of a file together, in the file and as they are read.
        tokens: Rows, and columns, of a map that is there as a whole.
        cells: Of the maps of all heads of one layer, if they are there as a whole.
        long_tokens: Tokens of queries and keys whose maps are reduced while they are computed.
            Time grows with their square: 16,384 take seconds, 32,768 four times as many.
    """

    unpacked: int = 32 * _MEBIBYTE
    tokens: int = 1_024
    cells: int = 4 * 2**20
    long_tokens: int = 32_768

    def check_unpacked(self, size: int) -> None:
        """Refuse what would fill the memory.

        Args:
            size: In bytes.

        Raises:
            InputError: ``file_unpacks_too_large``.
        """
        if size > self.unpacked:
            raise InputError(
                "file_unpacks_too_large",
                size=f"{size / _MEBIBYTE:,.0f}",
                limit=f"{self.unpacked // _MEBIBYTE}",
            )


PUBLIC = Limits()
"""For files of strangers: one of them must not end a server of 1 GB."""

PRIVATE = Limits(unpacked=512 * _MEBIBYTE, tokens=2_048, cells=16 * 2**20, long_tokens=65_536)
"""For people who share a machine of their own."""
