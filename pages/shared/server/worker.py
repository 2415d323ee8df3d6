"""Training beside the pages: one race at a time for the whole server, others wait in a short queue.

A race is deterministic: whoever asks for one that is waiting or running already watches that one.
A worker's thread lives only while there is something to train. It rests between slices, so that
pages stay quick, and leaves a race none of whose readers has been heard of for some seconds.
"""

import logging
import threading
import time
from collections.abc import Callable, Container, Generator
from functools import cache
from typing import Literal

import torch

from core.errors import InputError
from core.training.race import Race, Snapshot, race
from pages.shared.server.jobs import LONGEST_RACE, Job, Progress
from pages.shared.server.races import Races, deserted, watched_besides

LONGEST_QUEUE = 3
"""Races that may wait."""

_PACE = 0.0017  # seconds for a slice and a token of a sequence, rests included: measured
_SHARE = 0.7  # of one core, at most
_PAUSE = 0.002  # seconds in which waiting pages get their turn, at least
_LOG = logging.getLogger(__name__)

Train = Callable[[Race], Generator[Snapshot, None, None]]


class Worker:
    """Trains races one after the other. All methods may be called from any thread."""

    def __init__(self, train: Train = race) -> None:
        self._train = train
        self._races = Races()
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._pace = _PACE

    def start(
        self,
        wanted: Race,
        upto: int | None = None,
        *,
        pausing: bool = False,
        own: Container[str] = (),
    ) -> str:
        """Put a race into the queue, or join an equal one that waits or runs.

        Args:
            wanted: The race.
            upto: Snapshots after which it ends as stopped; ``None`` for all.
            pausing: Whether it is paused there instead.
            own: Names that the reader has already: nobody is two readers of one race.

        Returns:
            The reader's own name to ask for it by.

        Raises:
            InputError: ``training_queue_full``.
        """
        if upto is not None and upto >= wanted.snapshots:
            upto, pausing = None, False
        with self._lock:
            self._races.tidy()
            job = None if pausing else self._races.equal(wanted, upto)
            if job is None:
                if len(self._races.waiting()) >= LONGEST_QUEUE:
                    raise InputError("training_queue_full", limit=LONGEST_QUEUE)
                job = Job(wanted, self._train(wanted), {}, upto, pausing)
                self._races.add(job)
            self._wake()
            return self._races.enter(job, own)

    def look(self, name: str) -> Progress | None:
        """A race as it stands; counts as a sign of its reader. ``None`` if it is forgotten."""
        with self._lock:
            job = self._races.named(name)
            if job is None:
                return None
            job.readers[name] = time.monotonic()
            self._races.tidy()
            waiting = self._races.waiting()
            place = waiting.index(job) + 1 if job in waiting else 0
            return job.progress(place, others=watched_besides(job, name))

    def finished(self, wanted: Race, snapshots: int, own: Container[str] = ()) -> str | None:
        """The reader's own name of an equal race that is over, if another would give no more."""
        with self._lock:
            job = self._races.over(wanted, snapshots)
            return job and self._races.enter(job, own)

    def expected(self, wanted: Race) -> float:
        """Seconds that a race will take here, by and large: as the last one did."""
        return self._pace * _length(wanted, wanted.snapshots)

    def pause(self, name: str) -> None:
        """Set a race aside, if nobody else watches it; another one may run meanwhile."""
        with self._lock:
            job = self._races.named(name)
            if job and not watched_besides(job, name):
                self._ask(name, "pause")

    def go_on(self, name: str) -> None:
        """Continue a paused race to its end, behind those that wait."""
        with self._lock:
            job = self._races.named(name)
            if job and job.state == "paused":
                self._races.add(job)
                job.state, job.wish, job.readers[name] = "waiting", "go", time.monotonic()
                job.upto, job.pausing = None, False
                self._wake()

    def stop(self, name: str) -> None:
        """End a race, or leave it to the others who watch it; what it gave so far is kept."""
        with self._lock:
            job = self._races.named(name)
            if job and job.busy and watched_besides(job, name):
                self._races.part(job, name)
                return
        self._ask(name, "stop")

    def idle(self) -> bool:
        """Whether no thread is at work."""
        with self._lock:
            return self._thread is None

    def _ask(self, name: str, wish: Literal["pause", "stop"]) -> None:
        with self._lock:
            job = self._races.named(name)
            if job is None:
                return
            if job.state == "running":
                job.wish = wish  # heard between two slices
            elif wish == "stop" and job.state in ("waiting", "paused"):
                job.end("stopped")

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="training", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        torch.set_num_threads(1)
        while True:
            with self._lock:
                self._races.tidy()
                waiting = self._races.waiting()
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
        """Train one slice and rest; whether the race goes on."""
        with self._lock:
            _heed(job)
            if job.state != "running":
                return False
        begin, computed = time.perf_counter(), time.thread_time()
        snapshot = next(job.run, None)
        computed = time.thread_time() - computed
        with self._lock:
            if snapshot is None:
                self._pace = job.elapsed / _length(job.race, len(job.snapshots))
                job.end("done")
                return False
            job.note(snapshot, computed)
        # On a busy machine the others' work is rest enough.
        time.sleep(max(_PAUSE, begin + computed / _SHARE - time.perf_counter()))
        job.elapsed += time.perf_counter() - begin
        return True


@cache
def worker() -> Worker:
    """The server's only one."""
    return Worker()


def _length(race: Race, snapshots: int) -> int:
    """Tokens of a sequence, as often as one is trained."""
    return max(1, snapshots) * race.design.task.length


def _heed(job: Job) -> None:
    """End a running race, or set it aside, if that is asked for or it is time."""
    reached = job.upto is not None and len(job.snapshots) >= job.upto
    if job.wish == "pause" or (reached and job.pausing):
        job.state = "paused"
    elif job.wish == "stop" or reached:
        job.end("stopped")
    elif deserted(job):
        job.leave()
    elif job.elapsed > LONGEST_RACE:
        job.end("limit")
