"""Runs of pages come one after the other, and nobody waits long for it."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from core.kept import Kept
from pages.shared import frame, start
from pages.shared.server import waiting
from pages.shared.server.turns import Turns, turns

LONG = 60.0  # seconds; no test waits so long


@dataclass
class Thing:
    nbytes: int = 1


def free(them: Turns) -> bool:
    """Whether a run would get its turn at once."""
    taken = them._free.acquire(blocking=False)
    if taken:
        them._free.release()
    return taken


def test_no_two_runs_are_at_it_at_once():
    them, inside, most = Turns(LONG), [0], [0]

    def run(_: int) -> None:
        with them.taken():
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.002)
            inside[0] -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(run, range(24)))
    assert most == [1]


def test_who_came_first_goes_first():
    them, order, waiters = Turns(LONG), [], []

    def run(number: int) -> None:
        with them.taken():
            order.append(number)

    with them.taken():
        for number in range(5):
            waiters.append(threading.Thread(target=run, args=(number,)))
            waiters[-1].start()
            line = vars(vars(them._free)["_cond"])["_waiters"]
            _until(lambda line=line: len(line) == len(waiters))
    for it in waiters:
        it.join()
    assert order == [0, 1, 2, 3, 4]


def test_a_run_that_does_not_end_holds_nobody_up():
    them = Turns(patience=0.01)

    def other() -> bool:
        with them.taken(), them.lent():
            return free(them)

    with them.taken(), ThreadPoolExecutor(1) as thread:
        assert not thread.submit(other).result()  # it went on, and had no turn to lend
        assert not free(them)
    assert free(them)


def test_a_run_that_fails_gives_its_turn_back():
    them = Turns(LONG)
    with pytest.raises(ZeroDivisionError), them.taken():
        _ = 1 / 0
    assert free(them)


def test_a_turn_that_is_lent_comes_back():
    them = Turns(LONG)
    with them.taken():
        with them.lent():
            assert free(them)
        assert not free(them)
    assert free(them)


def test_who_has_no_turn_lends_none():
    them = Turns(LONG)
    with them.lent():
        assert free(them)
    assert free(them)


def test_a_page_is_drawn_in_its_turn(monkeypatch: pytest.MonkeyPatch):
    held: list[bool] = []
    monkeypatch.setattr(frame, "run", lambda: held.append(not free(turns)))
    start.run()
    assert held == [True]


def test_pages_go_on_while_somebody_computes_for_long():
    seen: list[bool] = []

    def make() -> Thing:
        seen.append(free(turns))
        return Thing()

    with turns.taken():
        waiting.in_turn(Kept(10), "a long text", make, lambda _: None)
    assert seen == [True]


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)
