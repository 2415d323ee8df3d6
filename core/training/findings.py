"""What a race has shown, sentence by sentence: every one computed from its own figures.

Nothing is said of contenders that did not take part, and where what is known of an architecture
did not come true, another sentence says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, assert_never

from core.training.contenders import ATTENTION, CONVOLUTIONAL, LINEAR, RECURRENT, Contender
from core.training.learning import RELIABLE
from core.training.outcome import Outcome
from core.training.race import Race, Snapshot

FALLS = 0.1
"""How much accuracy is lost from the nearest to the farthest answers where it gets worse."""


Names = tuple[Contender, ...]


class Who(NamedTuple):
    """Contenders by their names."""

    names: Names


class Far(NamedTuple):
    """The distance up to which somebody can be relied on; 0 for none."""

    tokens: int


class Each(NamedTuple):
    """Contenders, with how far each can be relied on or which part of its answers is right."""

    of: tuple[tuple[Contender, Far | float], ...]


Value = Who | Far | Each | int | float
"""Contenders, a reach, a number of tokens or steps, or a share of answers."""


class Finding(NamedTuple):
    """A sentence about a race.

    Attributes:
        name: Which one.
        values: What it is filled with.
    """

    name: str
    values: Mapping[str, Value]


NAMES: Mapping[str, tuple[str, ...]] = {
    "recall": (
        *("window", "window_whole", "window_not_yet", "window_whole_not_yet"),
        *("cnn_faster", "cnn_slower", "cnn_level", "cnn_alone"),
        *("memory", "memory_some", "memory_all", "memory_even"),
        *("state", "state_all"),
        *("attention_all", "attention_some", "attention_none"),
    ),
    "pairs": (
        *("attention_all", "attention_some", "attention_none"),
        *("seeing", "seeing_no_key", "seeing_some", "seeing_all"),
        *("memory", "memory_no_key", "memory_some", "memory_all"),
        *("state", "state_all"),
    ),
    "parity": (
        *("bit_whole", "bit", "other_whole", "other", "nobody"),
        *("memory", "attention", "cnn", "depends"),
    ),
}
"""Task to every sentence that there is about it."""


def findings(race: Race, snapshots: Sequence[Snapshot]) -> tuple[Finding, ...]:
    """What the snapshots show; nothing before somebody has learned.

    Args:
        race: What was asked for.
        snapshots: As far as it has come.
    """
    if not any(it.step for it in snapshots):
        return ()
    found = Outcome(race, snapshots)
    match race.design.task.kind:
        case "recall":
            near = *_windows(found), *_speed(found), *_memory(found)
            return (*near, *_state(found), *_positions(found))
        case "pairs":
            return (*_positions(found), *_seeing(found), *_one_memory(found), *_state(found))
        case "parity":
            return tuple(_parity(found))
        case unknown:
            assert_never(unknown)


def _windows(outcome: Outcome) -> Iterator[Finding]:
    """Recall: a CNN is right where it sees, and can only guess beyond."""
    for name in outcome.cnns:
        seen, level = outcome.seen(name), outcome.levels[name]
        beyond = outcome.distances[len(seen) :]
        learned = bool((level[: len(seen)] >= RELIABLE).all())
        found: dict[str, Value] = {"who": Who((name,)), "sees": seen[-1]}
        if not learned:
            found["far"] = Far(outcome.reach(name))
        if beyond:
            most = float(level[len(seen) :].max())
            found |= {"beyond": beyond[0], "most": most, "chance": outcome.chance}
        ending = ("" if beyond else "_whole") + ("" if learned else "_not_yet")
        yield Finding(f"window{ending}", found)


def _speed(outcome: Outcome) -> Iterator[Finding]:
    """Recall: who learns faster, a CNN that sees every distance or attention."""
    wide: list[Contender] = [
        name for name in outcome.cnns if outcome.seen(name) == outcome.distances
    ]
    own = outcome.steps_to_most(wide[0]) if wide else None
    if own is None or not outcome.of(ATTENTION):
        return
    found: dict[str, Value] = {"cnn": Who((wide[0],)), "steps": own}
    learned: dict[Contender, int] = {
        name: steps
        for name in outcome.of(ATTENTION)
        if (steps := outcome.steps_to_most(name)) is not None
    }
    if not learned:
        yield Finding("cnn_alone", found)
        return
    first = min(learned, key=learned.__getitem__)
    found |= {"attention": Who((first,)), "others": learned[first]}
    ahead = learned[first] - own
    yield Finding("cnn_faster" if ahead > 0 else "cnn_slower" if ahead < 0 else "cnn_level", found)


def _memory(outcome: Outcome) -> Iterator[Finding]:
    """Recall: one memory has to carry every symbol."""
    names = outcome.of(RECURRENT)
    good: Names = tuple(name for name in names if outcome.whole(name))
    rest: Names = tuple(name for name in names if name not in good)
    fallen: Names = tuple(
        name for name in rest if outcome.levels[name][0] - outcome.levels[name][-1] >= FALLS
    )
    even: Names = tuple(name for name in rest if name not in fallen)
    if fallen:
        found: dict[str, Value] = {"good": Who(good)} if good else {}
        found |= {"each": _reaches(outcome, fallen), "last": outcome.distances[-1]}
        found |= {"most": outcome.last(fallen), "chance": outcome.chance}
        yield Finding("memory_some" if good else "memory", found)
    elif good:
        yield Finding("memory_all", {"good": Who(good)})
    if even:
        yield Finding("memory_even", _between(outcome, even))


def _state(outcome: Outcome) -> Iterator[Finding]:
    """Recall and pairs: whether the state of linear attention holds everything."""
    names, numbers = outcome.of(LINEAR), outcome.race.design.state
    if not names:
        return
    if all(map(outcome.whole, names)):
        yield Finding("state_all", {"who": Who(names), "numbers": numbers})
    else:
        yield Finding("state", {**_between(outcome, names), "numbers": numbers})


def _positions(outcome: Outcome) -> Iterator[Finding]:
    """Recall and pairs: with which positions attention answers at every distance."""
    names = outcome.of(ATTENTION)
    if not names:
        return
    good: Names = tuple(name for name in names if outcome.whole(name))
    rest: Names = tuple(name for name in names if name not in good)
    each = _reaches(outcome, rest)
    if outcome.race.design.task.kind == "pairs":  # near answers are no easier than far ones
        each = Each(tuple((name, outcome.least((name,))) for name in rest))
    if not rest:
        yield Finding("attention_all", {"good": Who(good)})
    elif good:
        yield Finding("attention_some", {"good": Who(good), "each": each})
    else:
        yield Finding("attention_none", {"each": each})


def _seeing(outcome: Outcome) -> Iterator[Finding]:
    """Pairs: a CNN sees the answer, at another place every time."""
    wide: list[Contender] = [
        name for name in outcome.cnns if outcome.seen(name) == outcome.distances
    ]
    for name in wide[:1]:
        if outcome.whole(name):
            yield Finding("seeing_all", {"who": Who((name,))})
        else:
            yield _not_all("seeing", outcome, (name,))


def _one_memory(outcome: Outcome) -> Iterator[Finding]:
    """Pairs: all of them have to fit into one memory."""
    names = outcome.of(RECURRENT)
    if not names:
        return
    if all(map(outcome.whole, names)):
        yield Finding("memory_all", {"who": Who(names)})
    else:
        yield _not_all("memory", outcome, names)


def _parity(outcome: Outcome) -> Iterator[Finding]:
    """Parity: whose memory holds one bit, and who only sees."""
    far = max(map(outcome.reach, outcome.levels))
    best: Names = tuple(name for name in outcome.levels if outcome.reach(name) == far)
    if not far:
        yield Finding("nobody", {})
        return
    kind = "bit" if all(name in RECURRENT for name in best) else "other"
    ending = "_whole" if far == outcome.distances[-1] else ""
    yield Finding(f"{kind}{ending}", {"best": Who(best), "far": far})
    behind: list[Contender] = [name for name in outcome.levels if name not in best]
    groups = (("memory", RECURRENT), ("attention", (*ATTENTION, *LINEAR)), ("cnn", CONVOLUTIONAL))
    for name, family in groups:
        rest: Names = tuple(one for one in behind if one in family)
        if rest:
            found = {
                "each": _reaches(outcome, rest),
                "most": outcome.last(rest),
                "chance": outcome.chance,
            }
            yield Finding(name, found)
    if any(name in ATTENTION for name in behind) and not any(name in ATTENTION for name in best):
        yield Finding("depends", {})


def _not_all(name: str, outcome: Outcome, names: Names) -> Finding:
    """Pairs: what comes near guessing, or near what needs no key, has found nothing."""
    found = _between(outcome, names)
    if outcome.guesses(names):
        return Finding(name, found)
    if outcome.needs_no_key(names):
        return Finding(f"{name}_no_key", {**found, "blind": outcome.without_keys})
    return Finding(f"{name}_some", found)


def _reaches(outcome: Outcome, names: Names) -> Each:
    return Each(tuple((name, Far(outcome.reach(name))) for name in names))


def _between(outcome: Outcome, names: Names) -> dict[str, Value]:
    """The worst and the best of their accuracies, at whatever distance."""
    found = {"least": outcome.least(names), "most": outcome.most(names), "chance": outcome.chance}
    return {"who": Who(names), **found}
