"""Colours as a small PNG picture, for maps with more cells than a drawing should have shapes."""

import struct
import zlib

import numpy as np

from core.arrays import Array


def png(pixels: Array) -> bytes:
    """A picture of ``(row, column, 3)`` numbers from 0 to 255.

    Source: Portable Network Graphics, second edition, W3C 2003.
    """
    n_rows, n_columns, _ = pixels.shape
    lines = np.zeros((n_rows, 1 + 3 * n_columns), np.uint8)  # each begins with its filter: none
    lines[:, 1:] = pixels.reshape(n_rows, -1)
    size = struct.pack(">IIBBBBB", n_columns, n_rows, 8, 2, 0, 0, 0)
    parts = (b"IHDR", size), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b"")
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
