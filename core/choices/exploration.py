"""Everything a reader has chosen, as a link (``link``) or a file (``exploration_file``) says it.

Both hold the fields of the choice records by their names, and the edited cells. Reading never
raises at the person who opens a link: what cannot be used is left out, and named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

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
    reading,
    training,
    upload,
)
from core.choices.edited import Shelves
from core.choices.reading import Reader

VERSION = 1
"""Of links and files; a default that changes its meaning makes a new one."""

LANGUAGES = ("en", "zh")
"""Those that a link or a file may name."""

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


def read(raw: Mapping[str, object], edits: object, said: Exploration) -> Exploration:
    """An exploration with what can be used of its fields and edits, and the names of the rest.

    Args:
        raw: Names of fields to values, as they were found.
        edits: The edited cells, packed or as rows, as they were found.
        said: All else that was found.
    """
    fields, unread = reading.usable(READERS, raw)
    unusable = [*unread]
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
