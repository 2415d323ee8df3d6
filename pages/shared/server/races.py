"""The races that the worker knows, and who watches them: how many of them, and for how long."""

import itertools
import time
from collections.abc import Container

from core.training.race import Race
from pages.shared.server.jobs import Job, State

ABSENT = 3.0
"""Seconds without a sign of the reader, after which they have left."""

PATIENCE = 600.0
"""Seconds for which a paused race waits for its reader."""

MOST_REMEMBERED = 6
"""Races that are remembered; the oldest one that is over is forgotten first."""

MOST_PAUSED = 6
"""Races that may be paused; the one whose reader was not heard of for longest is left first."""

MOST_PARTED = 6
"""Races that are remembered besides, for one of several readers who has parted from them."""

MOST_READERS = 200
"""Readers of one race; the one who was not heard of for longest is forgotten first."""

_OVER: tuple[State, ...] = ("done", "stopped", "left", "limit")  # without a fault of ours


class Races:
    """Races in the order in which they are trained. Whoever uses them holds the worker's lock."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._parted: list[Job] = []
        self._names = itertools.count(1)

    def add(self, job: Job) -> None:
        """Put a race behind all others, also one that is known already."""
        if job in self._jobs:
            self._jobs.remove(job)
        self._jobs.append(job)

    def enter(self, job: Job, own: Container[str]) -> str:
        """Note a reader, and how they call the race: by one of their own names, or a new one."""
        name = next((name for name in job.readers if name in own), None) or str(next(self._names))
        while name not in job.readers and len(job.readers) >= MOST_READERS:
            del job.readers[min(job.readers, key=job.readers.__getitem__)]
        job.readers[name] = time.monotonic()
        return name

    def part(self, job: Job, name: str) -> None:
        """Keep what a race gave so far for one reader; it goes on for the others."""
        self._parted.append(job.parted(name))
        self.tidy()

    def named(self, name: str) -> Job | None:
        """The race that a reader calls so."""
        return next((job for job in (*self._jobs, *self._parted) if name in job.readers), None)

    def equal(self, wanted: Race, upto: int | None) -> Job | None:
        """A race to come that gives the same, and that nobody means to end or to set aside."""
        same = (
            job
            for job in self._jobs
            if (job.race, job.upto, job.pausing, job.wish) == (wanted, upto, False, "go")
            and job.state in ("waiting", "running")
        )
        return next(same, None)

    def over(self, wanted: Race, snapshots: int) -> Job | None:
        """An equal race that is over and gave as much, or as much of it as there is time for."""
        same = (
            job
            for job in (*self._jobs, *self._parted)
            if job.race == wanted and _gave(job, snapshots)
        )
        return next(same, None)

    def waiting(self) -> list[Job]:
        """Those that are to be trained, the next one first."""
        return [job for job in self._jobs if job.state == "waiting"]

    def tidy(self) -> None:
        """Leave those whose readers have left, forget what is over and old."""
        paused = [job for job in self._jobs if job.state == "paused"]
        for job in sorted(paused, key=lambda it: it.seen)[: max(0, len(paused) - MOST_PAUSED)]:
            job.leave()
        for job in self._jobs:
            if job.state in ("waiting", "paused") and deserted(job):
                job.leave()
        over = [job for job in self._jobs if not job.busy]
        for job in over[: max(0, len(self._jobs) - MOST_REMEMBERED)]:
            self._jobs.remove(job)
        del self._parted[: max(0, len(self._parted) - MOST_PARTED)]


def watched_besides(job: Job, name: str) -> bool:
    """Whether somebody watches a race besides this reader."""
    now = time.monotonic()
    return any(now - seen <= ABSENT for other, seen in job.readers.items() if other != name)


def deserted(job: Job) -> bool:
    """Whether all who watch a race have left."""
    return time.monotonic() - job.seen > (PATIENCE if job.state == "paused" else ABSENT)


def _gave(job: Job, snapshots: int) -> bool:
    gave = len(job.snapshots)
    return (job.state in _OVER and gave == snapshots) or (job.state == "limit" and gave < snapshots)
