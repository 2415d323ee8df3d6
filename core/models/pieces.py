"""A sentence cut into the word pieces that a trained model reads, with what was left out told."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple

from tokenizers import Encoding, Tokenizer
from tokenizers.models import WordPiece

from core.errors import InputError
from core.models.unigram import UnigramTokenizer
from core.tokens import clean, word_starts

Keep = Literal["start", "end"] | int
"""Which part of a sentence over the limit is read: its start, its end, or from a piece on."""

SPACE = "␣"
"""Stands for a space in front of a piece, for models that make it part of the piece."""

_SPACE_SIGN = re.compile("[Ġ▁]")


@dataclass(frozen=True)
class Pieces:
    """What a model reads of a sentence.

    Attributes:
        sentence: As it was cut up: cleaned, in composed form.
        tokens: The pieces in their order, special ones such as ``[CLS]`` included.
        ids: The pieces' numbers in the model's vocabulary.
        words: The number of the word that each piece belongs to, counted over the whole sentence;
            ``None`` for special pieces.
        spans: Where each piece stands in ``sentence``: first character, and the one after its last.
        total: How many pieces the whole sentence has, special ones not counted.
        start: How many of these were left out before the first that is used.
        unknown: How many of the used ones the vocabulary does not have.
    """

    sentence: str
    tokens: tuple[str, ...]
    ids: tuple[int, ...]
    words: tuple[int | None, ...]
    spans: tuple[tuple[int, int], ...]
    total: int
    start: int
    unknown: int

    @property
    def used(self) -> int:
        """How many pieces of the sentence the model reads, special ones not counted."""
        return len(self.tokens) - sum(self.special)

    @property
    def special(self) -> tuple[bool, ...]:
        """Which pieces the model added, such as ``[CLS]``."""
        return tuple(word is None for word in self.words)

    @property
    def telling(self) -> tuple[int | None, ...]:
        """The words of the pieces; ``None`` also for marks such as a comma or a lone space."""
        both = zip(self.words, self.tokens, strict=True)
        return tuple(word if any(c.isalnum() for c in token) else None for word, token in both)

    def at(self, character: int) -> int:
        """The place of the piece that stands for a character of ``sentence``; else the first."""
        places = range(len(self.tokens))
        holds = (i for i in places if not self.special[i] and character < self.spans[i][1])
        return next(holds, 0)


def cut(
    tokenizer: Tokenizer | UnigramTokenizer, sentence: str, limit: int, keep: Keep = "start"
) -> Pieces:
    """The pieces of a sentence, at most ``limit`` with the special ones.

    Args:
        tokenizer: Of the model; neither padding nor truncating by itself.
        sentence: Any text.
        limit: At least one more than the special pieces.
        keep: What to use of a sentence over the limit. A number counts the sentence's own pieces
            from 0, and is moved to the left where less than the limit would follow.

    Raises:
        InputError: ``no_tokens`` if nothing is left of the sentence; ``limit_out_of_range`` if
            the limit leaves no room for it.
    """
    sentence = clean(sentence)
    whole = _encoded(tokenizer.encode(sentence))
    bare = tokenizer.encode(sentence, add_special_tokens=False).ids
    total, n_special = len(bare), len(whole.ids) - len(bare)
    if not total:
        raise InputError("no_tokens")
    if limit <= n_special:
        raise InputError("limit_out_of_range", limit=limit, smallest=n_special + 1)
    before = _find(bare, whole.ids)
    used = min(total, limit - n_special)
    start = _start(keep, total - used)
    first = list(range(before))
    kept = list(range(before + start, before + start + used))
    at = first + kept + list(range(before + total, len(whole.ids)))
    unknown = _unknown_id(tokenizer)
    own = range(before, before + total)
    words = dict(zip(own, _words(whole, own, word_starts(sentence)), strict=True))
    return Pieces(
        sentence,
        tokens=tuple(label(tokenizer, whole.tokens[i], whole.ids[i]) for i in at),
        ids=tuple(whole.ids[i] for i in at),
        words=tuple(words.get(i) for i in at),
        spans=tuple(whole.offsets[i] for i in at),
        total=total,
        start=start,
        unknown=sum(whole.ids[i] == unknown for i in kept),
    )


def named(tokenizer: Tokenizer, ids: Sequence[int]) -> Pieces:
    """Pieces that a model wrote, and the sentence that they make.

    Args:
        tokenizer: Of the model.
        ids: Special ones included.
    """
    added = tokenizer.get_added_tokens_decoder()
    special = [it in added and added[it].special for it in ids]
    raw = [tokenizer.id_to_token(it) or f"[{it}]" for it in ids]
    tokens = [label(tokenizer, token, it) for token, it in zip(raw, ids, strict=True)]
    sentence, spans = "", []
    for token, hidden in zip(tokens, special, strict=True):
        written = "" if hidden else token.replace(SPACE, " ")
        written = written if sentence else written.lstrip()
        spans.append((len(sentence), len(sentence) + len(written)))
        sentence += written
    starts = word_starts(sentence) if clean(sentence) == sentence else frozenset()
    words, word = [], -1
    for (start, _), token, hidden in zip(spans, tokens, special, strict=True):
        opens = word < 0 or token.startswith(SPACE) or start in starts
        word += not hidden and opens
        words.append(None if hidden else word)
    return Pieces(
        sentence,
        tokens=tuple(tokens),
        ids=tuple(ids),
        words=tuple(words),
        spans=tuple(spans),
        total=sum(it is not None for it in words),
        start=0,
        unknown=0,
    )


class _Encoded(NamedTuple):
    """An encoding's lists; the tokenizer's own copies each of them whenever it is asked for it."""

    tokens: list[str]
    ids: list[int]
    words: list[int | None]
    offsets: list[tuple[int, int]]


def _encoded(encoding: Encoding) -> _Encoded:
    return _Encoded(encoding.tokens, encoding.ids, encoding.word_ids, encoding.offsets)


def _find(part: list[int], whole: list[int]) -> int:
    """How many special pieces stand before the sentence's own."""
    starts = range(len(whole) - len(part) + 1)
    return next(i for i in starts if whole[i : i + len(part)] == part)


