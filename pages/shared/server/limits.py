"""How much this server reads: more where it is open, for people who trust each other."""

from core.files.limits import PRIVATE, PUBLIC, Limits
from core.models.hub import is_open
from core.reader.model import MOST_PIECES
from core.sources.pretrained import LIMIT


def of_files() -> Limits:
    """What a reader's file may have."""
    return PRIVATE if is_open() else PUBLIC


def of_pieces() -> int:
    """Word pieces that the packaged model reads: four times the memory for twice as many."""
    return MOST_PIECES if is_open() else LIMIT
