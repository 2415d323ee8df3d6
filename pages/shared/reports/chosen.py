"""What the reader has chosen, as it stands in a report: enough to compute its numbers again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.reader.model import THIS_HEAD
from core.reader.records import FIELDS
from core.reader.training import TrainingChoice
from core.taken.report import Section, Table
from core.training.contenders import Contender
from pages.shared.reader.session import reader
from pages.shared.reports.taken import bare
from pages.shared.text import Text, labels
from pages.shared.views.contenders import contender, farthest

_WHOSE = {"rnn": "RNN · ", "cnn": "CNN · "}


def every(text: Text, choice: object, without: Sequence[str] = ()) -> dict[str, str]:
    """What the controls of a record's fields show.

    Args:
        text: The reader's language.
        choice: The record.
        without: Fields that change nothing in the report, or that it shows elsewhere.
    """
    return shown(text, choice, *(name for name in vars(choice) if name not in without))


def shown(text: Text, choice: object, *names: str) -> dict[str, str]:
    """What the controls of some fields show, as far as they change something."""
    return {
        name: told_value(text, name, getattr(choice, name))
        for name in names
        if _matters(choice, name)
    }


def settings(text: Text, values: Mapping[str, str], tables: Sequence[Table] = ()) -> Section:
    """What the reader has chosen, by the names of the controls; further tables below."""
    rows = [
        (_WHOSE.get(name[:3], "") + bare(text(f"{name}.label")), value)
        for name, value in values.items()
    ]
    first = Table("", [text("report.value")], rows)
    return Section(text("report.settings"), tables=[first, *tables])


def _matters(choice: object, name: str) -> bool:
    """Tell whether a field changes something where the others are as they are."""
    only_with = FIELDS[name].only_with if name in FIELDS else None
    return only_with is None or getattr(choice, only_with[0]) in only_with[1]


def told_value(text: Text, name: str, value: object) -> str:
    """What a field's control shows for a value."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        value = tuple("·".join(map(str, pair)) for pair in value)
    if isinstance(value, tuple):
        return text("sentence.comma").join(told_value(text, name, it) for it in value) or "–"
    if name in _NAMED:
        return _NAMED[name](text, value)
    if isinstance(value, bool):
        return text("report.yes" if value else "report.no")
    if isinstance(value, str):
        return text(f"{name}.{value}") if f"{name}.{value}" in labels() else value
    if isinstance(value, int):
        return str(value + (name in FIELDS and FIELDS[name].place))
    return f"{value:g}"


def _matrix(text: Text, name: str) -> str:
    return text(f"matrix.{name}")


def _aggregate(text: Text, kind: str) -> str:
    return text(f"aggregate.{kind}")


def _line(text: Text, head: int) -> str:
    return text("model_lines.shown") if head == THIS_HEAD else str(head)


def _contender(text: Text, name: Contender) -> str:
    return contender(text, name, reader().record(TrainingChoice).race.design)


_NAMED: Mapping[str, Callable[[Text, Any], str]] = {
    "training_contenders": _contender,
    "training_inside": _contender,
    "training_distance": farthest,
    "training_budget": lambda _, budget: f"{budget:,}",
    "model_lines": _line,
    "corrections_open": lambda text, claim: text(f"correction.{claim}.claim"),
    **dict.fromkeys(("model_aggregate", "upload_aggregate"), _aggregate),
    **dict.fromkeys(("shown_parameter", "shown_result", "upload_shown"), _matrix),
}
"""Fields whose controls have words of their own for a value."""
