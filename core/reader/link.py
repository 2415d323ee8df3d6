"""What the open page shows as the parameters of a link, and back.

A link holds the fields that differ from their defaults and the changed cells. Reading never raises
at the person who opens one: what cannot be used is left out, and named.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args
from urllib.parse import urlencode

from core.reader.cells import Shelves, from_rows, pack, unpack, without_words
from core.reader.examples import EXAMPLES, SENTENCES, Language
from core.reader.model import MODEL_BEGINS, ModelChoice
from core.reader.reader import Reader, begin, usable
from core.reader.records import DEFAULTS, FIELDS, NAMES, PAGES, RETIRED

VERSION = 2
"""Of links and files; a default or a rule that changes its meaning makes a new one."""

LONGEST_LINK = 6_000
"""Bytes of a link's parameters; browsers take more, but not every place where links are pasted."""

PARAMETERS = frozenset(("v", "lang", "edits", "private", *FIELDS, *RETIRED))
"""Names of parameters that ask for something."""


@dataclass(frozen=True)
class Notice:
    """What is to be said of a link or a file.

    Attributes:
        unusable: Names of fields, ``edits`` or ``language``, that could not be used.
        whole: Nothing had been left out when it was made.
        known: This version, or one before it, made it.
        file: A file said it.
        private: Sentences were kept out of it: the first ones stand in their place.
    """

    unusable: tuple[str, ...] = ()
    whole: bool = True
    known: bool = True
    file: bool = False
    private: bool = False


def address(reader: Reader) -> dict[str, str]:
    """Give the parameters of the page as the reader sees it.

    Without their sentences if these are kept private: the address says so, so that it holds when
    the page is loaded anew.
    """
    values = reader.values
    fields = {name: values[name] for name in reader.page_fields}
    edits = {name: reader.edits.get(name, {}) for name in reader.page_shelves}
    if not reader.private:
        return parameters(fields, edits, reader.language)
    fields = {name: value for name, value in fields.items() if not FIELDS[name].private}
    return {**parameters(fields, without_words(edits), reader.language), "private": "1"}


def parameters(
    fields: Mapping[str, object], edits: Shelves | None = None, language: str = ""
) -> dict[str, str]:
    """Give the parameters of a link: the fields that differ from their defaults, and the cells.

    What would make the link longer than ``LONGEST_LINK`` is left out, cells first, then the
    longest fields; ``part=1`` says so.

    Args:
        fields: Names to usable values.
        edits: The changed cells.
        language: The reader's.

    Raises:
        KeyError: If a name is no field's.
    """
    asked = {"v": str(VERSION)}
    if language:
        asked["lang"] = language
    # What the page would open with otherwise is always named.
    begun = {"sentence"} if language == "en" else {"model_name"}
    for name in sorted(fields):
        if fields[name] != DEFAULTS[name] or name in begun:
            asked[name] = _as_text(fields[name])
    packed = pack(edits or {})
    if packed:
        asked["edits"] = packed
    while len(urlencode(asked)) > LONGEST_LINK:
        longest = "edits" if "edits" in asked else max(asked, key=lambda name: len(asked[name]))
        del asked[longest]
        asked["part"] = "1"
    return asked


def follow_link(reader: Reader, page: str, asked: Mapping[str, str]) -> tuple[Reader, Notice]:
    """Open a page as the parameters of a link say; other parameters are not looked at.

    A link without a sentence begins with the first one in the reader's language.
    """
    raw = {name: _from_text(name, text) for name, text in asked.items() if name in FIELDS}
    fields, unusable = usable(raw)
    edits, edits_unusable = read_edits(asked.get("edits", ""))
    language, language_unusable = read_language(asked.get("lang", ""))
    private = not reader.private and asked.get("private") == "1"
    reader = replace(
        reader, language=language or reader.language, private=private or reader.private
    )
    here = {name for record in PAGES.get(page, ()) for name in NAMES[record]}
    if "sentence" in here - fields.keys():
        fields = {**EXAMPLES[SENTENCES[reader.language].first].chosen, **fields}
    version, known = read_version(asked.get("v", str(VERSION)))
    if page == "model" and version == VERSION and not fields.keys() & NAMES[ModelChoice]:
        fields = {**MODEL_BEGINS[reader.language], **fields}
    private = private and any(FIELDS[name].private for name in here)
    older = {name: it for name, it in defaults_of(version).items() if name in here}
    opened = begin(reader, page, {**older, **fields}, edits)
    moved = [  # what points at something that is not there
        name
        for name in fields.keys() & raw.keys()
        if opened[name] != fields[name] != DEFAULTS[name]
    ]
    names = (*unusable, *edits_unusable, *language_unusable, *moved)
    return opened, Notice(tuple(sorted(names)), "part" not in asked, known, private=private)


def defaults_of(version: int) -> dict[str, object]:
    """Give the defaults of an earlier version, of the fields whose default has changed since."""
    return {
        name: kind.was[min(last for last in kind.was if last >= version)]
        for name, kind in FIELDS.items()
        if any(last >= version for last in kind.was)
    }


def read_version(raw: object) -> tuple[int, bool]:
    """Read the version of a link or a file, and tell whether it is known."""
    known = str(raw).isdecimal() and 1 <= int(str(raw)) <= VERSION
    return (int(str(raw)) if known else VERSION), known


def read_edits(raw: object) -> tuple[Shelves, tuple[str, ...]]:
    """Read changed cells, packed or as rows; ``edits`` is named if some could not be used."""
    try:
        edits, whole = from_rows(unpack(raw) if isinstance(raw, str) else raw)
    except (ValueError, TypeError, OverflowError):
        return {}, ("edits",)
    return edits, () if whole else ("edits",)


def read_language(raw: str) -> tuple[Language | None, tuple[str, ...]]:
    """Read a language's code; ``language`` is named if it is none."""
    known: Language | None = next((it for it in get_args(Language) if it == raw), None)
    return known, () if known or not raw else ("language",)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _from_text(name: str, text: str) -> object:
    if isinstance(DEFAULTS[name], str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None  # no field takes it
