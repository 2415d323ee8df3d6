"""Words as markup that nothing in them changes, and as wide as they come out."""

import re
from xml.sax.saxutils import escape

# What XML has no place for, and what would turn the words around it.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

_WIDE = re.compile("[\u2e80-\U0010ffff]")


def plain(words: str) -> str:
    """Words as XML: nothing in them is markup, and nothing that XML forbids is left."""
    return escape(_UNFIT.sub(" ", words), {'"': "&quot;"})


def letters(words: str) -> int:
    """Count the Latin letters that are as wide as these words; Chinese ones are twice as wide."""
    return len(words) + len(_WIDE.findall(words))
