"""A text and the piece that comes next: what stands in the text when it is taken."""

from collections.abc import Sequence
from typing import NamedTuple

from tokenizers import Tokenizer

from core.errors import InputError
from core.models.pieces import Pieces, cut
from core.tokens import clean

_BEFORE = 8
"""Pieces before the new one that tell how it is written: more than one character ever takes."""

_FAR = 1_000
"""Characters before the end of a text that no piece there depends on."""

_ANY = 1_000_000
"""A limit of pieces that no text reaches."""


class Continued(NamedTuple):
    """A text with one more piece.

    Attributes:
        text: With it; ``None`` if it cannot stand there: the end of a text, a part of a character,
            a space that nothing follows.
        same: Whether the text is read as the same pieces and the new one; if not, as others.
        part: Whether it is a part of a character.
    """

    text: str | None
    same: bool = False
    part: bool = False


def continued(tokenizer: Tokenizer, pieces: Pieces, more: Sequence[int]) -> Continued:
    """Write pieces behind a text.

    Args:
        tokenizer: That cut the text, whole.
        pieces: Of the text; the last ones must be there.
        more: The numbers of the new ones in the vocabulary: one, or the parts of a character.
    """
    if any(special(tokenizer, piece) or tokenizer.id_to_token(piece) is None for piece in more):
        return Continued(None)
    own = [number for number, extra in zip(pieces.ids, pieces.special, strict=True) if not extra]
    tail = own[-_BEFORE:]
    before = tokenizer.decode(tail, skip_special_tokens=False)
    after = tokenizer.decode([*tail, *more], skip_special_tokens=False)
    added = after[len(before) :]
    if not after.startswith(before) or "\ufffd" in added:
        return Continued(None, part="\ufffd" in added)
    text = clean(pieces.sentence + added)
    if text == pieces.sentence:
        return Continued(None)
    begins = (
        text.rfind(" ", 0, max(0, len(text) - _FAR)) + 1
    )  # a long text is not cut from far back
    try:
        now = cut(tokenizer, text[begins:], _ANY)
    except InputError:
        return Continued(None)
    read = [number for number, added in zip(now.ids, now.special, strict=True) if not added]
    own = tail if begins else own
    n = len(more)
    same = read[-len(own) - n :] == [*own, *more]
    return Continued(text, same and (begins > 0 or len(read) == pieces.total + n))


def special(tokenizer: Tokenizer, piece: int) -> bool:
    """Tell whether a piece is a sign of the model's, such as the end of a text."""
    added = tokenizer.get_added_tokens_decoder().get(piece)
    return added is not None and added.special


def without_last(pieces: Pieces) -> str | None:
    """The text without its last piece; ``None`` if nothing would be left."""
    own = [span for span, added in zip(pieces.spans, pieces.special, strict=True) if not added]
    text = clean(pieces.sentence[: own[-1][0]])
    return text or None
