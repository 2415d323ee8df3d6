"""Traditional Chinese in simplified writing, character by character (OpenCC's table)."""

from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_suffix(".txt")


def simplified(text: str) -> str:
    """The text with each traditional character replaced; as many characters as before."""
    return text if text.isascii() else text.translate(_characters())


@cache
def _characters() -> dict[int, str]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    traditional, simple = (line for line in lines if not line.startswith("#"))
    return {ord(old): new for old, new in zip(traditional, simple, strict=True)}
