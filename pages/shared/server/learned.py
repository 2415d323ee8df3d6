"""Numbers that were learned on this server, for all readers, as long as there is room.

A race is deterministic: whoever asks for the same network, seed and steps gets the same numbers.
"""

from collections.abc import Hashable
from typing import NamedTuple

from core.architectures import Measured
from core.arrays import digest
from core.kept import Kept
from core.reader.training import TrainingChoice
from core.sources.trained import TrainedSource
from core.sources.trained_layer import TrainedLayer
from core.training.contenders import Contender, Design
from core.training.race import SLICE, Race, Snapshot, race
from core.training.recording import recorded


class _Learned(NamedTuple):
    """A network, and which part of its answers is right, every distance counting alike."""

    source: TrainedSource
    right: float


_networks: Kept[_Learned] = Kept(largest=8_000_000)  # one has 32 to 120 kB
_measured: Kept[Measured] = Kept(largest=4_000_000)  # one of 22 tokens has 8 kB, made in 0.2 s


def keep(design: Design, snapshot: Snapshot) -> None:
    """Keep a snapshot that has its parameters."""
    found = _learned(design, snapshot)
    _networks.get(_key(found.source), lambda: found)


def before(choice: TrainingChoice, contender: Contender) -> TrainedSource:
    """A network before its first step; made at once, if need be."""
    design, seed = choice.race.design, choice.training_seed
    first = Race(design, (contender,), seed=seed)
    return _networks.get(
        (contender, design, seed, 0), lambda: _learned(design, next(race(first)))
    ).source


def after(choice: TrainingChoice, contender: Contender) -> TrainedSource | None:
    """A network as far as it was trained here, no further than the choice says, if still kept."""
    found = _furthest(choice, contender)
    return found.source if found else None


def right(choice: TrainingChoice) -> dict[Contender, float]:
    """Which part of the answers was right, of all that `after` has."""
    found: dict[Contender, float] = {
        name: learned.right
        for name in choice.training_contenders
        if (learned := _furthest(choice, name)) is not None
    }
    return found


def _furthest(choice: TrainingChoice, contender: Contender) -> _Learned | None:
    wanted = choice.race
    of = contender, wanted.design, wanted.seed
    steps = range(SLICE * wanted.slices, 0, -SLICE)
    found = (_networks.found((*of, step)) for step in steps)
    return next(filter(None, found), None) or _recorded(wanted, contender)


def _recorded(wanted: Race, contender: Contender) -> _Learned | None:
    """What the recording has of it, if that is of the same design and seed, and as short."""
    kept = recorded()
    of = kept.race.design, kept.race.seed
    if (wanted.design, wanted.seed) != of or wanted.slices < kept.race.slices:
        return None
    own = (it for it in kept.snapshots if it.contender == contender and it.step)
    whole = next((it for it in own if it.parameters), None)
    if whole is None:
        return None
    return _networks.get((contender, *of, whole.step), lambda: _learned(kept.race.design, whole))


def measured(trained: TrainedSource | TrainedLayer, words: tuple[str, ...]) -> Measured:
    """What the answers of a network feel, with a reader's numbers in one of its layers or not."""
    if isinstance(trained, TrainedLayer):
        now = digest(*vars(trained.parameters(words)).values())  # edits may be thousands
        of = (*_key(trained.whole), trained.layer, now)
    else:
        of = _key(trained)
    return _measured.get((of, words), lambda: trained.measured(words))


def _learned(design: Design, snapshot: Snapshot) -> _Learned:
    source = TrainedSource(
        snapshot.contender, design, snapshot.parameters or {}, snapshot.seed, snapshot.step
    )
    return _Learned(source, float(snapshot.accuracy.mean()))


def _key(source: TrainedSource) -> tuple[Hashable, ...]:
    return source.contender, source.design, source.seed, source.step
