"""The address bar: every view has an address, and an address brings its view back.

A small script in the page (`views/taking/share.js`) writes the address without a new entry in the
browser's history, so that Back leads to the page before, as it was left.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from core.choices import edited, reading
from core.choices.edited import Shelves
from core.choices.exploration import DEFAULTS, READERS, TEXTS, Exploration
from core.choices.link import LONGEST_LINK, from_parameters, to_parameters
from core.choices.training import AIMED
from pages.shared.reader import edits, revival, run, typed
from pages.shared.reader.book import Begun, Written, book
from pages.shared.text import LANGUAGES

_ECHO = 30.0
"""Seconds in which an address that we wrote may come back without having been asked for."""

_REMEMBERED = 20  # addresses that we wrote

_query = reading.text(2 * LONGEST_LINK)

_OURS = {"v", "lang", "edits", "private", *READERS}


def arrive(page: str) -> None:
    """Note what a link asks for, if one was followed; to be called first in a run.

    Args:
        page: The name of the page that is open.
    """
    session = book()
    session["used"], session["shelves"] = [], []
    session["runs"] += 1
    found = st.query_params.to_dict()
    at = _address(page, found)
    opened = session["page"] != page
    if opened and session["arrival"] and session["arrival_at"] is not None:
        _put_aside(session["arrival"])
    if found.keys() & _OURS and (opened or _asked_for(at)):
        take(_filled_up(from_parameters(found), at), page)
    session["seen"] = at


def take(asked: Exploration, page: str | None = None) -> None:
    """Let a page show an exploration, whatever was chosen before.

    Args:
        asked: The exploration.
        page: The address of the page; ``None`` for the one that is drawn next.
    """
    session = book()
    session["arrival"], session["arrival_at"] = asked, page
    _follow_no_word()
    _speak_as(asked)
    if session["page"] is not None:  # else the widgets outlived their server: they are newer
        for name in READERS:
            st.session_state.pop(name, None)


def take_all(asked: Exploration) -> None:
    """The same for every page, as a file asks for it: what it does not name has its default."""
    session = book()
    session["fields"], session["own"] = dict(asked.fields), {}
    session["good_texts"].clear()
    edits.replace_all(asked.shelves)
    run.forget()
    take(asked)


def depart() -> None:
    """The page has shown what was asked for; if it is drawn once more at once, it says so again."""
    session = book()
    session["said_again"] = session["arrival"] if revival.pending() else None
    session["arrival"] = None
    typed.forget_undrawn()
    if session["begun"] is None:
        begun = {on: session["edits"].get(on, {}) for on in session["shelves"]}
        fields = {name: session["fields"].get(name) for name in session["used"]}
        language = session["language"] or ""
        session["begun"] = Begun(session["seen"], language, fields, begun | session["edits"])


def here() -> Mapping[str, str]:
    """The parameters of the view that was just drawn.

    A reader's sentences are not among them while they are kept out of links: a link says so, and
    the address bar with it, so that this holds when the page is loaded anew.
    """
    session = book()
    chosen, own = session["fields"], session["own"]
    kept = {name: chosen[name] for name in session["used"] if name in chosen}
    kept |= {name: own[name] for name in AIMED if name in kept and name in own}
    shelves = {on: session["edits"].get(on, {}) for on in session["shelves"]}
    told, edits_told, private = kept, shelves, session["private"]
    if private:
        told = {name: value for name, value in kept.items() if name not in TEXTS}
        edits_told = edited.without_words(shelves)
    found = to_parameters(told, edits_told, session["language"] or "")
    beside = None
    if private:
        found["private"] = "1"
        beside = kept  # what points at words means nothing without them
    elif "part" in found:
        left_out = (it for it in kept.keys() - found.keys() if kept[it] != DEFAULTS[it])
        beside = {name: kept[name] for name in left_out}
    _note_written(_address(session["page"] or "", found), beside, shelves)
    return found


def last_written() -> tuple[str, Mapping[str, object] | None]:
    """The address bar, and what the page shows besides; see :class:`book.Written`."""
    for at, written in reversed(book()["written"].items()):
        return at, written.beside
    return "", None


def complete(beside: Mapping[str, object]) -> None:
    """Let the page show what its address did not hold, but for what was chosen since."""
    session = book()
    begun = session["begun"].fields if session["begun"] else {}
    missing = {
        name: value
        for name, value in beside.items()
        if name not in begun or (_now(name) == begun[name] != value)
    }
    for name in missing:
        st.session_state.pop(name, None)
    session["fields"] |= missing
    _follow_no_word()


def began_with(query: str) -> bool:
    """Whether the session began with the parameters of the address that a tab tells.

    If its server has died, it did not if the reader went on by the menu at once.
    """
    begun = book()["begun"]
    return bool(begun and same(begun.at.partition("?")[2], query))


def same(query: str, other: str) -> bool:
    """Whether two addresses ask for the same, however browsers write them."""
    return _parsed(query) == _parsed(other)


def returned(query: str) -> Mapping[str, object]:
    """The fields in such an address; its language and secrecy hold from now on."""
    asked, begun = from_parameters(_parsed(query)), book()["begun"]
    if begun and st.session_state.get("language") != begun.language:
        asked = replace(asked, language="")  # the reader has switched it since
    _speak_as(asked)
    return asked.fields


def _parsed(query: str) -> dict[str, str]:
    """What is ours in an address."""
    found = parse_qsl(_query(query), keep_blank_values=True)
    return {name: value for name, value in found if name in {*_OURS, "part"}}


def _speak_as(asked: Exploration) -> None:
    session = book()
    if asked.language in tuple(LANGUAGES):
        session["language"] = st.session_state["language"] = asked.language
    if asked.private:
        session["private"] = st.session_state["private"] = True


def _now(name: str) -> object:
    """What is chosen at this moment, a widget's news included."""
    with suppress(ValueError, TypeError, OverflowError, KeyError):
        return READERS[name](st.session_state[name])
    return book()["fields"].get(name)


def _follow_no_word() -> None:
    """What points at words is given anew with them."""
    book()["tokens"] = ()
    book()["words"].clear()


def _address(page: str, found: Mapping[str, str]) -> str:
    return f"{page}?{urlencode(found)}"


def _put_aside(asked: Exploration) -> None:
    """The reader left before the page was drawn: what its link named is chosen nevertheless."""
    session = book()
    session["fields"] |= asked.fields
    edits.put(asked.shelves)
    session["arrival"] = None


def _filled_up(asked: Exploration, at: str) -> Exploration:
    """What an address asks for; with what it had no room for if this session wrote it."""
    ours = book()["written"].get(at)
    if ours is None or ours.beside is None:
        return asked
    fields = {**asked.fields, **ours.beside}
    return replace(asked, fields=fields, shelves=ours.edits, whole=True)


def _note_written(at: str, beside: dict[str, object] | None, shelves: Shelves) -> None:
    written, now = book()["written"], time.monotonic()
    if written and at != (last := next(reversed(written))):
        written[last] = written[last]._replace(until=now)
    written.pop(at, None)
    written[at] = Written(now, beside, shelves)
    while len(written) > _REMEMBERED:
        del written[next(iter(written))]


def _asked_for(at: str) -> bool:
    """Whether the address changed, and not because of what we wrote."""
    session = book()
    written = session["written"]
    if at == session["seen"] or (written and at == next(reversed(written))):
        return False
    return at not in written or time.monotonic() - written[at].until > _ECHO
