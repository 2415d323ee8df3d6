"""Words put between others, and words taken out: the sentence changes, who is pointed at stays."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import regex

from core.reader.examples import EXAMPLES
from core.reader.explore import Choice
from core.tokens import clean, tokenize

LONGEST_INSERTED = 40
"""Characters of words that are put in at a time."""

_JOINS = regex.compile(r"(?V1)[[\p{L}\p{N}]--\p{Han}]")
"""Letters of scripts that write spaces between words."""


def with_words(choice: Choice, at: int, words: str) -> Mapping[str, Any]:
    """Put words before a token, as fields of a choice; an unchanged sentence gives none.

    Args:
        choice: Whose sentence it is.
        at: The token's place, or one past the last token.
        words: In any language; spaces are put where the language writes them.
    """
    words, text, spans = clean(words), clean(choice.sentence), _spans(choice)
    if not words or not 0 <= at <= len(spans):
        return {}
    end = spans[at - 1][1] if at else 0
    start = spans[at][0] if at < len(spans) else len(text)
    gap = text[end:start]
    before, after = text[:end], text[start:]
    left = before and (gap or _space(before, words))
    right = after and (gap or _space(words, after))
    return _pointing(choice, before + left + words + right + after, at)


def without_words(choice: Choice, at: int, count: int = 1) -> Mapping[str, Any]:
    """Take tokens out, as fields of a choice; one at least stays."""
    text, spans = clean(choice.sentence), _spans(choice)
    if count < 1 or not 0 <= at < at + count <= len(spans) or count == len(spans):
        return {}
    start, end = spans[at][0], spans[at + count - 1][1]
    before, after = text[:start], text[end:]
    parted = before[-1:].isspace() and after[:1].isspace()
    return _pointing(choice, before.rstrip() + (" " if parted else "") + after.lstrip(), at)


def next_words(choice: Choice) -> tuple[int, str] | None:
    """Give the words that come in between next, and their place, if the sentence is an example."""
    return _ready(choice.sentence.isascii()).get(clean(choice.sentence))


@cache
def _ready(ascii_only: bool) -> Mapping[str, tuple[int, str]]:
    """Every example of one script, as it is and pulled apart, with what comes next."""
    found = {}
    for example in (it for it in EXAMPLES.values() if it.sentence.isascii() == ascii_only):
        shown = Choice(sentence=example.sentence)
        for before, words in example.apart:
            at = shown.tokens.kept.index(before)
            found[clean(shown.sentence)] = at, words
            shown = Choice(**with_words(shown, at, words))
    return found


def _spans(choice: Choice) -> list[tuple[int, int]]:
    """Where each token begins and ends in the cleaned sentence."""
    text, spans = clean(choice.sentence), []
    for token in choice.tokens.kept:
        start = text.index(token, spans[-1][1] if spans else 0)
        spans.append((start, start + len(token)))
    return spans


def _space(left: str, right: str) -> str:
    return " " if _JOINS.match(left[-1]) and _JOINS.match(right[0]) else ""


def _pointing(choice: Choice, sentence: str, at: int) -> Mapping[str, Any]:
    """Point at the same words in a sentence that has changed before one place."""
    n = tokenize(sentence, choice.unit, rule=choice.cutting).total
    longer = n - choice.tokens.total
    gone = range(at, at - longer)

    def moved(place: int) -> int:
        return max(0, min(place + longer * (place >= at), n - 1))

    padded = tuple(moved(place) for place in choice.padded if place not in gone)
    query, key = moved(choice.query), moved(choice.key)
    return {"sentence": sentence, "query": query, "key": key, "padded": padded}
