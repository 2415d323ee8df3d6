"""How a race stands: means over runs that have come equally far, and what can be told from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import factorial

import numpy as np
from numpy.polynomial.polynomial import polypow

from core.arrays import Array
from core.training.contenders import CONVOLUTIONAL, Contender, field_of
from core.training.learning import foremost, latest, reliable
from core.training.race import Race, Snapshot

GUESSES = 0.25
"""Who comes less far than this from chance to everything right does little better than guessing."""

MOST = 0.9
"""Which part of all answers, every distance counting alike, we time learning to."""


@dataclass(frozen=True)
class Outcome:
    """A race read off.

    Attributes:
        race: What was asked for.
        snapshots: As far as it has come.
    """

    race: Race
    snapshots: Sequence[Snapshot]

    @cached_property
    def levels(self) -> dict[Contender, Array]:
        """Mean accuracies of those who have begun, ``(distance,)``."""
        begun = {it.contender for it in self.snapshots}
        return {
            name: latest(self.snapshots, name).mean(axis=0)
            for name in self.race.contenders
            if name in begun
        }

    @property
    def distances(self) -> tuple[int, ...]:
        """The task's."""
        return self.race.design.task.distances

    @property
    def chance(self) -> float:
        """What guessing gives."""
        return self.race.design.task.chance

    def of(self, family: tuple[Contender, ...]) -> tuple[Contender, ...]:
        """Those of a family who have begun."""
        return tuple(name for name in family if name in self.levels)

    def reach(self, name: Contender) -> int:
        """How far they can be relied on, in tokens; 0 for nowhere."""
        return reliable(self.levels[name], self.distances)

    def whole(self, name: Contender) -> bool:
        """Whether everything is answered."""
        return self.reach(name) == self.distances[-1]

    def guesses(self, names: Sequence[Contender]) -> bool:
        """Whether nobody does much better than guessing, at any distance."""
        return self._little_more(names, self.chance)

    def needs_no_key(self, names: Sequence[Contender]) -> bool:
        """Whether nobody does much better than ``without_keys``, at any distance."""
        return self._little_more(names, self.without_keys)

    @cached_property
    def without_keys(self) -> float:
        """Pairs: what always naming the commonest symbol of a list gives, whatever the key."""
        task = self.race.design.task
        pairs = task.length // 2
        whole, rest = divmod(pairs, task.listed)
        right = whole * commonest(task.listed, task.symbols) + commonest(rest, task.symbols)
        return right / pairs

    def _little_more(self, names: Sequence[Contender], than: float) -> bool:
        return self.most(names) < than + GUESSES * (1 - than)

    def most(self, names: Sequence[Contender]) -> float:
        """Their best accuracy, at whatever distance."""
        return max(float(self.levels[name].max()) for name in names)

    def least(self, names: Sequence[Contender]) -> float:
        """Their worst one."""
        return min(float(self.levels[name].min()) for name in names)

    def last(self, names: Sequence[Contender]) -> float:
        """Their best accuracy at the farthest distance."""
        return max(float(self.levels[name][-1]) for name in names)

    def lost(self, name: Contender) -> float:
        """How much accuracy is lost from the nearest to the farthest answers."""
        return float(self.levels[name][0] - self.levels[name][-1])

    def seen(self, name: Contender) -> tuple[int, ...]:
        """The distances that a CNN sees, of those of ``recall``."""
        field = field_of(name, self.race.design)
        return tuple(distance for distance in self.distances if distance < field)

    @property
    def cnns(self) -> tuple[Contender, ...]:
        """Those that differ."""
        fields: dict[int, Contender] = {
            field_of(name, self.race.design): name for name in self.of(CONVOLUTIONAL)[::-1]
        }
        return tuple(fields.values())[::-1]

    def steps_to_most(self, name: Contender) -> int | None:
        """After how many steps ``MOST`` answers were right for the first time, if ever."""
        seeds = foremost(self.snapshots, name)
        right: dict[int, list[float]] = {}
        for snapshot in self.snapshots:
            if snapshot.contender == name and snapshot.seed in seeds:
                right.setdefault(snapshot.step, []).append(float(snapshot.accuracy.mean()))
        return next((step for step in sorted(right) if np.mean(right[step]) >= MOST), None)


def commonest(draws: int, symbols: int) -> float:
    """How often the commonest of some symbols turns up among so many draws, on average.

    Of ``symbols ** draws`` sequences, ``draws!`` times the coefficient of ``x ** draws`` in
    ``(1 + x + ... + x ** most / most!) ** symbols`` have no symbol more than ``most`` times.
    """
    found = 0.0
    for most in range(draws):
        once = [1 / factorial(times) for times in range(most + 1)]
        ways = np.append(polypow(once, symbols), np.zeros(draws))[draws]
        found += 1 - factorial(draws) * ways / symbols**draws
    return float(found)
