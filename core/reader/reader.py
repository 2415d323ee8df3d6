"""The reader as a frozen value, and what happens to it: functions from a reader to a reader."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple, TypeVar

from core.errors import InputError
from core.measures import choosiest
from core.reader.cells import BUFFET, MASK, MOST_EDITS, MOST_KEPT, Cells, Shelves, head_shelf, shelf
from core.reader.examples import EXAMPLES, SENTENCES, Language
from core.reader.explore import Choice, SourceKind
from core.reader.fields import one_of, read_flag
from core.reader.model import HEAD_FIELDS, ModelChoice
from core.reader.records import DEFAULTS, FIELDS, NAMES, PAGES
from core.reader.training import TrainingChoice
from core.tokens import follow

LANGUAGES = tuple(SENTENCES)
"""Languages that a reader can choose."""

MOST_STEPS = 50
"""Steps on a shelf that can be undone."""

_POINTING = ("sentence", "unit", "cutting", "source", "n_heads", "head", "query", "key", "padded")
_CUT = {"sentence": "cutting", "cross_a": "cross_cutting", "cross_b": "cross_cutting"}
_OWN = {"language": one_of(LANGUAGES), "private": read_flag}  # chosen beside the pages' fields

Record = TypeVar("Record")


class Draft(NamedTuple):
    """A text that could not be used: it stays in its box, to be mended, and changes nothing."""

    text: str
    reason: InputError


@dataclass(frozen=True)
class Reader:
    """Everything that decides what is on the screen.

    Attributes:
        language: One of ``LANGUAGES``.
        page: The name of the page that is open.
        private: The reader keeps their sentences out of links.
        fields: Names of fields to usable values; the others have their defaults.
        drafts: Names of fields to what was typed there and could not be used.
        edits: The changed cells, by shelf.
        past: Shelf to its earlier states, the latest last: undo goes back to them.
        undone: Shelf to the states that were undone, the latest last: redo goes on to them.
    """

    language: Language = "en"
    page: str = ""
    private: bool = False
    fields: Mapping[str, object] = field(default_factory=dict)
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    edits: Shelves = field(default_factory=dict)
    past: Mapping[str, tuple[Cells, ...]] = field(default_factory=dict)
    undone: Mapping[str, tuple[Cells, ...]] = field(default_factory=dict, compare=False)

    def __getitem__(self, name: str) -> object:
        """Give a field's value, or of ``language`` and ``private`` the reader's own."""
        return getattr(self, name) if name in _OWN else self.fields.get(name, DEFAULTS[name])

    @property
    def values(self) -> Mapping[str, object]:
        """Every field with its value."""
        return {**DEFAULTS, **self.fields}

    def record(self, kind: type[Record]) -> Record:
        """Give the reader's choice on a page as a record."""
        fields = self.fields
        return kind(**{name: fields[name] for name in NAMES[kind] if name in fields})

    @property
    def page_fields(self) -> tuple[str, ...]:
        """Names of the fields that the open page shows; its link holds them."""
        names = chain(*[NAMES[record] for record in PAGES.get(self.page, ())])
        return (*names, *self._numbers.fields)

    @property
    def page_shelves(self) -> tuple[str, ...]:
        """Names of the shelves whose edits the open page shows; its link holds them."""
        if Choice in PAGES.get(self.page, ()):
            return MASK, self._numbers.shelf(self)
        return (BUFFET,) if self.page == "buffet" else ()

    @property
    def _numbers(self) -> "_Numbers":
        """Tell what the numbers of the layer on the open page depend on; others are of words."""
        source = self.record(Choice).source if self.page == "explore" else ""
        return _ELSEWHERE.get(source, _Numbers((), lambda it: shelf(it.record(Choice))))


class _Numbers(NamedTuple):
    """What a layer's numbers depend on besides the page's own fields, and where their edits lie."""

    fields: Collection[str]
    shelf: Callable[[Reader], str]


_ELSEWHERE = {
    "trained": _Numbers(NAMES[TrainingChoice], lambda it: it.record(TrainingChoice).shelf),
    "basis": _Numbers(
        HEAD_FIELDS, lambda it: head_shelf(it.record(Choice), it.record(ModelChoice))
    ),
}
"""Sources whose numbers are made on another page."""


