"""What the reader's tab keeps for a server that does not know it, besides the address.

The tab gets the notes when they have changed, and hands them back, once, to a session that is new:
because the server died, or because the page was loaded anew. They never leave the tab otherwise.
"""

import secrets
from hashlib import blake2b
from typing import TypedDict

import streamlit as st

from core.choices import history, notes
from core.choices.exploration import DEFAULTS, READERS, TEXTS
from core.choices.history import Histories
from core.questions import KINDS
from pages.shared.reader import edits, revival, score
from pages.shared.reader.book import book
from pages.shared.text import labels


class Told(TypedDict):
    """What passes between a session and its tab.

    Attributes:
        session: Tells sessions apart; nobody can do anything with it.
        heard: Whether the tab has handed something back.
        digest: Of the notes that were sent last; ``None`` if they are to be sent again.
        states: The edits and what they were before, as they were when they were last packed.
        packed: What came of them.
    """

    session: str
    heard: bool
    digest: str | None
    states: Histories
    packed: str


_KEY = "told"
_CHALLENGE = "challenge."


def for_tab() -> dict[str, str | None] | None:
    """The notes if they are news, with a digest; nothing if the page is about to be drawn again."""
    if revival.pending():
        return None
    told = _told()
    tally, private = score.tally(), book()["private"]
    text = notes.write(
        tally.without_words() if private else tally,
        _packed(told, private=private),
        _elsewhere(private=private),
    )
    digest = blake2b(text.encode(), digest_size=6).hexdigest() if text else ""
    news = digest != told["digest"]
    told["digest"] = digest
    return {"session": told["session"], "digest": digest, "text": text if news else None}


def send_again() -> None:
    """The tab has missed what was sent."""
    _told()["digest"] = None


def hear(raw: object) -> None:
    """Go on from what the tab hands back, whatever that is; once a session."""
    told = _told()
    told["digest"] = None
    if told["heard"]:
        return
    told["heard"] = True
    challenges = {it.removeprefix(_CHALLENGE) for it in labels() if it.startswith(_CHALLENGE)}
    found = notes.read(raw, KINDS.keys(), challenges)
    score.resume(found.tally)
    edits.resume(found.histories)
    book()["fields"] = {**found.fields, **book()["fields"]}
    book()["said_again"] = book()["said"]


def _elsewhere(*, private: bool) -> dict[str, object]:
    """What was chosen on other pages than the open one, whose fields the address holds."""
    noted = book()
    chosen = {**noted["fields"], **noted["own"]}
    hidden = {*noted["used"], *(TEXTS if private else ())}
    return {
        name: chosen[name]
        for name in sorted(chosen.keys() & READERS.keys() - hidden)
        if chosen[name] != DEFAULTS[name] or name == "sentence"  # none would be an example
    }


def _packed(told: Told, *, private: bool) -> str:
    states: Histories = edits.histories()
    if private:
        states = history.without_words(states)
    if states != told["states"]:  # quick: states that are the same are the same objects
        told.update(states=states, packed=history.pack(states))
    return told["packed"]


def _told() -> Told:
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Told(
            session=secrets.token_hex(4), heard=False, digest="", states={}, packed=""
        )
    return st.session_state[_KEY]
