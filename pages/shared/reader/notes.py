"""What the reader's tab keeps for a server that does not know it, besides the address.

The tab gets the notes when they have changed, and hands them back, once, to a session that is new:
because the server died, or because the page was loaded anew. They never leave the tab otherwise.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import TypedDict

import streamlit as st

from core.choices import history, notes
from core.choices.exploration import DEFAULTS, READERS, TEXTS
from core.choices.history import Histories
from core.choices.notes import Notes
from core.questions import KINDS
from pages.shared.reader import address, edits, revival, score
from pages.shared.reader.book import book
from pages.shared.text import labels


class Exchange(TypedDict):
    """What passes between a session and its tab.

    Attributes:
        session: Tells sessions apart; nobody can do anything with it.
        heard: Whether the tab has handed something back.
        sent: The notes that were sent last; ``None`` if they are to be sent again.
        edition: Tells them apart. It is drawn by chance: from a digest words could be guessed.
        packed: Whether without words, to the edits and what they were before, as they were when
            they were last packed, and what came of them.
    """

    session: str
    heard: bool
    sent: tuple[str, str] | None
    edition: str
    packed: dict[bool, tuple[Histories, str]]


_KEY = "told"
_CHALLENGE = "challenge."


def for_tab() -> dict[str, str | None] | None:
    """The notes if they are news, and their edition; nothing if all is about to be drawn again.

    ``text`` outlives a reload. ``aside`` is all of it, for the tab's memory alone, where a reader
    keeps their words out of everything that lasts.
    """
    if revival.pending():
        return None
    exchange, private = _exchange(), book()["private"]
    text = _text(exchange, wordless=private)
    aside = _text(exchange, wordless=False) if private else ""
    found: dict[str, str | None] = {"session": exchange["session"], "text": None}
    if (text, aside) != exchange["sent"]:
        exchange["sent"] = text, aside
        exchange["edition"] = secrets.token_hex(4) if text or aside else ""
        found |= {"text": text, "aside": aside}
    return found | {"edition": exchange["edition"]}


def send_again() -> None:
    """The tab has missed what was sent."""
    _exchange()["sent"] = None


def hear(said: object) -> None:
    """Go on from what the tab hands back, whatever that is; once a session.

    A tab that was away for a moment tells its address, too; it cannot know whether it comes back to
    the same session: what that has told it says nothing new.
    """
    exchange, said = _exchange(), said if isinstance(said, Mapping) else {}
    if said.get("session") == exchange["session"]:
        return
    exchange["sent"] = None
    if exchange["heard"]:
        return
    exchange["heard"] = True
    challenges = {it.removeprefix(_CHALLENGE) for it in labels() if it.startswith(_CHALLENGE)}
    found = notes.read(said.get("text"), KINDS.keys(), challenges)
    noted = book()
    begun, of_link, query = noted["begun"], noted["said"], said.get("query")
    partly = bool(begun and found.at == _mark(begun.at))
    elsewhere = query if isinstance(query, str) and not address.began_with(query) else None
    score.resume(found.tally)
    edits.resume(found.histories, partly=partly or elsewhere is not None)
    if partly:
        address.complete(found.beside)
        of_link = of_link and replace(of_link, whole=True)
    elif elsewhere is not None:
        address.complete({**address.returned(elsewhere), **found.beside})
    noted["fields"] = {**found.fields, **noted["fields"]}
    noted["times"] = noted["times"] or found.times
    noted["said_again"] = of_link


def _text(exchange: Exchange, *, wordless: bool) -> str:
    tally = score.tally()
    at, beside = address.last_written()
    found = Notes(
        tally.without_words() if wordless else tally,
        fields=_elsewhere(wordless=wordless),
        beside=beside or {},  # without its address it is left out
        at="" if wordless or beside is None else _mark(at),
        times=book()["times"],
    )
    return notes.write(found, _packed(exchange, wordless=wordless))


def _elsewhere(*, wordless: bool) -> dict[str, object]:
    """What was chosen on other pages than the open one, whose fields the address holds."""
    noted = book()
    chosen = {**noted["fields"], **noted["own"]}
    hidden = {*noted["used"], *(TEXTS if wordless else ())}
    return {
        name: chosen[name]
        for name in sorted(chosen.keys() & READERS.keys() - hidden)
        if chosen[name] != DEFAULTS[name] or name == "sentence"  # none would be an example
    }


def _packed(exchange: Exchange, *, wordless: bool) -> str:
    states: Histories = edits.histories()
    if wordless:
        states = history.without_words(states)
    last = exchange["packed"].get(wordless)
    if last is None or states != last[0]:  # quick: states that are the same are the same objects
        last = exchange["packed"][wordless] = states, history.pack(states)
    return last[1]


def _mark(text: str) -> str:
    return blake2b(text.encode(), digest_size=6).hexdigest()


def _exchange() -> Exchange:
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Exchange(
            session=secrets.token_hex(4), heard=False, sent=("", ""), edition="", packed={}
        )
    return st.session_state[_KEY]
