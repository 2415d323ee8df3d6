"""Everything a reader has chosen: as the parameters of a link, as a file, and back.

Both hold the fields of the choice records by their names, and the edited cells. Reading never
raises at the person who opens a link: what cannot be used is left out, and named.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from core.choices import (
    buffet,
    corrections,
    cost,
    cross,
    edited,
    explore,
    heads,
    model,
    numbers,
    packed,
    positions,
    reach,
    training,
    upload,
)
from core.choices.edited import Shelves
from core.choices.reading import Reader
from core.errors import InputError

VERSION = 1
"""Of links and files; a default that changes its meaning makes a new one."""

LONGEST_LINK = 6_000
"""Bytes of a link's parameters; browsers take more, but not every place where links are pasted."""

LANGUAGES = ("en", "zh")
"""Those that a link or a file may name."""

LARGEST_FILE = 8_000_000
"""Bytes of a file that is read, or written: enough for all edits of a session, but for very long
words; what was changed longest ago is left out then."""

_MOST_MARKS = 12 * edited.MOST_KEPT
"""Brackets and commas of a file that is read, more than any of ours has: each becomes a value of
many times its bytes."""

TEXTS = (
    *("sentence", "model_sentence", "model_other", "cross_a", "cross_b", "upload_name"),
    "training_sequence",
)
"""Fields that hold what a reader wrote."""

_RECORDS = (
    (explore.Choice(), explore.READERS),
    (numbers.NumbersChoice(), numbers.READERS),
    (model.ModelChoice(), model.READERS),
    (cross.CrossChoice(), cross.READERS),
    (heads.HeadsChoice(), heads.READERS),
    (positions.PositionsChoice(), positions.READERS),
    (reach.ReachChoice(), reach.READERS),
    (buffet.BuffetChoice(), buffet.READERS),
    (cost.CostChoice(), cost.READERS),
    (training.TrainingChoice(), training.READERS),
    (upload.UploadChoice(), upload.READERS),
    (corrections.CorrectionsChoice(), corrections.READERS),
)

READERS: Mapping[str, Reader] = {
    name: reader for _, readers in _RECORDS for name, reader in readers.items()
}
"""Every field of every page, with what makes its value usable."""

DEFAULTS: Mapping[str, object] = {
    name: getattr(record, name) for record, readers in _RECORDS for name in readers
}
"""What a field holds when a link does not name it; sentences begin so in Chinese only."""


@dataclass(frozen=True)
class Exploration:
    """What a link or a file says.

    Attributes:
        page: The page's name; empty where a link's path tells it.
        language: As written in the link, or nothing.
        fields: Names to usable values; what is not named has its default.
        shelves: The edited cells.
        unusable: Names of fields, ``edits`` or ``language``, that could not be used.
        whole: Whether nothing was left out when it was made.
        known: Whether this version made it.
        private: Whether its reader keeps their sentences out of links.
    """

    page: str = ""
    language: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    shelves: Shelves = field(default_factory=dict)
    unusable: tuple[str, ...] = ()
    whole: bool = True
    known: bool = True
    private: bool = False


def parameters(
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
    return _read(
        raw,
        found.get("edits", ""),
        Exploration(
            language=found.get("lang", ""),
            whole="part" not in found,
            known=found.get("v", str(VERSION)) == str(VERSION),
            private=found.get("private") == "1",
        ),
    )


def to_file(
    page: str, fields: Mapping[str, object], shelves: Shelves | None = None, language: str = ""
) -> bytes:
    """The exploration as JSON, with every field and every edit that ``LARGEST_FILE`` has room for.

    Args:
        page: The page that is opened again.
        fields: Names to plain values; those that are no field's are left out.
        shelves: The edited cells; the shelf that was changed last is the last one.
        language: The reader's.
    """
    kept = {name: value for name, value in fields.items() if name in READERS}
    said = {
        "attention_lab": VERSION,
        "page": page,
        "language": language,
        "fields": dict(sorted(kept.items())),
    }
    left = dict(shelves or {})
    content = _written(said, left)
    while len(content) > LARGEST_FILE and left:
        del left[next(iter(left))]
        content = _written({**said, "part": True}, left)
    return content


def from_file(content: bytes) -> Exploration:
    """What a file says: a whole exploration, or the settings of a race.

    Raises:
        InputError: ``file_too_large``; ``file_not_ours`` if it is not such a file.
    """
    if len(content) > LARGEST_FILE:
        raise InputError("file_too_large", size=len(content), limit=LARGEST_FILE)
    if sum(map(content.count, (b"[", b"{", b","))) > _MOST_MARKS:
        raise InputError("file_not_ours")
    try:
        found = json.loads(content)
        found = {**found, **_race(found)}
        known = found["attention_lab"] == VERSION
        fields = dict(found["fields"])
        page, language = str(found["page"]), str(found["language"])
        rows, whole = found["edits"], not found.get("part")
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as problem:
        raise InputError("file_not_ours") from problem
    return _read(fields, rows, Exploration(page, language, whole=whole, known=known))


def usable(raw: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """The fields whose values can be used, and the names of the other fields."""
    fields, unusable = {}, []
    for name in raw.keys() & READERS.keys():
        try:
            fields[name] = READERS[name](raw[name])
        except (ValueError, TypeError, OverflowError):
            unusable.append(name)
    return fields, unusable


def _written(said: Mapping[str, object], shelves: Shelves) -> bytes:
    """A file's content: one row a line, since there may be thousands."""
    head = json.dumps(said, ensure_ascii=False, indent=1, allow_nan=False).removesuffix("\n}")
    rows = (json.dumps(it, ensure_ascii=False, allow_nan=False) for it in edited.rows(shelves))
    lines = ",\n".join(rows)
    return f'{head},\n "edits": [\n{lines}\n ]\n}}'.encode()


def _race(found: Mapping[str, object]) -> dict[str, Any]:
    """What makes the settings of a race a whole exploration; nothing if it is something else."""
    fields = {name: found[name] for name in found.keys() & training.READERS.keys()}
    if not fields or "attention_lab" in found:
        return {}
    page = {"attention_lab": VERSION, "page": "training", "language": "", "edits": ""}
    return {**page, "fields": fields}


def _read(raw: Mapping[str, object], edits: object, said: Exploration) -> Exploration:
    fields, unusable = usable(raw)
    shelves: Shelves = {}
    try:
        rows = packed.unpack(edits) if isinstance(edits, str) else edits
        shelves, whole = edited.usable(rows)
        if not whole:
            unusable.append("edits")
    except (ValueError, TypeError, OverflowError):
        unusable.append("edits")
    if said.language not in ("", *LANGUAGES):
        unusable.append("language")
    return replace(said, fields=fields, shelves=shelves, unusable=tuple(sorted(unusable)))


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _from_text(name: str, text: str) -> object:
    if isinstance(DEFAULTS[name], str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None  # no field's reader takes it
