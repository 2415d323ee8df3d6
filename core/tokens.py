"""A sentence cut into tokens: words, or characters as readers see them.

Word boundaries follow Unicode Standard Annex 29, sections 3 and 4; runs of Chinese characters are
cut by a dictionary (rjieba), since Chinese writes no spaces. Japanese stops short: words in
katakana stay whole, hiragana is cut into characters (the annex leaves it to a dictionary, and there
is none here), and kanji are cut like Chinese.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal, NamedTuple

import regex

from core.embeddings import set_by_people
from core.errors import InputError
from core.simplified import simplified

Unit = Literal["words", "characters"]

Rule = Literal["1", "2"]
"""How Chinese is cut into words; a link's version decides, so that old links keep their words.

1: The dictionary, with new words guessed by a hidden Markov model.
2: Nothing guessed: words of the dictionary or of the feature table, or single characters.
   Traditional writing is cut like simplified; long entries are cut into words of the table.
"""

RULE: Rule = "2"
"""Of new links."""

LIMIT = 64
"""Tokens that a page with editable matrices can hold."""

LONGEST = 64
"""Characters, as readers see them, in one token; longer ones are cut into several tokens."""

LONGEST_POINTS = 8 * LONGEST
"""Code points in one token: letters with accents, and emoji, have several a character."""

_HAN_RUN = regex.compile(r"((?:\p{Han}\p{M}*)+)")
_MARK = regex.compile(r"\p{M}")
_WORD_BOUNDARY = regex.compile(r"(?wV1)\b")
_CHARACTER = regex.compile(r"\X")
_SPACE = regex.compile(r"\s+")
# Control characters, lone surrogates, overrides of the writing direction, and widthless spaces.
# The zero-width joiner stays: it holds emoji together.
_UNWANTED = regex.compile(
    r"(?V1)[[\p{Cc}--\s]\p{Cs}\u00ad\u200b\u200e\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069]"
)
_VISIBLE = regex.compile(r"[^\p{M}\p{Z}\p{Cc}\p{Cf}\p{Cs}]")


class Tokens(NamedTuple):
    """The tokens that are used, and how many the sentence had."""

    kept: tuple[str, ...]
    total: int


def clean(sentence: str) -> str:
    """The sentence in composed form (NFC), with single spaces and nothing invisible in it."""
    wanted = unicodedata.normalize("NFC", _UNWANTED.sub("", sentence))
    return _SPACE.sub(" ", wanted).strip()


def characters(sentence: str) -> tuple[str, ...]:
    """The characters as readers see them (grapheme clusters), without spaces."""
    return tuple(_shortened(_visible(_CHARACTER.findall(clean(sentence)))))


def words(sentence: str, rule: Rule = RULE) -> tuple[str, ...]:
    """The words and punctuation marks, without spaces.

    A word of more than ``LONGEST`` characters gives several tokens.
    """
    return tuple(_shortened(_visible(_words_and_spaces(clean(sentence), rule))))


def word_starts(sentence: str) -> frozenset[int]:
    """Where the words of a cleaned sentence begin, in characters from 0."""
    starts, end = [], 0
    for word in words(sentence):
        starts.append(sentence.index(word, end))
        end = starts[-1] + len(word)
    return frozenset(starts)


def as_token(text: str) -> str:
    """The first token of a text if nothing parts it but its length; empty if nothing shows."""
    return next(_shortened(_visible([clean(text)])), "")


def tokenize(sentence: str, unit: Unit = "words", limit: int = LIMIT, rule: Rule = RULE) -> Tokens:
    """The sentence's tokens, at most ``limit`` of them.

    Repeated words are separate tokens.

    Raises:
        InputError: ``no_tokens`` if nothing visible is left of the sentence.
    """
    found = words(sentence, rule) if unit == "words" else characters(sentence)
    if not found:
        raise InputError("no_tokens")
    return Tokens(found[:limit], len(found))


def _words_and_spaces(text: str, rule: Rule) -> Iterator[str]:
    for run in _HAN_RUN.split(text):
        if not _HAN_RUN.fullmatch(run):
            yield from _WORD_BOUNDARY.split(run)
        elif _MARK.search(run):
            yield from _CHARACTER.findall(run)  # the dictionary would tear marks off
        else:
            yield from _chinese_words(run, rule)


def _chinese_words(run: str, rule: Rule) -> Iterable[str]:
    # Its dictionary takes a tenth of a second to load: not before somebody writes Chinese.
    import rjieba

    if rule == "1":
        return rjieba.cut(run)
    # As written, too: 乾坤 is a word, 干坤 is none. Fewer pieces are more words.
    writings = dict.fromkeys((simplified(run), run))
    return _of_lengths(run, min((_dictionary_words(written) for written in writings), key=len))


def _dictionary_words(run: str) -> list[str]:
    """A run of Chinese characters in words, none of them guessed."""
    import rjieba

    pieces: list[str] = []
    for word in rjieba.cut(run, hmm=False):
        pair = pieces[-1] + word if pieces else ""
        if len(pair) == 2 and _in_table(pair) and not rjieba.has_word(pair):  # 小明
            pieces[-1] = pair
        else:
            pieces += _table_words(word) if len(word) > 2 and not _in_table(word) else [word]
    return pieces


def _in_table(word: str) -> bool:
    return simplified(word.lower()) in set_by_people()


def _table_words(word: str) -> list[str]:
    """A long word as the fewest words of the feature table; whole if they do not make it up."""
    best: list[list[str] | None] = [[]]  # for each beginning of the word
    for end in range(1, len(word) + 1):
        starts = (start for start in range(end) if _in_table(word[start:end]))
        ways = [[*way, word[start:end]] for start in starts if (way := best[start]) is not None]
        best.append(min(ways, key=len, default=None))
    return best[-1] or [word]


def _of_lengths(text: str, pieces: Iterable[str]) -> Iterator[str]:
    """The text cut where the pieces end."""
    start = 0
    for piece in pieces:
        yield text[start : start + len(piece)]
        start += len(piece)


def _visible(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces that show something, without the spaces around them."""
    return (piece.strip() for piece in pieces if _VISIBLE.search(piece))


def _shortened(tokens: Iterable[str]) -> Iterator[str]:
    """The tokens, long ones in pieces that show something."""
    for token in tokens:
        if len(token) <= LONGEST:
            yield token
            continue
        seen = _CHARACTER.findall(token)
        for start in range(0, len(seen), LONGEST):
            piece = "".join(seen[start : start + LONGEST])
            points = range(0, len(piece), LONGEST_POINTS)
            yield from _visible(piece[begin : begin + LONGEST_POINTS] for begin in points)


def follow(old: tuple[str, ...], new: tuple[str, ...]) -> dict[int, int]:
    """Where each old token stands in the new sentence, for what is tied to a word to follow it.

    Returns:
        Old positions to new ones; tokens that are gone are missing.
    """
    blocks = SequenceMatcher(a=old, b=new, autojunk=False).get_matching_blocks()
    return {b.a + i: b.b + i for b in blocks for i in range(b.size)}


def has_long_word(sentence: str, tokens: Sequence[str]) -> bool:
    """Tell whether a word of more than ``LONGEST`` characters was cut into several tokens."""
    return any(
        len(one) >= LONGEST and two[0].isalnum() and one + two in sentence
        for one, two in pairwise(tokens)
    )


def occurrences(tokens: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Each token with how often it has come before: a name that survives edits around it."""
    seen: Counter[str] = Counter()
    named = []
    for token in tokens:
        named.append((token, seen[token]))
        seen[token] += 1
    return tuple(named)
