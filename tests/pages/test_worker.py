"""One race at a time, a short queue, and nobody computes for a reader who has left."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import replace

import numpy as np
import pytest

from core.errors import InputError
from core.training.contenders import Design
from core.training.race import Race, Snapshot, race
from core.training.tasks import Task
from pages.shared.server import races
from pages.shared.server import worker as module
from pages.shared.server.worker import (
    LONGEST_QUEUE,
    LONGEST_RACE,
    MOST_PARTED,
    MOST_PAUSED,
    MOST_READERS,
    MOST_REMEMBERED,
    Job,
    Progress,
    State,
    Worker,
)

IT = Race(Design(Task()), ("rnn",), steps=1000)


def other(seed: int) -> Race:
    return replace(IT, seed=seed)


class Trainer:
    """Trains nothing, slowly; knows how many do so at once."""

    def __init__(self, snapshots: int = 1000) -> None:
        self.snapshots, self.now, self.most, self.slices = snapshots, 0, 0, 0
        self.closed = threading.Event()

    def __call__(self, it: Race) -> Generator[Snapshot, None, None]:
        try:
            for step in range(self.snapshots):
                self.now += 1
                self.most = max(self.most, self.now)
                time.sleep(0.002)
                self.now -= 1
                self.slices += 1
                yield Snapshot("rnn", it.seed, step, 1.0, np.zeros(6), None, None)
        finally:
            self.closed.set()


def until(worker: Worker, name: str, what: Callable[[Progress], bool]) -> Progress:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = worker.look(name)
        assert found
        if what(found):
            return found
        time.sleep(0.01)
    raise TimeoutError


def test_a_race_runs_to_its_end_and_the_thread_with_it():
    worker = Worker(Trainer(5))
    done = until(worker, worker.start(IT), lambda it: not it.busy)
    assert done.state == "done"
    assert len(done.snapshots) == 5
    assert done.seconds.keys() == {("rnn", 0)}
    end = time.monotonic() + 5
    while not worker.idle() and time.monotonic() < end:
        time.sleep(0.01)
    assert worker.idle()


def test_two_who_start_at_once_both_finish_one_after_the_other():
    trainer = Trainer(20)
    worker = Worker(trainer)
    first, second = worker.start(IT), worker.start(other(1))
    until(worker, first, lambda it: it.state == "running")
    found = worker.look(second)
    assert found
    assert (found.state, found.place) == ("waiting", 1)
    for name in (first, second):
        until(worker, name, lambda it: it.state == "done")
    assert trainer.most == 1


def test_the_queue_is_short():
    worker = Worker(Trainer())
    running = worker.start(IT)
    until(worker, running, lambda it: it.state == "running")
    names = [worker.start(other(seed)) for seed in range(1, 1 + LONGEST_QUEUE)]
    with pytest.raises(InputError, match="training_queue_full"):
        worker.start(other(9))
    joined = [worker.start(IT), worker.start(other(1))]  # takes no place
    for name in joined:
        worker.stop(name)
    for name in (*names, running):
        worker.stop(name)
        until(worker, name, lambda it: it.state == "stopped")


def test_a_paused_race_computes_nothing_lets_others_run_and_goes_on():
    trainer = Trainer()
    worker = Worker(trainer)
    name = worker.start(IT)
    until(worker, name, lambda it: len(it.snapshots) > 2)
    worker.pause(name)
    paused = until(worker, name, lambda it: it.state == "paused")
    slices = trainer.slices
    time.sleep(0.1)
    assert trainer.slices == slices
    another = worker.start(IT)  # equal, but this one is not set aside
    until(worker, another, lambda it: it.state == "running")
    worker.stop(another)
    worker.go_on(name)
    until(worker, name, lambda it: len(it.snapshots) > len(paused.snapshots))
    worker.stop(name)
    stopped = until(worker, name, lambda it: it.state == "stopped")
    assert [it.step for it in stopped.snapshots] == list(range(len(stopped.snapshots)))


def test_nobody_computes_for_a_reader_who_has_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(races, "ABSENT", 0.2)
    trainer = Trainer(100_000)
    worker = Worker(trainer)
    name = worker.start(IT)
    until(worker, name, lambda it: it.state == "running")
    assert trainer.closed.wait(5)
    slices = trainer.slices
    time.sleep(0.1)
    assert trainer.slices == slices
    found = worker.look(name)
    assert found
    assert found.state == "left"


def test_who_waits_and_leaves_loses_the_place(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(races, "ABSENT", 0.3)
    worker = Worker(Trainer(100_000))
    running, gone, waits = (worker.start(other(seed)) for seed in range(3))
    until(worker, running, lambda it: it.state == "running")
    end = time.monotonic() + 5
    while (place := worker.look(waits)) and place.place != 1 and time.monotonic() < end:
        worker.look(running)
        time.sleep(0.01)
    left = worker.look(gone)
    assert left
    assert left.state == "left"
    worker.stop(running)
    worker.stop(waits)


def test_a_paused_race_waits_for_its_reader_but_not_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(races, "ABSENT", 0.05)
    monkeypatch.setattr(races, "PATIENCE", 0.6)
    worker = Worker(Trainer(100_000))
    name = paused(worker)
    time.sleep(0.2)  # longer than a running race would wait
    assert until(worker, name, lambda it: True).state == "paused"
    time.sleep(0.8)
    worker.stop(worker.start(IT))  # somebody else's
    assert until(worker, name, lambda it: True).state == "left"


def test_only_so_many_races_are_paused_at_a_time():
    worker = Worker(Trainer(100_000))
    names = [paused(worker) for _ in range(MOST_PAUSED + 1)]
    states = [found.state for name in names[1:] if (found := worker.look(name))]
    assert states == ["paused"] * MOST_PAUSED
    first = worker.look(names[0])
    assert first is None or first.state == "left"


def paused(worker: Worker) -> str:
    name = worker.start(IT)
    until(worker, name, lambda it: it.state == "running")
    worker.pause(name)
    until(worker, name, lambda it: it.state == "paused")
    return name


def test_a_race_that_came_to_its_end_is_found_by_its_settings():
    worker = Worker(Trainer(5))
    assert worker.finished(IT, 5) is None
    name = worker.start(IT)
    until(worker, name, lambda it: it.state == "done")
    found = worker.finished(replace(IT), 5)
    assert found
    assert found != name  # one's own
    assert worker.finished(IT, 5, own={found}) == found
    assert worker.look(found)
    assert worker.finished(IT, 4) is None
    assert worker.finished(replace(IT, seed=1), 5) is None


def test_no_race_takes_longer_than_it_may(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LONGEST_RACE", 0.05)
    worker = Worker(Trainer())
    found = until(worker, worker.start(IT), lambda it: not it.busy)
    assert found.state == "limit"
    assert found.snapshots


def test_a_race_that_takes_too_long_is_not_begun_once_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LONGEST_RACE", 0.05)
    worker = Worker(Trainer())
    found = until(worker, worker.start(IT), lambda it: not it.busy)
    assert worker.finished(IT, IT.snapshots)
    assert worker.finished(IT, len(found.snapshots) - 1) is None


@pytest.mark.parametrize("state", ["left", "limit", "failed"])
def test_a_race_that_its_reader_did_not_break_off_was_to_come_as_far(state: State):
    snapshots = [Snapshot("rnn", 0, step, 1.0, np.zeros(6), None, None) for step in range(4)]
    job = Job(IT, Trainer()(IT), {"1": 0.0}, snapshots=snapshots, upto=50)
    job.end(state)
    assert (job.progress(0).ran, job.progress(0).pausing) == (50, False)
    job.end("stopped")
    assert job.progress(0).ran == 4


def test_what_remains_ends_at_the_limit():
    snapshots = [Snapshot("rnn", 0, step, 1.0, np.zeros(6), None, None) for step in range(4)]
    job = Job(IT, Trainer()(IT), {"1": 0.0}, snapshots=snapshots)  # 4 of 101
    job.elapsed = 1.0
    assert job.progress(0).remaining == pytest.approx(97 / 4)
    job.elapsed = 50.0
    assert job.progress(0).remaining == LONGEST_RACE - 50


def test_a_race_is_expected_to_take_as_long_as_the_last_one_did():
    worker = Worker(Trainer(IT.snapshots))
    done = until(worker, worker.start(IT), lambda it: not it.busy)
    assert worker.expected(IT) == pytest.approx(done.elapsed)
    assert worker.expected(replace(IT, seeds=3)) == pytest.approx(3 * done.elapsed)


def test_a_race_that_fails_says_so_and_the_next_one_runs(caplog: pytest.LogCaptureFixture):
    def fail(it: Race) -> Generator[Snapshot, None, None]:
        yield from Trainer(3 if it.seed else 1)(it)
        if not it.seed:
            raise ZeroDivisionError

    worker = Worker(fail)
    first, second = worker.start(IT), worker.start(Race(IT.design, IT.contenders, seed=1))
    assert until(worker, first, lambda it: not it.busy).state == "failed"
    assert until(worker, second, lambda it: not it.busy).state == "done"
    assert "Training failed" in caplog.text


def test_old_races_are_forgotten():
    worker = Worker(Trainer(1))
    names = []
    for _ in range(MOST_REMEMBERED + 3):
        names.append(worker.start(IT))
        until(worker, names[-1], lambda it: not it.busy)
    assert worker.look(names[0]) is None
    assert worker.look(names[-1])
    worker.stop(names[0])  # what is forgotten cannot be stopped, and nothing happens
    worker.go_on(names[0])


def test_a_thread_rests_between_slices():
    def busy(it: Race) -> Generator[Snapshot, None, None]:
        for step in range(10):
            end = time.thread_time() + 0.02
            while time.thread_time() < end:
                pass
            yield Snapshot("rnn", it.seed, step, 1.0, np.zeros(6), None, None)

    worker = Worker(busy)
    done = until(worker, worker.start(IT), lambda it: not it.busy)
    assert done.elapsed >= done.took("rnn") / 0.71


# Readers who ask for the same


def test_who_asks_for_the_same_watches_the_same_race():
    trainer = Trainer(30)
    worker = Worker(trainer)
    names = [worker.start(replace(IT)) for _ in range(30)]
    assert len({*names}) == 30
    done = [until(worker, name, lambda it: it.state == "done") for name in names]
    assert trainer.slices == 30
    assert all(it.snapshots == done[0].snapshots for it in done)


def test_one_who_stops_keeps_what_there_was_and_the_others_go_on():
    worker = Worker(Trainer(200))
    one, two = worker.start(IT), worker.start(IT)
    until(worker, one, lambda it: len(it.snapshots) > 5)
    assert until(worker, two, lambda it: True).others
    worker.pause(one)  # is not hers alone
    worker.stop(one)
    stopped = until(worker, one, lambda it: it.state == "stopped")
    assert 5 < len(stopped.snapshots) < 200
    done = until(worker, two, lambda it: not it.busy)
    assert (done.state, len(done.snapshots)) == ("done", 200)
    assert stopped.snapshots == done.snapshots[: len(stopped.snapshots)]
    assert worker.look(one) == stopped
    assert not done.others


def test_a_race_is_left_when_the_last_of_its_readers_has_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(races, "ABSENT", 0.2)
    worker = Worker(Trainer(100_000))
    gone, stays = worker.start(IT), worker.start(IT)
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        assert until(worker, stays, lambda it: True).state in ("waiting", "running")
        time.sleep(0.01)
    assert not until(worker, stays, lambda it: it.state == "running").others
    worker.pause(stays)  # who has left is not asked
    until(worker, stays, lambda it: it.state == "paused")
    worker.go_on(stays)
    until(worker, stays, lambda it: it.state == "running")
    time.sleep(0.6)
    assert until(worker, gone, lambda it: True).state == "left"


def test_nobody_joins_a_race_that_is_being_stopped_or_set_aside():
    worker = Worker(Trainer(100_000))
    for ask in (worker.pause, worker.stop):
        name = worker.start(IT)
        until(worker, name, lambda it: it.state == "running")
        ask(name)
        joined = worker.start(IT)
        assert not until(worker, name, lambda it: it.state in ("paused", "stopped")).others
        until(worker, joined, lambda it: it.state == "running")
        worker.stop(joined)
        until(worker, joined, lambda it: not it.busy)


def test_clicks_without_end_do_not_crowd_out_who_watches():
    worker = Worker(Trainer(100_000))
    watches = worker.start(IT)
    forged = []
    for _ in range(2 * MOST_READERS):
        forged.append(worker.start(IT))
        assert worker.look(watches)
    assert worker.look(forged[0]) is None
    [job] = worker._races._jobs
    assert len(job.readers) == MOST_READERS
    for name in forged[-2 * MOST_PARTED :]:
        worker.stop(name)
    assert len(worker._races._parted) == MOST_PARTED
    assert until(worker, watches, lambda it: True).state == "running"
    job.readers = {watches: job.readers[watches]}
    worker.stop(watches)
    until(worker, watches, lambda it: it.state == "stopped")


def test_who_joins_a_race_twice_is_one_reader():
    worker = Worker(Trainer(100_000))
    one = worker.start(IT)
    assert worker.start(IT, own={one}) == one
    assert not until(worker, one, lambda it: it.state == "running").others
    two = worker.start(IT, own={"none of this race"})
    assert until(worker, one, lambda it: True).others
    worker.stop(one)
    worker.stop(two)


# As far as another one came

SMALL = Race(Design(Task(length=16), 8_000), ("rnn", "cnn"), steps=50)


@pytest.mark.parametrize("upto", [1, 2, 5, SMALL.snapshots - 1])
def test_a_race_up_to_somewhere_is_the_race_that_was_stopped_there(upto: int):
    worker = Worker()
    found = until(worker, worker.start(SMALL, upto), lambda it: not it.busy)
    assert (found.state, found.goal, found.ran) == ("stopped", upto, upto)
    expected = list(race(SMALL))[:upto]
    assert [bits(it) for it in found.snapshots] == [bits(it.summary) for it in expected]
    for (name, seed), both in found.networks.items():
        own = [it for it in expected if (it.contender, it.seed) == (name, seed)]
        assert bits(both[0]) == bits(own[0])
        assert bits(both[-1]) == bits(own[-1])
        assert SMALL.learned(name, upto) == own[-1].step
    assert worker.finished(SMALL, upto)


@pytest.mark.parametrize("upto", [SMALL.snapshots, SMALL.snapshots + 1])
def test_a_race_up_to_its_end_is_the_whole_race(upto: int):
    worker = Worker()
    found = until(worker, worker.start(SMALL, upto, pausing=True), lambda it: not it.busy)
    assert (found.state, len(found.snapshots)) == ("done", SMALL.snapshots)


def test_a_race_that_was_set_aside_goes_on_to_its_end():
    worker = Worker()
    name = worker.start(SMALL, 5, pausing=True)
    assert until(worker, name, lambda it: True).pausing
    waits = until(worker, name, lambda it: it.state == "paused")
    assert (len(waits.snapshots), waits.ran, waits.pausing) == (5, 5, True)
    worker.go_on(name)
    done = until(worker, name, lambda it: not it.busy)
    assert (done.state, done.ran, done.pausing) == ("done", SMALL.snapshots, False)
    assert [bits(it) for it in done.snapshots] == [bits(it.summary) for it in race(SMALL)]


def test_only_those_who_want_as_much_share_a_race():
    worker = Worker(Trainer(100))
    running = worker.start(other(1))
    until(worker, running, lambda it: it.state == "running")
    for upto, pausing in ((None, False), (5, False), (5, True)):
        worker.start(IT, upto, pausing=pausing)
    assert len(worker._races._jobs) == 4
    worker.start(IT, 5)
    assert len(worker._races._jobs) == 4
    with pytest.raises(InputError, match="training_queue_full"):
        worker.start(IT, 5, pausing=True)
    for job in worker._races._jobs:
        for name in [*job.readers]:
            worker.stop(name)


def bits(it: Snapshot) -> tuple[object, ...]:
    """All that a snapshot says, to the last bit."""
    weights = None if it.weights is None else it.weights.tobytes()
    parameters = {name: array.tobytes() for name, array in (it.parameters or {}).items()}
    return it.contender, it.seed, it.step, it.loss, it.accuracy.tobytes(), weights, parameters
