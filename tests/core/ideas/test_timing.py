"""Timing is bounded, one at a time, and gives its turn back whatever happens."""

from contextlib import closing

import pytest

from core.errors import InputError
from core.ideas import timing
from core.ideas.cost import ROWS, Setting
from core.ideas.timing import ROUNDS, ratios, timed

SMALL = Setting(8, 8)


def test_every_layer_is_timed_in_every_round():
    rounds = list(timed(SMALL))
    assert [it.done for it in rounds] == list(range(1, ROUNDS + 1))
    seconds = rounds[-1].seconds
    assert tuple(seconds) == ROWS
    assert all(len(times) == ROUNDS and min(times) > 0 for times in seconds.values())


def test_ratios_by_hand():
    found = ratios({"self_attention": [1.0, 2.0, 4.0], "recurrent": [2.0, 6.0, 4.0]})
    assert found["self_attention"] == (1, 1, 1)
    assert found["recurrent"] == (2, 1.5, 2.5)


def test_no_round_is_begun_after_the_time_is_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timing, "SECONDS", 0)
    assert len(list(timed(SMALL))) == 1


def test_two_at_a_time_are_refused_and_the_turn_is_given_back():
    with closing(timed(SMALL)) as first:
        next(first)
        with pytest.raises(InputError, match="timing_is_busy"):
            next(timed(SMALL))
    with closing(timed(SMALL)) as after:
        assert next(after).done == 1


def test_the_turn_is_given_back_when_a_layer_fails(monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(timing, "runner", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            next(timed(SMALL))
    assert len(list(timed(SMALL))) == ROUNDS


def test_what_would_take_too_long_is_refused():
    with pytest.raises(InputError, match="too_large_to_time"):
        next(timed(Setting(4096, 1024)))