def _start(keep: Keep, largest: int) -> int:
    if keep == "start":
        return 0
    return largest if keep == "end" else max(0, min(keep, largest))


def _words(encoding: _Encoded, own: range, starts: Collection[int]) -> list[int]:
    """The number of the word of each piece.

    A word begins where the tokenizer says so; where it tells nothing, at a space; and, since
    Chinese has no spaces, where one of the pieces begins at one of the ``starts``.
    """
    told = len({encoding.words[i] for i in own}) > 1
    begins = [
        encoding.words[i] is None  # a special token that the reader typed
        or encoding.words[i] != encoding.words[before]
        or (not told and bool(_SPACE_SIGN.match(encoding.tokens[i])))
        or encoding.offsets[before][0] < encoding.offsets[i][0] in starts
        for before, i in pairwise(own)
    ]
    return list(accumulate(map(int, begins), initial=0))


def _unknown_id(tokenizer: Tokenizer | UnigramTokenizer) -> int | None:
    if isinstance(tokenizer, UnigramTokenizer):
        return tokenizer.unknown
    name = getattr(tokenizer.model, "unk_token", None)
    return tokenizer.token_to_id(name) if isinstance(name, str) else None


def label(tokenizer: Tokenizer | UnigramTokenizer, token: str, number: int) -> str:
    """The piece as people read it; bytes that are no whole character stay as the model has them."""
    if isinstance(tokenizer, UnigramTokenizer):
        return _SPACE_SIGN.sub(SPACE, token)
    if tokenizer.decoder is None or isinstance(tokenizer.model, WordPiece):
        return token
    text = tokenizer.decode([number], skip_special_tokens=False).strip()
    if not text or "\ufffd" in text:
        return _SPACE_SIGN.sub(SPACE, token)
    return SPACE + text if _SPACE_SIGN.match(token) else text
