"""What the reader has chosen, as it stands in a report: enough to compute its numbers again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.choices.model import THIS_HEAD
from core.choices.reach import MASK_NUMBERS
from core.choices.reading import Reader, Record, read
from core.choices.training import READERS, TrainingChoice
from core.masks import kinds_using
from core.taken.report import Section, Table
from core.training.contenders import Contender
from pages.shared.reader.book import book
from pages.shared.reports.taken import bare
from pages.shared.text import Text, labels
from pages.shared.views.contenders import contender, farthest

_WHOSE = {"rnn": "RNN · ", "cnn": "CNN · "}
_PLACES = (
    *("head", "query", "key", "padded", "heads_off", "positions_places", "positions_word"),
    *("training_layer", "training_head", "training_query", "training_key", "model_query"),
    *("model_key", "upload_query", "upload_key", "buffet_place", "buffet_dish"),
    *("cross_head", "cross_word_a", "cross_word_b", "cross_word_other"),
)
"""Fields that count from 0 what pages count from 1."""

_PAIRS = ("model_off",)
"""Fields that hold (layer, head) pairs."""

_ONLY_WITH = {
    "window": ("mask", kinds_using("width")),
    "padded": ("mask", kinds_using("padded")),
    "rnn_gain": ("rnn_kind", ("rnn",)),
    "training_symbols": ("training_task", ("recall", "pairs")),
    "training_distance": ("training_task", ("recall", "pairs")),
    "cross_seed": ("cross_numbers", ("seeded",)),
    "reach_n": ("reach_tokens", ("numbers",)),
    **{name: ("reach_mask", kinds_using(number)) for name, number in MASK_NUMBERS.items()},
    "reach_gain": ("reach_kind", ("rnn",)),
}
"""Fields that change something only while another one has one of some values."""


def chosen(kind: Callable[..., Record], readers: Mapping[str, Reader]) -> Record:
    """A page's choice as it was noted, without touching a widget."""
    record, _ = read(kind, readers, book()["fields"])
    return record


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
        if name not in _ONLY_WITH or _matters(choice, *_ONLY_WITH[name])
    }


def settings(text: Text, values: Mapping[str, str], tables: Sequence[Table] = ()) -> Section:
    """What the reader has chosen, by the names of the controls; further tables below."""
    rows = [
        (_WHOSE.get(name[:3], "") + bare(text(f"{name}.label")), value)
        for name, value in values.items()
    ]
    first = Table("", [text("report.value")], rows)
    return Section(text("report.settings"), tables=[first, *tables])


def _matters(choice: object, other: str, values: Sequence[str]) -> bool:
    return getattr(choice, other) in values


def told_value(text: Text, name: str, value: object) -> str:
    """What a field's control shows for a value."""
    if isinstance(value, tuple) and name in _PAIRS:
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
        return str(value + (name in _PLACES))
    return f"{value:g}"


def _matrix(text: Text, name: str) -> str:
    return text(f"matrix.{name}")


def _line(text: Text, head: int) -> str:
    return text("model_lines.shown") if head == THIS_HEAD else str(head)


def _contender(text: Text, name: Contender) -> str:
    return contender(text, name, chosen(TrainingChoice, READERS).race.design)


_NAMED: Mapping[str, Callable[[Text, Any], str]] = {
    "training_contenders": _contender,
    "training_inside": _contender,
    "training_distance": farthest,
    "training_budget": lambda _, budget: f"{budget:,}",
    "model_lines": _line,
    "corrections_open": lambda text, claim: text(f"correction.{claim}.claim"),
    **dict.fromkeys(("shown_parameter", "shown_result", "upload_shown"), _matrix),
}
"""Fields whose controls have words of their own for a value."""
