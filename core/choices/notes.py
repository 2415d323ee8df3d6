"""What a reader's tab keeps besides the address, as text.

The score, what can be undone, what was chosen on other pages than the open one, what the address
has no room for, and what the stopwatch gave.

What is read comes from a browser: what is not usable is left out, part by part, and reading never
raises.
"""

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

import regex

from core.choices import cost, exploration, history, packed, reading
from core.choices.history import Histories
from core.choices.reading import flag, sequence, whole
from core.ideas.timing import Timed
from core.questions.kept import as_plain, from_plain
from core.questions.question import DIGEST, Question

VERSION = 2
"""Of the text; another version's is not read."""

LONGEST = 1_000_000
"""Characters of a text that is read at all; more than what is written at most."""

MOST_COUNTED = 500
"""Questions that are remembered, so that none counts twice."""

LONGEST_PAGES = 100_000
"""Bytes of how all pages' questions stand, before they are packed; long ones are left out."""

Part = TypeVar("Part")

_MOST = 1_000_000  # answers, and turns

_text = reading.text(LONGEST)
_mark = reading.text(40)
_DIGESTS = regex.compile(rf"([\w-]{{{DIGEST}}}){{0,{MOST_COUNTED}}}", regex.ASCII)


class Place(NamedTuple):
    """Where a page's questions stand.

    Attributes:
        start: The kind of question to begin with.
        turn: How many questions were asked before.
        chosen: What was answered; ``None`` as long as nothing was.
        question: The answered question.
    """

    start: int
    turn: int
    chosen: int | None = None
    question: Question | None = None

    @property
    def next(self) -> "Place":
        """Where it goes on if the answered question is given up."""
        return self if self.chosen is None else Place(self.start + 1, self.turn + 1)


@dataclass(frozen=True)
class Tally:
    """The score.

    Attributes:
        right: Right answers.
        answered: Questions, each counted once.
        shown: Whether the reader wants to see the score.
        counted: Digests of the questions that were counted, the latest last.
        pages: By page.
        met: Challenges that were met at some time.
    """

    right: int = 0
    answered: int = 0
    shown: bool = True
    counted: tuple[str, ...] = ()
    pages: Mapping[str, Place] = field(default_factory=dict)
    met: tuple[str, ...] = ()

    def without_words(self) -> "Tally":
        """The same without questions and their digests: who guesses a sentence knows its digest.

        A page whose question was answered goes on to the next one.
        """
        return replace(self, counted=(), pages={page: it.next for page, it in self.pages.items()})


@dataclass(frozen=True)
class Notes:
    """All of it.

    Attributes:
        tally: The score.
        histories: The edits and what they were before.
        fields: Names of fields that the open page does not have, to what was chosen.
        beside: Names of fields that the open page has and its address does not hold, to what was
            chosen.
        at: A digest of the address that ``beside`` belongs to, and the last of the edits; empty if
            the address holds all.
        times: What the stopwatch gave last.
    """

    tally: Tally = field(default_factory=Tally)
    histories: Histories = field(default_factory=dict)
    fields: Mapping[str, object] = field(default_factory=dict)
    beside: Mapping[str, object] = field(default_factory=dict)
    at: str = ""
    times: Timed | None = None


def write(notes: Notes, edits: str | None = None) -> str:
    """The notes as text; empty if there is nothing to note.

    Args:
        notes: What is noted.
        edits: The histories as :func:`history.pack` gives them, if that is known.
    """
    found: dict[str, object] = {}
    tally = notes.tally
    if tally != Tally():
        found["score"] = [tally.right, tally.answered, tally.shown]
        found["counted"] = "".join(tally.counted)
        found["pages"] = _packed_pages(tally.pages)
        found["met"] = list(tally.met)
    if edits := history.pack(notes.histories) if edits is None else edits:
        found["edits"] = edits
    if notes.fields:
        found["fields"] = notes.fields
    if notes.at:
        found["at"], found["beside"] = notes.at, notes.beside
    if notes.times:
        found["times"] = notes.times
    if not found:
        return ""
    return json.dumps({"v": VERSION, **found}, ensure_ascii=False, separators=(",", ":"))


def read(raw: object, pages: Collection[str], challenges: Collection[str]) -> Notes:
    """The notes in a text, as far as they are usable; others know no better than these.

    Args:
        raw: What was sent.
        pages: Names of the pages that ask.
        challenges: Names of the challenges that there are.
    """
    found: dict[str, Any] = {}
    with suppress(ValueError, RecursionError):
        said = json.loads(raw) if isinstance(raw, str) and len(raw) <= LONGEST else None
        if isinstance(said, dict) and said.get("v") == VERSION:
            found = said

    return Notes(
        _usable(found, "score", lambda _: _tally(found, pages, challenges), Tally()),
        _usable(found, "edits", lambda edits: history.unpack(_text(edits)), {}),
        _usable(found, "fields", _fields, {}),
        _usable(found, "beside", _fields, {}),
        _usable(found, "at", _mark, ""),
        _usable(found, "times", cost.times, None),
    )


def _usable(
    found: Mapping[str, object], part: str, read_part: Callable[[object], Part], otherwise: Part
) -> Part:
    if part in found:
        with suppress(ValueError, TypeError, OverflowError, KeyError):
            return read_part(found[part])
    return otherwise


def _fields(raw: object) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise TypeError
    return reading.usable(exploration.READERS, raw)[0]


def _packed_pages(pages: Mapping[str, Place]) -> str:
    """Where questions stand, the answered ones as they were asked, as far as there is room."""
    left, rows = LONGEST_PAGES, []
    for page, place in pages.items():
        asked = None if place.chosen is None or place.question is None else as_plain(place.question)
        size = len(json.dumps(asked))
        if asked is None or size > left:
            rows.append([page, *place.next[:2]])
        else:
            rows.append([page, *place[:3], asked])
            left -= size
    return packed.pack(rows)


def _tally(found: Mapping[str, Any], pages: Collection[str], challenges: Collection[str]) -> Tally:
    right, answered, shown = sequence(found["score"])
    digests = _text(found["counted"])
    if not _DIGESTS.fullmatch(digests):
        raise ValueError("these are no digests")
    counted = tuple(digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST))
    n = whole(len(counted), _MOST)(answered)
    met = [it for it in sequence(found["met"]) if isinstance(it, str) and it in challenges]
    rows = sequence(packed.unpack(_text(found["pages"]), 2 * LONGEST_PAGES))
    return Tally(
        right=whole(0, n)(right),
        answered=n,
        shown=flag(shown),
        counted=counted,
        pages=dict(_place(it, pages) for it in rows),
        met=tuple(dict.fromkeys(met)),
    )


def _place(raw: object, pages: Collection[str]) -> tuple[str, Place]:
    page, start, turn, *answered = sequence(raw)
    if not isinstance(page, str) or page not in pages:
        raise ValueError("there is no such page")
    place = Place(whole(0, _MOST)(start), whole(0, _MOST)(turn))
    if not answered:
        return page, place
    chosen, asked = answered
    question = from_plain(asked)
    return page, place._replace(
        chosen=whole(0, len(question.options) - 1)(chosen), question=question
    )
