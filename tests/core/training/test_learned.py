"""The races that were written down are those that a fresh run gives."""

import numpy as np
import pytest

from core.training.findings import findings
from tests.learned import RACES, fresh, kept

STRAYS = 0.1
"""How far shares of right answers may lie apart on processors that round differently."""


@pytest.mark.slow
@pytest.mark.parametrize("name", RACES)
def test_a_fresh_race_gives_what_was_written_down(name: str):
    now, before = fresh(name), kept(name)
    assert [(it.contender, it.seed, it.step) for it in now] == [
        (it.contender, it.seed, it.step) for it in before
    ]
    strayed = [np.abs(a.accuracy - b.accuracy).mean() for a, b in zip(now, before, strict=True)]
    assert max(strayed) < STRAYS
    assert [it.name for it in findings(RACES[name], now)] == [
        it.name for it in findings(RACES[name], before)
    ]


@pytest.mark.parametrize("name", RACES)
def test_what_was_written_down_is_whole(name: str):
    assert len(kept(name)) == RACES[name].snapshots
