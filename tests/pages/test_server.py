"""What is done for the whole server: garbage is looked for seldom, and runs need no helpers."""

import gc
import threading
import time

import pytest
import torch

from pages.shared.server import process


def test_garbage_is_looked_for_once_in_a_while(monkeypatch: pytest.MonkeyPatch):
    now, searched = [1000.0], []
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(gc, "collect", lambda: searched.append(now[0]))
    monkeypatch.setattr(process, "_GARBAGE", process._Garbage())
    for _ in range(100):
        process.tidy()
        now[0] += process.REST / 32
    assert searched == pytest.approx([1000.0 + n * process.REST for n in range(4)])


def test_every_run_declines_helpers_in_its_own_thread():
    # What another thread has chosen does not hold there: torch would start helpers for each run.
    found: list[int] = []

    def run() -> None:
        torch.set_num_threads(2)
        process.decline_helpers()
        found.append(torch.get_num_threads())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [1]
