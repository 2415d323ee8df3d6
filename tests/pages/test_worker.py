"""One race at a time, a short queue, and nobody computes for a reader who has left."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import replace

import numpy as np
import pytest

from core.errors import InputError
from core.training.contenders import Contender, Design
from core.training.race import SLICE, Race, Snapshot, race
from core.training.tasks import Task
from pages.shared.server import worker as module
from pages.shared.server.worker import (
    LONGEST_QUEUE,
    LONGEST_RACE,
    MOST_READERS,
    MOST_REMEMBERED,
    Job,
    Progress,
    State,
    Worker,
)

ASKED = Race(Design(Task()), ("rnn",), steps=1000)


def other(seed: int) -> Race:
    return replace(ASKED, seed=seed)


def nothing_learned(asked: Race, step: int) -> Snapshot:
    return Snapshot("rnn", asked.seed, step, 1.0, np.zeros(6), None, None)


class Trainer:
    """Trains nothing, slowly; knows how many do so at once, and when one was closed."""

    def __init__(self, snapshots: int = 100_000) -> None:
        self.snapshots, self.now, self.most, self.slices = snapshots, 0, 0, 0
        self.closed = threading.Event()

    def __call__(self, asked: Race) -> Generator[Snapshot, None, None]:
        try:
            for step in range(self.snapshots):
                self.now += 1
                self.most = max(self.most, self.now)
                time.sleep(0.002)
                self.now -= 1
                self.slices += 1
                yield nothing_learned(asked, step)
        finally:
            self.closed.set()


def until(worker: Worker, name: str, fits: Callable[[Progress], bool]) -> Progress:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        progress = looked(worker, name)
        if fits(progress):
            return progress
        time.sleep(0.005)
    raise TimeoutError


def in_state(worker: Worker, name: str, state: State) -> Progress:
    return until(worker, name, lambda progress: progress.state == state)


def ended(worker: Worker, name: str) -> Progress:
    return until(worker, name, lambda progress: not progress.busy)


def looked(worker: Worker, name: str) -> Progress:
    progress = worker.look(name)
    assert progress
    return progress


# One after the other


def test_a_race_runs_to_its_end_and_the_thread_with_it():
    worker = Worker(Trainer(5))
    done = ended(worker, worker.start(ASKED))
    assert (done.state, len(done.snapshots), done.place) == ("done", 5, 0)
    assert done.seconds.keys() == {("rnn", 0)}
    end = time.monotonic() + 5
    while not worker.idle() and time.monotonic() < end:
        time.sleep(0.005)
    assert worker.idle()
    again = worker.start(ASKED)  # by one click, not by itself
    assert len(in_state(worker, again, "done").snapshots) == 5


def test_two_who_start_at_once_both_finish_one_after_the_other():
    trainer = Trainer(20)
    worker = Worker(trainer)
    first, second = worker.start(ASKED), worker.start(other(1))
    in_state(worker, first, "running")
    assert (looked(worker, second).state, looked(worker, second).place) == ("waiting", 1)
    for name in (first, second):
        in_state(worker, name, "done")
    assert trainer.most == 1


def test_the_queue_is_short_and_who_joins_takes_no_place():
    worker = Worker(Trainer())
    running = worker.start(ASKED)
    in_state(worker, running, "running")
    waiting = [worker.start(other(seed)) for seed in range(1, 1 + LONGEST_QUEUE)]
    places = [looked(worker, name).place for name in waiting]
    assert places == [*range(1, 1 + LONGEST_QUEUE)]
    with pytest.raises(InputError, match="training_queue_full"):
        worker.start(other(9))
    worker.stop(waiting[0])
    assert looked(worker, waiting[0]).state == "stopped"
    assert looked(worker, waiting[1]).place == 1
    worker.start(ASKED)
    worker.start(other(2))
    worker.start(other(9))
    with pytest.raises(InputError, match="training_queue_full"):
        worker.start(other(10))


def test_a_race_that_fails_says_so_and_the_next_one_runs(caplog: pytest.LogCaptureFixture):
    def fail(asked: Race) -> Generator[Snapshot, None, None]:
        yield from Trainer(3)(asked)
        if not asked.seed:
            raise ZeroDivisionError

    worker = Worker(fail)
    first, second = worker.start(ASKED), worker.start(other(1))
    failed = ended(worker, first)
    assert (failed.state, len(failed.snapshots)) == ("failed", 3)
    assert in_state(worker, second, "done")
    assert "Training failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


# Readers of the same race


def test_who_asks_for_the_same_watches_the_same_race():
    trainer = Trainer(30)
    worker = Worker(trainer)
    names = [worker.start(replace(ASKED)) for _ in range(30)]
    assert len({*names}) == 30
    done = [in_state(worker, name, "done") for name in names]
    assert trainer.slices == 30
    assert all(progress.snapshots == done[0].snapshots for progress in done)


def test_who_comes_later_sees_what_there_was_from_the_beginning():
    worker = Worker(Trainer())
    one = worker.start(ASKED)
    until(worker, one, lambda progress: len(progress.snapshots) > 5)
    two = looked(worker, worker.start(ASKED))
    assert [it.step for it in two.snapshots] == [*range(len(two.snapshots))]
    assert len(two.snapshots) > 5


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_one_reader_alone_can_stop_a_race(state: State):
    trainer = Trainer()
    worker = Worker(trainer)
    first = worker.start(ASKED)
    in_state(worker, first, "running")
    name = first if state == "running" else worker.start(other(1))
    assert (looked(worker, name).state, looked(worker, name).others) == (state, False)
    worker.stop(name)
    stopped = in_state(worker, name, "stopped")
    worker.stop(name)  # of what is over nothing can be stopped
    assert looked(worker, name).snapshots == stopped.snapshots
    assert looked(worker, name).state == "stopped"
    assert trainer.closed.is_set() == (state == "running")


def test_nobody_stops_a_race_that_somebody_else_watches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "ABSENT", 0.3)
    worker = Worker(Trainer())
    one, two = worker.start(ASKED), worker.start(ASKED)
    in_state(worker, one, "running")
    assert looked(worker, two).others
    worker.stop(one)
    time.sleep(0.05)
    assert looked(worker, two).state == "running"
    until(worker, two, lambda progress: not progress.others)
    worker.stop(two)  # the first one has left: who has left is not asked
    in_state(worker, two, "stopped")


def test_nobody_joins_a_race_that_is_being_stopped():
    worker = Worker(Trainer())
    name = worker.start(ASKED)
    in_state(worker, name, "running")
    worker.stop(name)
    joined = worker.start(ASKED)
    assert not in_state(worker, name, "stopped").others
    in_state(worker, joined, "running")


# Readers who have left


def test_nobody_computes_for_a_reader_who_has_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "ABSENT", 0.2)
    trainer = Trainer()
    worker = Worker(trainer)
    name = worker.start(ASKED)
    in_state(worker, name, "running")
    assert trainer.closed.wait(5)
    slices = trainer.slices
    time.sleep(0.05)
    assert trainer.slices == slices
    assert looked(worker, name).state == "left"


def test_a_race_goes_on_as_long_as_one_of_its_readers_looks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "ABSENT", 0.3)
    worker = Worker(Trainer())
    gone, stays = worker.start(ASKED), worker.start(ASKED)
    end = time.monotonic() + 0.7
    while time.monotonic() < end:
        assert looked(worker, stays).busy
        time.sleep(0.01)
    assert not in_state(worker, stays, "running").others
    assert in_state(worker, gone, "running").others  # back again: they see it as it stands


def test_who_waits_and_leaves_loses_the_place(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "ABSENT", 0.3)
    worker = Worker(Trainer())
    running, gone, waits = (worker.start(other(seed)) for seed in range(3))
    in_state(worker, running, "running")
    end = time.monotonic() + 5
    while looked(worker, waits).place != 1 and time.monotonic() < end:
        assert looked(worker, running).busy
        time.sleep(0.01)
    assert looked(worker, gone).state == "left"


# Limits


def test_no_race_computes_longer_than_it_may(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LONGEST_RACE", 0.05)
    worker = Worker(busy)
    found = ended(worker, worker.start(ASKED))
    assert found.state == "limit"
    assert 0.05 < found.elapsed < 0.5
    assert found.snapshots


def test_waiting_for_others_is_not_counted_as_computing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LONGEST_RACE", 0.2)
    worker = Worker(asleep)
    begin = time.perf_counter()
    done = ended(worker, worker.start(ASKED))
    assert time.perf_counter() - begin > 0.4
    assert done.state == "done"
    assert done.elapsed < 0.2


def test_a_thread_rests_between_slices():
    worker = Worker(busy)
    begin = time.perf_counter()
    done = ended(worker, worker.start(ASKED))
    assert done.elapsed == pytest.approx(done.took("rnn"))
    assert time.perf_counter() - begin >= done.elapsed / 0.71


def busy(asked: Race) -> Generator[Snapshot, None, None]:
    """Train nothing for a fiftieth of a second of computing, ten times."""
    for step in range(10):
        end = time.thread_time() + 0.02
        while time.thread_time() < end:
            pass
        yield nothing_learned(asked, step)


def asleep(asked: Race) -> Generator[Snapshot, None, None]:
    """Train nothing while others have the processor, ten times."""
    for step in range(10):
        time.sleep(0.05)
        yield nothing_learned(asked, step)


def test_what_remains_ends_at_the_limit():
    def remaining(seconds: float) -> float | None:
        snapshots = tuple(nothing_learned(ASKED, step) for step in range(4))  # of 101
        rnn = ASKED.contenders[0]
        took: dict[tuple[Contender, int], float] = {(rnn, 0): seconds}
        return Progress(ASKED, "running", 0, snapshots, {}, {}, took, False).remaining

    assert remaining(1.0) == pytest.approx(97 / 4)
    assert remaining(50.0) == LONGEST_RACE - 50


def test_a_race_is_expected_to_take_as_long_as_the_last_one_did():
    worker = Worker(Trainer(ASKED.snapshots))
    done = ended(worker, worker.start(ASKED))
    assert worker.expected(ASKED) == pytest.approx(done.elapsed)
    assert worker.expected(replace(ASKED, seeds=3)) == pytest.approx(3 * done.elapsed)


# Memory


def test_old_races_are_forgotten():
    worker = Worker(Trainer(1))
    names = []
    for _ in range(MOST_REMEMBERED + 3):
        names.append(worker.start(ASKED))
        ended(worker, names[-1])
    assert worker.look(names[0]) is None
    assert worker.look(names[-1])
    assert len(worker._jobs) <= MOST_REMEMBERED + 1
    worker.stop(names[0])  # what is forgotten cannot be stopped, and nothing happens


def test_clicks_without_end_do_not_crowd_out_who_watches():
    worker = Worker(Trainer())
    watches = worker.start(ASKED)
    forged = []
    for _ in range(2 * MOST_READERS):
        forged.append(worker.start(ASKED))
        assert worker.look(watches)
    assert worker.look(forged[0]) is None
    [job] = worker._jobs
    assert len(job.readers) == MOST_READERS
    assert looked(worker, watches).busy


def test_large_parts_are_kept_only_of_the_first_and_the_latest_snapshot():
    job = Job(ASKED, Trainer()(ASKED), {"1": time.monotonic()})
    for step in range(4):
        large = {"parameters": {"w": np.full(3, step)}, "weights": np.full((1, 2, 2), step)}
        job.note(replace(nothing_learned(ASKED, step), **large), 0.5)
    assert [it.step for it in job.networks["rnn", 0]] == [0, 3]
    assert job.weights["rnn", 0].max() == 3
    assert all(it.parameters is None and it.weights is None for it in job.snapshots)
    assert job.seconds == {("rnn", 0): 2.0}


# The same numbers for everybody

SMALL = Race(Design(Task(length=16), 8_000), ("cnn",), steps=SLICE)


def test_what_a_race_gives_depends_on_nothing_but_what_was_asked_for():
    worker = Worker()
    done = ended(worker, worker.start(replace(SMALL)))
    alone = [*race(SMALL)]
    assert [bits(it) for it in done.snapshots] == [bits(it.summary) for it in alone]
    assert [bits(it) for it in done.networks["cnn", 0]] == [bits(alone[0]), bits(alone[-1])]


def bits(snapshot: Snapshot) -> tuple[object, ...]:
    """All that a snapshot says but for the weights, to the last bit."""
    parameters = {name: it.tobytes() for name, it in (snapshot.parameters or {}).items()}
    numbers = snapshot.accuracy.tobytes(), parameters
    return snapshot.contender, snapshot.seed, snapshot.step, snapshot.loss, *numbers
