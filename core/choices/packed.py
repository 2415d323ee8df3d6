"""Plain values as short text of letters, digits, ``-`` and ``_``, and back."""

import base64
import binascii
import json
import zlib
from collections.abc import Sequence

MOST = 1_000_000
"""Bytes that a text may take unpacked."""


def pack(rows: Sequence[object]) -> str:
    """Rows as text; empty for none."""
    return compressed(json.dumps(rows, separators=(",", ":"))) if rows else ""


def compressed(written: str) -> str:
    """What is JSON already, as :func:`pack` writes it."""
    return base64.urlsafe_b64encode(zlib.compress(written.encode())).decode().rstrip("=")


def unpack(text: str, most: int = MOST) -> object:
    """What was packed, not yet looked at; an empty list for an empty text.

    Raises:
        ValueError: If nothing was packed so, or it takes more than ``most`` bytes.
    """
    if not text:
        return []
    try:
        binary = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        inflater = zlib.decompressobj()
        plain = inflater.decompress(binary, most)
        if inflater.unconsumed_tail or not inflater.eof:
            raise ValueError("the text does not end where it should")
        return json.loads(plain)
    except (binascii.Error, zlib.error, TypeError, OverflowError, RecursionError) as problem:
        raise ValueError("nothing was packed so") from problem
