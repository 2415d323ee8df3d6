"""What is done for the whole server: garbage is looked for seldom."""

import gc
import time

import pytest

from pages.shared import server


def test_garbage_is_looked_for_once_in_a_while(monkeypatch: pytest.MonkeyPatch):
    now, searched = [1000.0], []
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(gc, "collect", lambda: searched.append(now[0]))
    monkeypatch.setattr(server, "_GARBAGE", server._Garbage())
    for _ in range(100):
        server.tidy()
        now[0] += server.REST / 32
    assert searched == pytest.approx([1000.0 + n * server.REST for n in range(4)])
