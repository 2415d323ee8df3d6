"""An exploration as a file of JSON, and back; a file with the settings of a race is read, too."""

import json
from collections.abc import Mapping
from typing import Any

from core.choices import edited, training
from core.choices.edited import Shelves
from core.choices.exploration import READERS, VERSION, Exploration, read
from core.errors import InputError

LARGEST_FILE = 8_000_000
"""Bytes of a file that is read, or written: enough for all edits of a session, but for very long
words; what was changed longest ago is left out then."""

_MOST_MARKS = 12 * edited.MOST_KEPT
"""Brackets and commas of a file that is read, more than any of ours has: each becomes a value of
many times its bytes."""


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
    return read(fields, rows, Exploration(page, language, whole=whole, known=known))


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
