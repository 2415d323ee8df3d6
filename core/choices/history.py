"""The states that edits went through, shelf by shelf: as short text and back.

A state is written as what undoing changes, so that fifty steps of one cell each take little more
room than fifty cells.
"""

import json
from collections.abc import Mapping, Sequence

from core.choices import edited, packed
from core.choices.edited import MOST_KEPT, Address
from core.choices.explore import MOST_EDITS
from core.choices.reading import sequence

MOST_STEPS = 50
"""Steps that can be undone."""

MOST_WRITTEN = 900_000
"""Bytes of the text before it is packed: enough for all that a session keeps, but for very long
words; what was longest ago is left out then."""

_NOTHING = "[]"  # as a step: nothing changes
_MOST_READ = MOST_WRITTEN + 1_000  # with brackets and commas

State = Mapping[Address, float]
Histories = Mapping[str, Sequence[State]]
"""Shelf to its states, the present one last; the shelf that was changed last is the last one."""


def without_words(found: Histories) -> dict[str, list[State]]:
    """The states without the edits that name words of a sentence; see :mod:`edited`."""
    kept: dict[str, list[State]] = {}
    for shelf, states in found.items():
        for state in states:
            bare = edited.without_words({shelf: state})[shelf]
            if bare != kept.setdefault(shelf, [bare])[-1]:
                kept[shelf].append(bare)
    return kept


def pack(found: Histories) -> str:
    """The latest states as a short text, as many as ``MOST_WRITTEN`` allows; empty for none."""
    left, written = MOST_WRITTEN, []
    for shelf, states in reversed(list(found.items())):
        row, later = [json.dumps(shelf)], {}
        for state in reversed(states):
            step = json.dumps(_changes(later, state), separators=(",", ":"))
            left -= len(row[0]) + len(step)
            if left < 0:
                break
            row.append(step)
            later = state
        if any(step != _NOTHING for step in row[1:]):
            written.append(f"[{','.join(row)}]")
    return packed.compressed(f"[{','.join(written[::-1])}]") if written else ""


def unpack(text: str) -> dict[str, list[State]]:
    """The states that :func:`pack` wrote.

    Raises:
        ValueError, TypeError, OverflowError: If it did not write them, or they are too many.
    """
    found: dict[str, list[State]] = {}
    left = MOST_KEPT
    for row in sequence(packed.unpack(text, _MOST_READ)):
        raw, *steps = sequence(row)
        shelf, later, states = edited.known_shelf(raw), {}, []
        if len(steps) > MOST_STEPS + 1:
            raise ValueError(f"more than {MOST_STEPS} steps")
        for step in steps:
            later = _changed(shelf, later, sequence(step))
            left -= 1 + len(later)
            if left < 0:
                raise ValueError("more cells than a session keeps")
            states.append(later)
        found[shelf] = states[::-1]
    return found


def _changes(before: State, after: State) -> list[list[object]]:
    """What makes one state of another; nothing as a number where a cell is no longer changed."""
    changed = [[*it, value] for it, value in after.items() if before.get(it) != value]
    return changed + [[*it, None] for it in before if it not in after]


def _changed(shelf: str, before: State, changes: Sequence[object]) -> State:
    after = dict(before)
    for change in changes:
        *address, value = sequence(change)
        _, at, number = edited.cell([shelf, *address, 0 if value is None else value])
        after.pop(at, None)
        if value is not None:
            after[at] = number
    if len(after) > MOST_EDITS:
        raise ValueError(f"more than {MOST_EDITS} edits")
    return after
