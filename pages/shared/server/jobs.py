"""Races at the worker: how they stand, and what they gave so far."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import Literal

from core.arrays import Array
from core.training.contenders import Contender
from core.training.learning import foremost
from core.training.race import Race, Snapshot
from pages.shared.server import learned

State = Literal["waiting", "running", "paused", "done", "stopped", "left", "limit", "failed"]
LONGEST_RACE = 60.0
"""Seconds of training, rests included."""

BUSY: tuple[State, ...] = ("waiting", "running", "paused")


@dataclass(frozen=True)
class Progress:
    """A race as it stands.

    Attributes:
        race: What was asked for.
        state: What is happening to it.
        place: In the queue, from 1; 0 if it does not wait.
        snapshots: Everything so far, without parameters and weights.
        weights: The latest ones of each network with attention.
        networks: Contender and seed to snapshots with parameters: before the first step, and the
            latest one.
        seconds: Contender and seed to the time its slices took, without rests.
        elapsed: Seconds of training, rests included.
        goal: Snapshots after which it ends or is set aside, or was to.
        pausing: Whether it is set aside there, or has been, or was to be.
        others: Whether somebody else watches it, too.
    """

    race: Race
    state: State
    place: int
    snapshots: tuple[Snapshot, ...]
    weights: dict[tuple[Contender, int], Array]
    networks: dict[tuple[Contender, int], tuple[Snapshot, ...]]
    seconds: dict[tuple[Contender, int], float]
    elapsed: float
    goal: int
    pausing: bool
    others: bool

    @property
    def busy(self) -> bool:
        """Whether something may still change."""
        return self.state in BUSY

    @property
    def ran(self) -> int:
        """Snapshots that it gives where nothing breaks it off but its reader."""
        return len(self.snapshots) if self.state in ("paused", "stopped") else self.goal

    @property
    def part(self) -> float:
        """How much of the race is over, 0 to 1."""
        return min(1.0, len(self.snapshots) / self.race.snapshots)

    @property
    def begun(self) -> tuple[Contender, ...]:
        """Who has been looked at, in the order of the race."""
        return tuple(
            name for name in self.race.contenders if (name, self.race.seed) in self.seconds
        )

    def took(self, contender: Contender) -> float:
        """Seconds of one run of a contender, without rests: the mean of those that are averaged."""
        seeds = foremost(self.snapshots, contender)
        return sum(self.seconds[contender, seed] for seed in seeds) / len(seeds)

    @property
    def remaining(self) -> float | None:
        """Seconds of training that are left, once that can be told; not beyond the limit."""
        whole = len(self.race.contenders)  # a snapshot of each: some are slower than others
        done = len(self.snapshots) // whole * whole
        if done <= whole:
            return None
        left = self.elapsed * (self.goal - done) / done
        return max(0.0, min(left, LONGEST_RACE - self.elapsed))


@dataclass(eq=False)
class Job:
    """A race at the worker.

    Attributes:
        race: What was asked for.
        run: What trains it, slice by slice.
        readers: A name for each of those who watch it, to when they were last heard of.
        upto: Snapshots after which it ends or is set aside; ``None`` for all.
        pausing: Whether it is set aside there.
        state: What is happening to it.
        wish: What its reader has asked for since.
        elapsed: Seconds of training, rests included.
        snapshots, weights, networks, seconds: As in :class:`Progress`.
    """

    race: Race
    run: Generator[Snapshot, None, None]
    readers: dict[str, float]
    upto: int | None = None
    pausing: bool = False
    state: State = "waiting"
    wish: Literal["go", "pause", "stop"] = "go"
    elapsed: float = 0.0
    snapshots: list[Snapshot] = field(default_factory=list)
    weights: dict[tuple[Contender, int], Array] = field(default_factory=dict)
    networks: dict[tuple[Contender, int], tuple[Snapshot, ...]] = field(default_factory=dict)
    seconds: dict[tuple[Contender, int], float] = field(default_factory=dict)

    @property
    def seen(self) -> float:
        """When somebody who watches it was last heard of."""
        return max(self.readers.values())

    @property
    def busy(self) -> bool:
        """Whether something may still change."""
        return self.state in BUSY

    def end(self, state: State) -> None:
        """Nothing more will come."""
        self.state = state
        self.run.close()
        self._keep()

    def leave(self) -> None:
        """End it for want of readers; whoever runs it again has it set aside where it was."""
        if self.state == "paused":
            self.upto, self.pausing = len(self.snapshots), True
        self.end("left")

    def parted(self, name: str) -> "Job":
        """What it gave so far, for one of its readers who has seen enough."""
        own = replace(
            self,
            readers={name: self.readers.pop(name)},
            state="stopped",
            snapshots=[*self.snapshots],
            weights={**self.weights},
            networks={**self.networks},
            seconds={**self.seconds},
        )
        own._keep()
        return own

    def note(self, snapshot: Snapshot, took: float) -> None:
        """Keep what a slice gave; the largest parts only as long as they are shown."""
        at = snapshot.contender, snapshot.seed
        self.seconds[at] = self.seconds.get(at, 0.0) + took
        if snapshot.weights is not None:
            self.weights[at] = snapshot.weights
        if snapshot.parameters is not None:
            self.networks[at] = (*self.networks.get(at, ())[:1], snapshot)
        self.snapshots.append(snapshot.summary)

    def progress(self, place: int, *, others: bool = False) -> Progress:
        """A copy that nobody changes; ``place`` in the queue."""
        return Progress(
            self.race,
            self.state,
            place,
            tuple(self.snapshots),
            dict(self.weights),
            dict(self.networks),
            dict(self.seconds),
            self.elapsed,
            self.race.snapshots if self.upto is None else self.upto,
            self.state == "paused" or (self.pausing and self.state != "stopped"),
            others,
        )

    def _keep(self) -> None:
        for both in self.networks.values():
            for snapshot in both:
                learned.keep(self.race.design, snapshot)
