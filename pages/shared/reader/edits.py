"""What the reader changed in tables: put on shelves, undone, reset.

Edits lie on *shelves*: one for each source of numbers, one for the hand-drawn mask. An edit of a
word's vector is addressed by the word, not by its position, so that it stays with the word and
comes back with it.
"""

from collections.abc import Collection, Mapping

from core.choices import explore, lesson
from core.choices.edited import BUFFET, MASK, Address, Shelves
from core.choices.explore import MOST_EDITS, Choice
from core.choices.history import MOST_KEPT, MOST_STEPS, Histories
from core.choices.reading import read
from core.choices.training import READERS, TrainingChoice
from core.layer import Edit
from core.tokens import occurrences
from pages.shared.reader import typed
from pages.shared.reader.book import book

State = dict[Address, float]
"""The edits of a shelf."""


def shelf(choice: Choice) -> str:
    """Where the edits of the choice's source lie."""
    return f"seeded {choice.seed}" if choice.source == "seeded" else "handset"


def collect() -> None:
    """Take what was typed into the tables since they were drawn; to be called first in a run."""
    for on, changes in typed.changes():
        _put(on, book()["edits"].get(on, {}) | changes)


def receive(*, of_buffet: bool = False) -> None:
    """Take what a link brings; to be called before the edits are asked for.

    Args:
        of_buffet: Whether the page shows the buffet's tables; the others show the layer's.
    """
    session = book()
    if of_buffet:
        show(BUFFET)
    if session["arrival"]:
        found = session["arrival"].shelves
        choice, _ = read(Choice, explore.READERS, session["arrival"].fields)
        training, _ = read(TrainingChoice, READERS, session["arrival"].fields)
        own = lesson.shelf(training) if choice.source == "trained" else shelf(choice)
        shown = {BUFFET} if of_buffet else {MASK, own, *(found.keys() - {BUFFET})}
        put({on: found.get(on, {}) for on in shown})


def show(*shelves: str) -> None:
    """Count shelves among those that the page shows: its address holds them."""
    book()["shelves"].extend(shelves)


def matrix_edits(on: str, tokens: tuple[str, ...]) -> tuple[Edit, ...]:
    """The edits of a source's shelf, for the words of this sentence."""
    rows = {name: row for row, name in enumerate(occurrences(tokens))}
    found = []
    for at, value in book()["edits"].get(on, {}).items():
        if at.table != "x":
            found.append(Edit(at.table, (int(at.row_of), at.row, at.column), value))
        elif (at.row_of, at.row) in rows:
            found.append(Edit("x", (0, rows[at.row_of, at.row], at.column), value))
    return tuple(found)


def blocked_pairs(tokens: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """The (query, key) pairs that the hand-drawn mask forbids in this sentence."""
    rows = {name: row for row, name in enumerate(occurrences(tokens))}
    drawn = book()["edits"].get(MASK, {})
    pairs = (
        (rows.get((it.row_of, it.row)), rows.get((it.column_of, it.column)))
        for it, may_look in drawn.items()
        if not may_look
    )
    return tuple(sorted((q, k) for q, k in pairs if q is not None and k is not None))


def can_undo(on: str) -> bool:
    """Whether there is a step to take back."""
    return bool(book()["history"].get(on))


def undo(on: str) -> None:
    """Take the last change on a shelf back; a second click may come when there is none left."""
    if not can_undo(on):
        return
    book()["edits"][on] = book()["history"][on].pop()


def reset(on: str, matrix: str | None = None) -> None:
    """Give a matrix, or all of them, back to the source; this can be undone."""
    edits = book()["edits"].get(on, {})
    kept = {
        address: value for address, value in edits.items() if matrix not in (None, address.table)
    }
    _put(on, kept)


def replace_all(found: Shelves) -> None:
    """Let these be the edits of all pages; each shelf can be undone."""
    put({on: found.get(on, {}) for on in book()["edits"].keys() | found.keys()})


def put(found: Shelves) -> None:
    """Let these be the edits on their shelves; others stay. Each shelf can be undone."""
    for on, edits in found.items():
        _put(on, dict(edits))


def histories() -> dict[str, list[dict[Address, float]]]:
    """All shelves that were ever changed, the latest last: their states, the present one last."""
    session = book()
    return {on: [*session["history"].get(on, []), it] for on, it in session["edits"].items()}


def resume(kept: Histories, *, partly: bool) -> None:
    """Go on from what the tab kept, where it fits what the session shows.

    Edits that the session began with, from a link or without any, stay what they are: if they are
    the last ones that the tab kept, what was before them can be undone. Shelves that the session
    did not begin with come back as a whole.

    Args:
        kept: What the tab kept.
        partly: Whether the session began with a part of the last edits, as much as the address
            held of them.
    """
    session = book()
    begun, now = session["begun"].edits if session["begun"] else {}, histories()
    for on, states in kept.items():
        own = now.get(on, [{}])
        if on in begun:
            found = _joined([dict(it) for it in states], begun[on], own, partly=partly)
        else:
            found = [] if on in now else [dict(it) for it in states]
        if found and len(found[-1]) <= MOST_EDITS:
            session["edits"][on] = found[-1]
            session["history"][on] = found[:-1][-MOST_STEPS:]
            _forget_oldest(on)


def _joined(states: list[State], begun: State, own: list[State], *, partly: bool) -> list[State]:
    """What a tab kept of a shelf, and what was done since; nothing if they do not fit.

    Args:
        states: What the tab kept.
        begun: What the session began with.
        own: All states since, that one among them if the reader has not gone back beyond it.
        partly: As in :func:`resume`.
    """
    if not states or (begun != states[-1] and not partly):
        return []
    if begun in own:
        since = own[own.index(begun) :]
        return states[:-1] + [_as_changed(states[-1], begun, it) for it in since]
    return states[:-1]  # the reader has gone back meanwhile


def _put(on: str, edits: dict[Address, float]) -> None:
    session = book()
    before = session["edits"].get(on, {})
    if edits == before or len(edits) > MOST_EDITS:
        return
    session["history"].setdefault(on, []).append(before)
    del session["history"][on][:-MOST_STEPS]
    session["edits"].pop(on, None)
    session["edits"][on] = edits  # the last one is the latest
    _forget_oldest(on)


def _as_changed(whole: State, part: State, now: State) -> State:
    """Edits of which only a part was there, changed as that part has been."""
    changed = {it: value for it, value in now.items() if part.get(it) != value}
    return {it: value for it, value in {**whole, **changed}.items() if it in now or it not in part}


def _forget_oldest(latest: str) -> None:
    """Keep within ``MOST_KEPT``: earlier states go first, then what holds on the oldest shelves."""
    edits, history = book()["edits"], book()["history"]
    while _size(edits.values()) + sum(map(_size, history.values())) > MOST_KEPT:
        changed = next((on for on in edits if history.get(on)), None)
        if changed is None:
            del edits[next(on for on in edits if on != latest)]
        else:
            history[changed].pop(0)


def _size(states: Collection[Mapping[Address, float]]) -> int:
    """Cells, and one more for each state: empty ones are not for nothing."""
    return len(states) + sum(map(len, states))
