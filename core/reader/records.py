"""All fields of all pages, and the page that shows which of them."""

from collections.abc import Mapping

from core.reader.explore import (
    Choice,
    HeadsChoice,
    NumbersChoice,
    PositionsChoice,
    SentenceChoice,
    StageChoice,
)
from core.reader.fields import Kind, kinds
from core.reader.generating import CacheChoice
from core.reader.ideas import BuffetChoice, CorrectionsChoice, CostChoice, CrossChoice, ReachChoice
from core.reader.model import ModelChoice, UploadChoice
from core.reader.recall import RecallChoice
from core.reader.training import TrainingChoice
from core.reader.why import WhyChoice

PAGES: Mapping[str, tuple[type, ...]] = {
    "explore": (Choice, StageChoice, NumbersChoice),
    "path": (Choice,),
    "model": (ModelChoice,),
    "upload": (UploadChoice,),
    "why": (WhyChoice,),
    "cross": (CrossChoice,),
    "heads": (Choice, HeadsChoice),
    "positions": (Choice, PositionsChoice),
    "reach": (Choice, ReachChoice, RecallChoice),
    "buffet": (BuffetChoice,),
    "cost": (SentenceChoice, CostChoice, CacheChoice),
    "training": (TrainingChoice,),
    "corrections": (Choice, CorrectionsChoice),
}
"""Page to the records of what is chosen on it: its links hold them."""

NAMES: Mapping[type, Mapping[str, Kind]] = {
    record: kinds(record) for records in PAGES.values() for record in records
}
"""Record to its fields, by their names."""

FIELDS: Mapping[str, Kind] = {
    name: kind for named in NAMES.values() for name, kind in named.items()
}
"""Every field of every page, by its name."""

DEFAULTS: Mapping[str, object] = {
    name: getattr(record, name) for record, named in NAMES.items() for name in named
}
"""A field's value where a link does not name it; sentences begin so in Chinese only."""

RETIRED = ("training_ran", "training_paused", "training_taught")
"""Names in older links of what is no choice any more: they are passed over."""


def limits(name: str) -> tuple[int, int]:
    """Give the smallest and the largest value of a whole number."""
    low, high = FIELDS[name].limits
    return int(low), int(high)
