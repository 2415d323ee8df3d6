"""What a reader's tab keeps besides the address, as text.

The score, what can be undone, and what was chosen on other pages than the open one.

Questions are noted by their digests only. What is read comes from a browser: what is not usable is
left out, part by part, and reading never raises.
"""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import regex

from core.choices import exploration, history, reading
from core.choices.history import Histories
from core.choices.reading import flag, sequence, whole
from core.questions.question import DIGEST

VERSION = 1
"""Of the text; another version's is not read."""

LONGEST = 60_000
"""Characters of a text that is read at all; more than what is written at most."""

MOST_COUNTED = 500
"""Questions that are remembered, so that none counts twice."""

LONGEST_FIELDS = 20_000
"""Characters of what was chosen on other pages; the longest texts are left out."""

_MOST = 1_000_000  # answers, and turns

_text = reading.text(LONGEST)
_digest = reading.text(DIGEST)
_DIGESTS = regex.compile(rf"([\w-]{{{DIGEST}}}){{0,{MOST_COUNTED}}}", regex.ASCII)


class Place(NamedTuple):
    """Where a page's questions stand.

    Attributes:
        start: The kind of question to begin with.
        turn: How many questions were asked before.
        chosen: What was answered; ``None`` as long as nothing was.
        question: The digest of the answered question.
    """

    start: int
    turn: int
    chosen: int | None = None
    question: str = ""


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
        """The same without digests: they would betray a sentence to somebody who guesses it.

        A page whose question was answered goes on to the next one.
        """
        pages = {
            page: it if it.chosen is None else Place(it.start + 1, it.turn + 1)
            for page, it in self.pages.items()
        }
        return replace(self, counted=(), pages=pages)


@dataclass(frozen=True)
class Notes:
    """All of it.

    Attributes:
        tally: The score.
        histories: The edits and what they were before.
        fields: Names of fields that the open page does not have, to what was chosen.
    """

    tally: Tally = field(default_factory=Tally)
    histories: Histories = field(default_factory=dict)
    fields: Mapping[str, object] = field(default_factory=dict)


def write(tally: Tally, histories: str, fields: Mapping[str, object] | None = None) -> str:
    """The notes as text; empty if there is nothing to note.

    Args:
        tally: The score.
        histories: As :func:`history.pack` gives them.
        fields: As in :class:`Notes`.
    """
    found: dict[str, object] = {}
    if tally != Tally():
        found["score"] = [tally.right, tally.answered, tally.shown]
        found["counted"] = "".join(tally.counted)
        found["pages"] = [[page, *place] for page, place in tally.pages.items()]
        found["met"] = list(tally.met)
    if histories:
        found["edits"] = histories
    if fields:
        found["fields"] = _shortened(fields)
    return json.dumps({"v": VERSION, **found}, separators=(",", ":")) if found else ""


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
    tally, histories, fields = Tally(), {}, {}
    with suppress(ValueError, TypeError, OverflowError, KeyError):
        tally = _tally(found, pages, challenges)
    with suppress(ValueError, TypeError, OverflowError, KeyError):
        histories = history.unpack(_text(found["edits"]))
    if isinstance(found.get("fields"), dict):
        fields, _ = exploration.usable(found["fields"])
    return Notes(tally, histories, fields)


def _shortened(fields: Mapping[str, object]) -> dict[str, object]:
    sizes = {name: len(json.dumps({name: value})) for name, value in fields.items()}
    kept = sorted(fields, key=sizes.__getitem__)
    while sum(map(sizes.__getitem__, kept)) > LONGEST_FIELDS:
        kept.pop()
    return {name: fields[name] for name in kept}


def _tally(found: Mapping[str, Any], pages: Collection[str], challenges: Collection[str]) -> Tally:
    right, answered, shown = sequence(found["score"])
    digests = _text(found["counted"])
    if not _DIGESTS.fullmatch(digests):
        raise ValueError("these are no digests")
    counted = tuple(digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST))
    n = whole(len(counted), _MOST)(answered)
    met = [it for it in sequence(found["met"]) if isinstance(it, str) and it in challenges]
    return Tally(
        right=whole(0, n)(right),
        answered=n,
        shown=flag(shown),
        counted=counted,
        pages=dict(_place(it, pages) for it in sequence(found["pages"])),
        met=tuple(dict.fromkeys(met)),
    )


def _place(raw: object, pages: Collection[str]) -> tuple[str, Place]:
    page, start, turn, chosen, question = sequence(raw)
    if not isinstance(page, str) or page not in pages:
        raise ValueError("there is no such page")
    place = Place(whole(0, _MOST)(start), whole(0, _MOST)(turn))
    if chosen is None:
        return page, place
    return page, place._replace(chosen=whole(0, _MOST)(chosen), question=_digest(question))
