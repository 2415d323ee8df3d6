"""The recorded race: what a fresh run of the defaults gives, and what sizes of state come to."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.arrays import Array
from core.reader.training import TrainingChoice
from core.training.contenders import restored
from core.training.learning import latest
from core.training.networks import STATES
from core.training.race import SLICE, Race, race
from core.training.recording import SWEPT, accuracy_by_state, recorded, save
from core.training.tasks import TaskKind

RACE = TrainingChoice().race


def test_the_defaults_are_recorded_from_beginning_to_end():
    found = recorded()
    assert found.race == RACE, "run `python -m core.training.record` again"
    assert len(found.snapshots) == RACE.snapshots
    assert found.seconds.keys() == {*RACE.contenders}
    whole = [it.step for it in found.snapshots if it.parameters]
    assert whole == [0] * len(RACE.contenders) + [SLICE * RACE.slices] * len(RACE.contenders)


@pytest.mark.parametrize("contender", ["cnn", "linear"])
def test_a_fresh_run_gives_what_is_recorded(contender: str):
    alone = replace(RACE, contenders=tuple(it for it in RACE.contenders if it == contender))
    fresh = [*race(alone)]
    kept = [it for it in recorded().snapshots if it.contender == contender]
    assert [it.step for it in kept] == [it.step for it in fresh]
    # Another machine rounds otherwise, and small differences grow with every step.
    np.testing.assert_allclose([it.loss for it in kept], [it.loss for it in fresh], atol=0.05)
    np.testing.assert_allclose(kept[-1].accuracy, fresh[-1].accuracy, atol=0.05)
    for one, other in ((kept[0], fresh[0]), (kept[-1], fresh[-1])):
        assert one.parameters is not None
        assert other.parameters is not None
        assert one.parameters.keys() == other.parameters.keys()
    assert kept[0].accuracy.tolist() == fresh[0].accuracy.tolist()


def test_the_recorded_networks_answer_as_recorded():
    [last] = [it for it in recorded().snapshots[-8:] if it.contender == "relative"]
    assert last.parameters is not None
    assert last.weights is not None
    network = restored("relative", RACE.design, last.parameters)
    [shown] = [
        it for it in race(replace(RACE, contenders=("relative",), steps=SLICE)) if not it.step
    ]
    assert shown.weights is not None
    assert shown.weights.shape == last.weights.shape
    assert not np.allclose(shown.weights, last.weights)
    assert network.task == RACE.design.task
    assert latest(recorded().snapshots, "relative").min() > 0.95


def test_a_larger_state_holds_more_pairs():
    by_state = recorded().by_state
    assert {*by_state} == {*SWEPT}
    worst = by_state["pairs"].min(axis=1)
    assert worst.tolist() == sorted(worst)
    assert worst[-1] > 0.99
    assert by_state["pairs"].max(axis=1)[0] < 0.3
    assert len(worst) == len(STATES)


def test_a_recording_is_read_as_it_was_written(tmp_path: Path):
    small = replace(RACE, contenders=("linear", "relative"), steps=SLICE)
    small = replace(small, design=replace(small.design, budget=8_000))
    wanted = [*race(small)]
    by_state: dict[TaskKind, Array] = {"recall": np.array([[0.5, 1.0]])}
    save(small, wanted, {"linear": 1.0, "relative": 2.0}, by_state, tmp_path / "race.safetensors")
    found = recorded(tmp_path / "race.safetensors")
    assert found.race == small
    for one, other in zip(found.snapshots, wanted, strict=True):
        assert (one.contender, one.seed, one.step, one.loss) == (
            other.contender, other.seed, other.step, other.loss,
        )  # fmt: skip
        assert one.accuracy.tolist() == other.accuracy.tolist()
        assert one.parameters is not None
        assert other.parameters is not None
        assert all(
            (one.parameters[name] == other.parameters[name]).all() for name in one.parameters
        )
        assert (one.weights is None) == (other.weights is None)
        if one.weights is not None:
            np.testing.assert_array_equal(one.weights, other.weights)


def test_every_size_of_state_is_tried_alone():
    short = Race(RACE.design, RACE.contenders, steps=SLICE, seeds=2)
    found = accuracy_by_state(short)
    assert found.shape == (len(STATES), len(RACE.design.task.distances))
    assert ((found >= 0) & (found <= 1)).all()
