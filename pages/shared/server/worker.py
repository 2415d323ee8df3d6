"""Training beside the pages: one race at a time for the whole server, others wait in a short queue.

A race is deterministic: whoever asks for one that is waiting or running watches that one. The
thread lives only while there is something to train. It rests between slices, so that pages stay
quick, and leaves a race none of whose readers has been heard of for some seconds.
"""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import torch

from core.arrays import Array
from core.errors import InputError
from core.training.contenders import Contender
from core.training.learning import foremost
from core.training.race import Race, Snapshot, race
from core.training.recording import recorded
from pages.shared.server import learned

State = Literal["waiting", "running", "done", "stopped", "left", "limit", "failed", "recorded"]

BUSY: tuple[State, ...] = ("waiting", "running")
"""States in which something may still change."""

LONGEST_RACE = 60.0
"""Seconds of computing."""

LONGEST_QUEUE = 3
"""Races that may wait."""

ABSENT = 3.0
"""Seconds without a sign of a reader, after which they have left."""

MOST_REMEMBERED = 6
"""Races that are remembered; the oldest one that is over is forgotten first."""

MOST_READERS = 200
"""Readers of one race; the one who was not heard of for longest is forgotten first."""

_PACE = 0.0012  # seconds of computing for a slice and a token of a sequence: measured
_SHARE = 0.7  # of one core, at most
_PAUSE = 0.002  # seconds in which waiting pages get their turn, at least
_LOG = logging.getLogger(__name__)

