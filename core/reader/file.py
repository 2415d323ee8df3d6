"""Everything that a reader chose as a file of JSON, and back; the settings of a race, too."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from core.errors import InputError
from core.reader.cells import MOST_KEPT, Shelves, rows
from core.reader.link import (
    VERSION,
    Notice,
    defaults_of,
    read_edits,
    read_language,
    read_version,
)
from core.reader.reader import Reader, restore, usable
from core.reader.records import FIELDS, NAMES, RETIRED
from core.reader.training import TrainingChoice
from core.training.contenders import LEARNING_RATES
from core.training.race import BATCH

LARGEST_FILE = 8_000_000
"""Bytes of a file that is read, or written: enough for all edits of a session, but for very long
words; what was changed longest ago is left out then."""

_MOST_MARKS = 12 * MOST_KEPT
"""Brackets and commas of a file that is read, more than any of ours has: each becomes a value of
many times its bytes."""


def to_file(reader: Reader) -> bytes:
    """Write every field and every changed cell that ``LARGEST_FILE`` has room for."""
    said = {
        "attention_lab": VERSION,
        "page": reader.page,
        "language": reader.language,
        "fields": dict(sorted(reader.fields.items())),
    }
    left = dict(reader.edits)
    content = _written(said, left)
    while len(content) > LARGEST_FILE and left:
        del left[next(iter(left))]
        content = _written({**said, "part": True}, left)
    return content


def take_file(reader: Reader, content: bytes) -> tuple[Reader, Notice]:
    """Let every page be as a file says: a whole exploration, or the settings of a race.

    Raises:
        InputError: ``file_too_large``; ``file_not_ours`` if it is not such a file.
    """
    said = _parsed(content)
    if "attention_lab" not in said:
        race, notice = take_race(reader, content)
        return replace(race, page="training"), notice
    try:
        raw, rows_or_text = dict(said["fields"]), said["edits"]
        page, code = str(said["page"]), str(said["language"])
    except (ValueError, TypeError, KeyError) as problem:
        raise InputError("file_not_ours") from problem
    fields, unusable = usable(raw)
    edits, edits_unusable = read_edits(rows_or_text)
    language, language_unusable = read_language(code)
    version, known = read_version(said["attention_lab"])
    reader = replace(reader, language=language or reader.language)
    restored = restore(reader, page, {**defaults_of(version), **fields}, edits)
    names = tuple(sorted((*unusable, *edits_unusable, *language_unusable)))
    return restored, Notice(names, whole=not said.get("part"), known=known, file=True)


def race_settings(choice: TrainingChoice) -> str:
    """Write the settings of a race, and what was not to be chosen."""
    rates = {name: LEARNING_RATES[name] for name in choice.training_contenders}
    fixed = {"optimiser": "Adam", "learning_rates": rates, "batch": BATCH}
    return json.dumps(asdict(choice) | fixed, indent=2)


def take_race(reader: Reader, content: bytes) -> tuple[Reader, Notice]:
    """Take the settings of a race; a file with a whole exploration has them among its fields.

    Raises:
        InputError: ``file_too_large``; ``training_file`` if there are none in it;
            ``training_unusable`` if none of them is usable.
    """
    try:
        said = _parsed(content)
        raw = dict(said.get("fields", said))
    except (InputError, ValueError, TypeError) as problem:
        if isinstance(problem, InputError) and problem.code == "file_too_large":
            raise
        raise InputError("training_file") from problem
    names = NAMES[TrainingChoice].keys()
    fields, unusable = usable({name: raw[name] for name in raw.keys() & names})
    if not fields:
        raise InputError("training_unusable" if unusable else "training_file")
    others = {name: value for name, value in reader.fields.items() if name not in names}
    return replace(reader, fields={**others, **fields}), Notice(unusable, file=True)


def _parsed(content: bytes) -> dict[str, Any]:
    """Read an object of JSON that could be ours."""
    if len(content) > LARGEST_FILE:
        raise InputError("file_too_large", size=len(content), limit=LARGEST_FILE)
    if sum(map(content.count, (b"[", b"{", b","))) > _MOST_MARKS:
        raise InputError("file_not_ours")
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise InputError("file_not_ours") from problem
    if not isinstance(said, dict) or not said.keys() & {"attention_lab", *FIELDS, *RETIRED}:
        raise InputError("file_not_ours")
    return said


def _written(said: Mapping[str, object], edits: Shelves) -> bytes:
    """Write one changed cell a line, since there may be thousands."""
    head = json.dumps(said, ensure_ascii=False, indent=1, allow_nan=False).removesuffix("\n}")
    lines = ",\n".join(json.dumps(it, ensure_ascii=False, allow_nan=False) for it in rows(edits))
    return f'{head},\n "edits": [\n{lines}\n ]\n}}'.encode()
