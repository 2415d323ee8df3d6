"""Numbers as people write, paste and save them: a text means one thing, or is refused by name."""

from core.numbers.block import parse_block
from core.numbers.one import parse_number, shortest

__all__ = ["parse_block", "parse_number", "shortest"]
