"""An exploration as the parameters of a link, and back."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from core.choices import edited
from core.choices.edited import Shelves
from core.choices.exploration import DEFAULTS, READERS, VERSION, Exploration, read

LONGEST_LINK = 6_000
"""Bytes of a link's parameters; browsers take more, but not every place where links are pasted."""


def to_parameters(
    fields: Mapping[str, object], shelves: Shelves | None = None, language: str = ""
) -> dict[str, str]:
    """The parameters of a link: the fields that differ from their defaults, and the edits.

    What would make the link longer than ``LONGEST_LINK`` is left out, edits first, then the
    longest fields; ``part=1`` says so.

    Args:
        fields: Names to plain values.
        shelves: The edited cells.
        language: The reader's.

    Raises:
        KeyError: If a name is no field's.
    """
    unknown = fields.keys() - DEFAULTS.keys()
    if unknown:
        raise KeyError(min(unknown))
    found = {"v": str(VERSION)}
    if language:
        found["lang"] = language
    begun = {"sentence"} if language == "en" else set()  # with another one: it is always named
    for name in sorted(fields):
        if name in begun or fields[name] != DEFAULTS[name]:
            found[name] = _as_text(fields[name])
    packed = edited.pack(shelves or {})
    if packed:
        found["edits"] = packed
    while len(urlencode(found)) > LONGEST_LINK:
        longest = "edits" if "edits" in found else max(found, key=lambda name: len(found[name]))
        del found[longest]
        found["part"] = "1"
    return found


def from_parameters(found: Mapping[str, str]) -> Exploration:
    """What a link says; only parameters that are fields are looked at."""
    raw = {name: _from_text(name, text) for name, text in found.items() if name in READERS}
    return read(
        raw,
        found.get("edits", ""),
        Exploration(
            language=found.get("lang", ""),
            whole="part" not in found,
            known=found.get("v", str(VERSION)) == str(VERSION),
            private=found.get("private") == "1",
        ),
    )


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _from_text(name: str, text: str) -> object:
    if isinstance(DEFAULTS[name], str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None  # no field's reader takes it