Train = Callable[[Race], Generator[Snapshot, None, None]]


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
        seconds: Contender and seed to the seconds that it computed.
        others: Somebody else watches it, too.
    """

    race: Race
    state: State
    place: int
    snapshots: tuple[Snapshot, ...]
    weights: dict[tuple[Contender, int], Array]
    networks: dict[tuple[Contender, int], tuple[Snapshot, ...]]
    seconds: dict[tuple[Contender, int], float]
    others: bool

    @property
    def busy(self) -> bool:
        """Tell whether something may still change."""
        return self.state in BUSY

    @property
    def elapsed(self) -> float:
        """Seconds of computing so far."""
        return sum(self.seconds.values())

    @property
    def part(self) -> float:
        """The share of the race that is over, 0 to 1."""
        return min(1.0, len(self.snapshots) / self.race.snapshots)

    @property
    def begun(self) -> tuple[Contender, ...]:
        """Contenders that have been looked at, in the order of the race."""
        return tuple(
            name for name in self.race.contenders if (name, self.race.seed) in self.seconds
        )

    def took(self, contender: Contender) -> float:
        """Seconds of one run of a contender: the mean of those that are averaged."""
        seeds = foremost(self.snapshots, contender)
        return sum(self.seconds[contender, seed] for seed in seeds) / len(seeds)

    @property
    def remaining(self) -> float | None:
        """Seconds of computing that are left, once that can be told; not beyond the limit."""
        whole = len(self.race.contenders)  # a snapshot of each: some are slower than others
        done = len(self.snapshots) // whole * whole
        if done <= whole:
            return None
        left = self.elapsed * (self.race.snapshots - done) / done
        return max(0.0, min(left, LONGEST_RACE - self.elapsed))


@dataclass(eq=False)
class Job:
    """A race at the worker; what it gave so far is as in :class:`Progress`.

    Attributes:
        race: What was asked for.
        run: What trains it, slice by slice.
        readers: A name for each of those who watch it, to when they were last heard of.
        state: What is happening to it.
        stopping: Its only reader wants it to end.
    """

    race: Race
    run: Generator[Snapshot, None, None]
    readers: dict[str, float] = field(default_factory=dict)
    state: State = "waiting"
    stopping: bool = False
    snapshots: list[Snapshot] = field(default_factory=list)
    weights: dict[tuple[Contender, int], Array] = field(default_factory=dict)
    networks: dict[tuple[Contender, int], tuple[Snapshot, ...]] = field(default_factory=dict)
    seconds: dict[tuple[Contender, int], float] = field(default_factory=dict)

    def end(self, state: State) -> None:
        """Let nothing more come; what was learned is kept for all readers."""
        self.state = state
        self.run.close()
        for both in self.networks.values():
            for snapshot in both:
                learned.keep(self.race.design, snapshot)

    def note(self, snapshot: Snapshot, took: float) -> None:
        """Keep what a slice gave; the largest parts only as long as they are shown."""
        at = snapshot.contender, snapshot.seed
        self.seconds[at] = self.seconds.get(at, 0.0) + took
        if snapshot.weights is not None:
            self.weights[at] = snapshot.weights
        if snapshot.parameters is not None:
            self.networks[at] = (*self.networks.get(at, ())[:1], snapshot)
        self.snapshots.append(snapshot.summary)

    def progress(self, place: int = 0, *, others: bool = False) -> Progress:
        """Give it as it stands."""
        return Progress(
            self.race,
            self.state,
            place,
            tuple(self.snapshots),
            dict(self.weights),
            dict(self.networks),
            dict(self.seconds),
            others,
        )

    def watched_besides(self, name: str) -> bool:
        """Tell whether somebody watches it besides this reader."""
        now = time.monotonic()
        return any(now - seen <= ABSENT for other, seen in self.readers.items() if other != name)

    @property
    def deserted(self) -> bool:
        """Tell whether all who watched it have left."""
        return time.monotonic() - max(self.readers.values()) > ABSENT

    @property
    def due(self) -> State | None:
        """The state in which it has to end now, if it has to."""
        if self.stopping:
            return "stopped"
        if self.deserted:
            return "left"
        return "limit" if sum(self.seconds.values()) > LONGEST_RACE else None


class Worker:
    """Trains races one after the other. All methods may be called from any thread."""

    def __init__(self, train: Train = race) -> None:
        self._train = train
        self._jobs: list[Job] = []
        self._names = itertools.count(1)
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._pace = _PACE

    def start(self, wanted: Race) -> str:
        """Put a race into the queue, or watch an equal one that waits or runs.

        Returns:
            The reader's own name to ask for it by.

        Raises:
            InputError: ``training_queue_full``.
        """
        with self._lock:
            self._tidy()
            same = (it for it in self._jobs if it.race == wanted and it.state in BUSY)
            job = next((it for it in same if not it.stopping), None)
            if job is None:
                if len(self._waiting()) >= LONGEST_QUEUE:
                    raise InputError("training_queue_full", limit=LONGEST_QUEUE)
                job = Job(wanted, self._train(wanted))
                self._jobs.append(job)
            while len(job.readers) >= MOST_READERS:
                del job.readers[min(job.readers, key=job.readers.__getitem__)]
            name = str(next(self._names))
            job.readers[name] = time.monotonic()
            self._wake()
            return name

    def look(self, name: str) -> Progress | None:
        """Give a race as it stands, ``None`` if it is forgotten; counts as a sign of its reader."""
        with self._lock:
            job = self._named(name)
            if job is None:
                return None
            job.readers[name] = time.monotonic()
            self._tidy()
            waiting = self._waiting()
            place = waiting.index(job) + 1 if job in waiting else 0
            return job.progress(place, others=job.watched_besides(name))

    def stop(self, name: str) -> None:
        """End a race that nobody else watches; what it gave so far is kept."""
        with self._lock:
            job = self._named(name)
            if job is None or job.state not in BUSY or job.watched_besides(name):
                return
            if job.state == "running":
                job.stopping = True  # heard between two slices
            else:
                job.end("stopped")

    def expected(self, wanted: Race) -> float:
        """Guess the seconds of computing that a race takes here, by the last one."""
        return self._pace * _length(wanted, wanted.snapshots)

    def idle(self) -> bool:
        """Tell whether no thread is at work."""
        with self._lock:
            return self._thread is None

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="training", daemon=True)
            self._thread.start()

    def _named(self, name: str) -> Job | None:
        return next((job for job in self._jobs if name in job.readers), None)

    def _waiting(self) -> list[Job]:
        return [job for job in self._jobs if job.state == "waiting"]

    def _tidy(self) -> None:
        """Leave races whose readers have left, forget what is over and old."""
        for job in self._waiting():
            if job.deserted:
                job.end("left")
        over = [job for job in self._jobs if job.state not in BUSY]
        for job in over[: max(0, len(self._jobs) - MOST_REMEMBERED)]:
            self._jobs.remove(job)

    def _work(self) -> None:
        torch.set_num_threads(1)
        while True:
            with self._lock:
                self._tidy()
                waiting = self._waiting()
                if not waiting:
                    self._thread = None
                    return
                job = waiting[0]
                job.state = "running"
            try:
                while self._slice(job):
                    pass
            except Exception:
                _LOG.exception("Training failed")
                with self._lock:
                    job.end("failed")

    def _slice(self, job: Job) -> bool:
        """Train one slice and rest; tell whether the race goes on."""
        with self._lock:
            if due := job.due:
                job.end(due)
                return False
        begin, computed = time.perf_counter(), time.thread_time()
        snapshot = next(job.run, None)
        computed = time.thread_time() - computed
        with self._lock:
            if snapshot is None:
                self._pace = sum(job.seconds.values()) / _length(job.race, len(job.snapshots))
                job.end("done")
                return False
            job.note(snapshot, computed)
        # On a busy machine the others' work is rest enough.
        time.sleep(max(_PAUSE, begin + computed / _SHARE - time.perf_counter()))
        return True


@cache
def recording() -> Progress:
    """Give the race of the defaults that was run beforehand, as if it had been run here."""
    found = recorded()
    job = Job(found.race, race(found.race), state="recorded")
    for snapshot in found.snapshots:
        job.note(snapshot, found.seconds[snapshot.contender] / (1 + found.race.slices))
    return job.progress()


@cache
def worker() -> Worker:
    """Give the server's only one."""
    return Worker()


def _length(race: Race, snapshots: int) -> int:
    """Count tokens of a sequence, as often as one is trained."""
    return max(1, snapshots) * race.design.task.length