def usable(raw: Mapping[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """Keep the fields whose values can be used, and name those that cannot; others are left out."""
    fields, unusable = {}, []
    for name in FIELDS.keys() & raw.keys():
        try:
            fields[name] = FIELDS[name].read(raw[name])
        except (ValueError, TypeError, OverflowError):
            unusable.append(name)
    return fields, tuple(sorted(unusable))


def choose(reader: Reader, raw: Mapping[str, object]) -> tuple[Reader, tuple[str, ...]]:
    """Take what widgets hold, whatever that is.

    Args:
        reader: As before.
        raw: Names of fields, ``language`` or ``private`` to new values of any kind.

    Returns:
        The reader, and the names of fields that keep their last usable value.
    """
    fields, drafts, own, unusable = dict(reader.fields), dict(reader.drafts), {}, []
    for name, value in raw.items():
        try:
            if name in _OWN:
                own[name] = _OWN[name](value)
            else:
                fields[name] = FIELDS[name].read(value)
                if (rule := _CUT.get(name)) and rule not in raw:
                    fields.pop(rule, None)  # a new sentence is cut by today's rule
            drafts.pop(name, None)
        except InputError as reason:
            drafts[name] = Draft(str(value), reason)
        except (ValueError, TypeError, OverflowError):
            unusable.append(name)
    chosen = replace(reader, fields=fields, drafts=drafts, **own)
    pointed = "query" in raw  # by who gave the words: it follows none of before
    return _pointing(chosen, None if pointed else reader), tuple(unusable)


def begin(reader: Reader, page: str, fields: Mapping[str, object], edits: Shelves) -> Reader:
    """Open a page in a certain state; what is not named is there as in the beginning.

    Args:
        reader: As before; choices on other pages stay.
        page: The page.
        fields: Names to usable values.
        edits: The changed cells.
    """
    opened = replace(reader, page=page, fields={**reader.fields, **fields}, drafts={})
    reset_here = {*opened.page_fields} - fields.keys()
    kept = {name: it for name, it in opened.fields.items() if name not in reset_here}
    opened = _pointing(replace(opened, fields=kept), None)
    for name in dict.fromkeys((*opened.page_shelves, *edits)):
        opened = put(opened, name, edits.get(name, {}))
    return opened


def show_example(reader: Reader, name: str) -> Reader:
    """Take one of the ``EXAMPLES``, with the words it points at."""
    fresh = {"unit": "words", "head": 0, "padded": []}
    return choose(reader, {**EXAMPLES[name].chosen, **fresh})[0]


def restore(reader: Reader, page: str, fields: Mapping[str, object], edits: Shelves) -> Reader:
    """Let every page be as a file says; what it does not name is as in the beginning."""
    restored = _pointing(replace(reader, page=page, fields=dict(fields), drafts={}), None)
    for name in {**reader.edits, **edits}:
        restored = put(restored, name, edits.get(name, {}))
    return restored


def type_cells(reader: Reader, on: str, cells: Cells) -> Reader:
    """Change cells of a shelf."""
    return put(reader, on, {**reader.edits.get(on, {}), **cells})


def reset(reader: Reader, on: str, table: str | None = None) -> Reader:
    """Give a table, or all of a shelf, back to the source."""
    cells = reader.edits.get(on, {})
    return put(reader, on, {at: it for at, it in cells.items() if table not in (None, at.table)})


def put(reader: Reader, on: str, cells: Cells) -> Reader:
    """Let these be the cells of a shelf; more than ``MOST_EDITS`` change nothing."""
    before = reader.edits.get(on, {})
    if cells == before or len(cells) > MOST_EDITS:
        return reader
    past = {**reader.past, on: (*reader.past.get(on, ()), before)[-MOST_STEPS:]}
    undone = {name: states for name, states in reader.undone.items() if name != on}
    changed = replace(reader, edits=_latest(reader.edits, on, cells), past=past, undone=undone)
    return _within_memory(changed, on)


def undo(reader: Reader, on: str) -> Reader:
    """Take the last change on a shelf back; if there is none, nothing happens."""
    past = reader.past.get(on, ())
    if not past:
        return reader
    undone = (*reader.undone.get(on, ()), reader.edits.get(on, {}))
    return _moved(reader, on, past[-1], past[:-1], undone)


def redo(reader: Reader, on: str) -> Reader:
    """Do what was undone last on a shelf once more; if nothing was, nothing happens."""
    undone = reader.undone.get(on, ())
    if not undone:
        return reader
    past = (*reader.past.get(on, ()), reader.edits.get(on, {}))
    return _moved(reader, on, undone[-1], past, undone[:-1])


def _moved(
    reader: Reader, on: str, cells: Cells, past: tuple[Cells, ...], undone: tuple[Cells, ...]
) -> Reader:
    moved = replace(
        reader,
        edits=_latest(reader.edits, on, cells),
        past=_latest(reader.past, on, past),
        undone=_latest(reader.undone, on, undone),
    )
    return _within_memory(moved, on)


def _latest(shelves: Mapping[str, Record], on: str, value: Record) -> dict[str, Record]:
    """Put a shelf's value behind all others; an empty one is left out."""
    others = {name: it for name, it in shelves.items() if name != on}
    return {**others, on: value} if value else others


def _within_memory(reader: Reader, latest: str) -> Reader:
    """Keep within ``MOST_KEPT``: earlier states go first, then the cells of the oldest shelves."""
    edits, past, undone = dict(reader.edits), dict(reader.past), dict(reader.undone)
    while sum(map(_size, (edits.values(), *past.values(), *undone.values()))) > MOST_KEPT:
        for states in (past, undone):
            if changed := next((on for on in states if states[on]), None):
                states[changed] = states[changed][1:]
                break
        else:
            del edits[next(on for on in edits if on != latest)]
    return replace(reader, edits=edits, past=past, undone=undone)


def _size(states: Collection[Cells]) -> int:
    """Count cells, and one more for each state: empty ones are not for nothing."""
    return len(states) + sum(map(len, states))


def _pointing(reader: Reader, before: Reader | None) -> Reader:
    """Point at words and a head that exist, and at the same words as before.

    Args:
        reader: After a change.
        before: Before it; none if what points at words was given with them.
    """
    if before and _pointers(reader) == _pointers(before):
        return reader
    choice = reader.record(Choice)
    tokens = choice.tokens.kept
    if before:
        choice = _following(choice, before.record(Choice).tokens.kept, tokens)
    choice = choice.within(len(tokens))
    moved = {name: getattr(choice, name) for name in ("query", "key", "head", "padded")}
    fields = {name: it for name, it in moved.items() if it != reader[name]}
    return replace(reader, fields={**reader.fields, **fields}) if fields else reader


def _pointers(reader: Reader) -> list[object]:
    """List what decides which words are pointed at."""
    return [reader.fields.get(name) for name in _POINTING]


def _following(choice: Choice, before: tuple[str, ...], tokens: tuple[str, ...]) -> Choice:
    """Let what points at a word stay with it when the sentence is edited around it."""
    if before == tokens:
        return choice
    place = follow(before, tokens)
    query, key = place.get(choice.query), place.get(choice.key)
    padded = tuple(place[position] for position in choice.padded if position in place)
    choice = replace(choice, padded=padded)
    if query is None or key is None:
        query, key = _standing_out(choice, tokens, query)
    return replace(choice, query=query, key=key)


def _standing_out(choice: Choice, tokens: tuple[str, ...], query: int | None) -> tuple[int, int]:
    """Find a pair to begin with: the word that asks, else the choosiest, and its heaviest key."""
    source: SourceKind = "seeded" if choice.source == "seeded" else "handset"  # of sentences
    layer = replace(choice, source=source).layer_source.trace_of(tokens).layers[0]
    head = choice.within(len(tokens)).head
    if query is None:
        query = choosiest(layer.weights[head], layer.may_look[head])
    return query, int(layer.weights[head, query].argmax())
