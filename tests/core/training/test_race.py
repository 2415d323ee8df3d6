"""Races are fair, repeatable and leave everybody else's random numbers alone."""

from dataclasses import replace
from itertools import islice, product

import numpy as np
import pytest
import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from core.errors import InputError
from core.reader.records import limits
from core.reader.training import BUDGETS, DISTANCES, FIELDS
from core.training.contenders import (
    ATTENTION,
    BUDGET_TOLERANCE,
    CONTENDERS,
    CONVOLUTIONAL,
    RECURRENT,
    Contender,
    Design,
    build,
    dilations,
    field_of,
    parameters_of,
    restored,
    size,
)
from core.training.learning import averaged, best, foremost, latest, losses, reliable
from core.training.networks import Network
from core.training.race import (
    BATCH,
    HELD_OUT,
    HELD_OUT_AT_THE_END,
    SHOWN,
    SLICE,
    Race,
    Snapshot,
    race,
    shown,
    sizes,
)
from core.training.tasks import EVERYWHERE, Task, TaskKind

SMALL = Design(Task("recall", 16, 3), budget=8000, field=7)
every_contender = pytest.mark.parametrize("contender", CONTENDERS)


# Fairness


@pytest.mark.parametrize("kind", ["recall", "pairs", "parity"])
@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("length", limits("training_length"))
def test_everybody_comes_within_a_tenth_of_the_budget(kind: TaskKind, budget: int, length: int):
    others = tuple(it for it in CONTENDERS if it not in CONVOLUTIONAL)  # they have no field
    settings = [(CONTENDERS, FIELDS[0], it) for it in DISTANCES]
    settings += [(CONVOLUTIONAL, *it) for it in product(FIELDS[1:], DISTANCES)]
    for contenders, field, farthest in settings:
        design = Design(Task(kind, length, 16, farthest), budget, 1, field)
        for parameters in sizes(contenders, design):
            assert abs(parameters / budget - 1) <= BUDGET_TOLERANCE
    far = Design(Task(kind, length, 16), budget, 1, FIELDS[-1])
    assert sizes(others, far) == sizes(others, replace(far, field=FIELDS[0]))


def test_a_budget_that_is_too_small_is_refused():
    with pytest.raises(InputError, match="budget_too_small"):
        sizes(CONTENDERS, replace(SMALL, budget=300))


@every_contender
def test_no_output_sees_what_comes_later(contender: Contender):
    network = build(contender, SMALL, seed=1)
    inputs = SMALL.task.examples(1, torch.Generator().manual_seed(0)).inputs
    changed = inputs.clone()
    changed[0, 9, 0] = (changed[0, 9, 0] + 1) % 3
    with torch.no_grad():
        difference = (network(inputs) - network(changed)).abs().sum(dim=(-2, -1))[0]
    assert (difference[:9] == 0).all()
    assert difference[9] > 0
    assert ((difference > 0).numpy() <= network.field(16).reach[:, 9]).all()


def test_fields_are_those_of_the_stack():
    assert dilations(15) == (1, 2, 4)
    assert [field_of("cnn", replace(SMALL, field=field)) for field in FIELDS] == list(FIELDS)
    assert field_of("wide_cnn", Design(Task())) == 63
    assert field_of("wide_cnn", SMALL) >= 9
    near = Design(Task(farthest=8))
    assert field_of("wide_cnn", near) == field_of("cnn", near) == 15


def test_a_cnn_answers_as_far_as_it_sees_however_far_is_asked():
    def learned(farthest: int) -> list[float]:
        task = Task("recall", 24, 2, farthest)
        *_, last = race(Race(Design(task, 8000, field=7), ("cnn",), steps=80))
        return last.accuracy.tolist()

    assert min(learned(4)) > 0.95
    *inside, beyond, farther = learned(16)
    assert min(inside) > 0.95
    assert max(beyond, farther) < 0.6


Rows = list[list[int]]


def seen(it: Race) -> tuple[Rows, Rows]:
    """The sequences that the networks of a race learned from, and those they were scored on."""
    learned: Rows = []
    scored: Rows = []

    def note(network: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        if isinstance(network, Network):
            rows = learned if torch.is_grad_enabled() else scored
            rows += given[0].flatten(1).tolist()

    hook = register_module_forward_pre_hook(note)
    try:
        list(race(it))
    finally:
        hook.remove()
    return learned, scored


@pytest.mark.parametrize(
    ("kind", "farthest", "seed"),
    [
        ("parity", EVERYWHERE, 0),
        ("parity", EVERYWHERE, 1),
        ("recall", EVERYWHERE, 0),
        ("recall", 4, 0),
        ("pairs", 4, 0),
    ],
)
def test_nobody_is_scored_on_what_somebody_learned_from(kind: TaskKind, farthest: int, seed: int):
    length = 8 if kind == "pairs" else 16
    task = Task(kind, length, 2, farthest)  # so short that sequences return
    learned, scored = seen(Race(Design(task, 8000), ("cnn",), steps=150, seed=seed))
    assert len(learned) == 150 * BATCH
    assert all(row not in scored for row in learned)
    assert task.inputs(shown(task, seed)).flatten().tolist() not in learned


def test_all_learn_from_the_same_data():
    once, twice = (seen(Race(SMALL, them, SLICE))[0] for them in [("gru",), ("cnn", "gru")])
    assert sorted(twice) == sorted(2 * once)


@pytest.mark.parametrize("kind", ["recall", "pairs", "parity"])
def test_every_snapshot_is_scored_on_the_first_of_the_last_ones_sequences(kind: TaskKind):
    _, scored = seen(Race(Design(Task(kind, 16, 2), 8000), ("cnn",), steps=SLICE))
    at_start, at_the_end = scored[:HELD_OUT], scored[-HELD_OUT_AT_THE_END:]
    assert at_start == at_the_end[:HELD_OUT]


# The race


def test_a_race_gives_every_snapshot_in_turn():
    it = Race(SMALL, ("relative", "cnn"), steps=15, seed=3, seeds=2)
    found = list(race(it))
    assert len(found) == it.snapshots == 12
    assert [s.contender for s in found[:4]] == ["relative", "cnn"] * 2
    assert [s.step for s in found[:6:2]] == [0, SLICE, 2 * SLICE]
    assert [s.seed for s in found] == [3] * 6 + [4] * 6
    assert all(s.parameters for s in found)
    assert found[1].weights is found[0].summary.weights is found[0].summary.parameters is None


@every_contender
def test_a_race_can_be_repeated(contender: Contender):
    it = Race(SMALL, (contender,), steps=SLICE, seed=5)
    first, second = list(race(it)), list(race(it))
    assert [s.loss for s in first] == [s.loss for s in second]
    assert first[-1].accuracy.tolist() == second[-1].accuracy.tolist()


def test_the_global_generator_is_not_touched():
    before = torch.get_rng_state()
    list(race(Race(SMALL, CONTENDERS, steps=SLICE)))
    assert torch.get_rng_state().equal(before)


def test_a_contender_learns_the_same_whoever_else_takes_part():
    alone = list(race(Race(SMALL, ("gru",), steps=SLICE)))
    together = [s for s in race(Race(SMALL, ("cnn", "gru"), steps=SLICE)) if s.contender == "gru"]
    assert [s.loss for s in alone] == [s.loss for s in together]


def test_a_race_can_be_broken_off():
    run = race(Race(SMALL, ("cnn",), steps=1000))
    assert len(list(islice(run, 2))) == 2
    run.close()
    assert next(run, None) is None


@pytest.mark.parametrize("kind", ["recall", "pairs", "parity"])
def test_the_shown_sequence_is_short_and_can_be_read(kind: TaskKind):
    task = Task(kind, 40)
    words = shown(task, 7)
    assert len(words) == SHOWN
    assert task.words(task.inputs(words)) == words
    assert shown(task, 7) == words


@every_contender
def test_a_network_can_be_restored_without_drawing_numbers(
    contender: Contender, monkeypatch: pytest.MonkeyPatch
):
    network = build(contender, SMALL, seed=1)
    monkeypatch.setattr("core.training.contenders._draw", None)
    again = restored(contender, SMALL, parameters_of(network))
    inputs = SMALL.task.examples(2, torch.Generator().manual_seed(0)).inputs
    assert network(inputs).equal(again(inputs))
    assert size(network) == size(again)


def test_attention_has_as_many_layers_as_asked_for():
    [first, *_] = race(Race(replace(SMALL, layers=2), ATTENTION, steps=SLICE))
    assert first.weights is not None
    assert len(first.weights) == 2


# What is read off


def snapshot(seed: int, step: int, loss: float, accuracy: float) -> Snapshot:
    return Snapshot("rnn", seed, step, loss, np.array([accuracy]), None, None)


def test_losses_and_last_accuracies_by_hand():
    found = [snapshot(1, 0, 2, 0.1), snapshot(1, 10, 1, 0.5), snapshot(2, 0, 3, 0.2)]
    found += [snapshot(2, 10, 4, 0.4)]
    assert latest(found, "rnn").tolist() == [[0.5], [0.4]]
    np.testing.assert_array_equal(losses(found, "rnn"), [[2, 1], [3, 4]])
    assert averaged(found) == 2


def test_the_best_is_who_answers_most():
    weak, strong = snapshot(1, 10, 1, 0.4), replace(snapshot(1, 10, 1, 0.5), contender="gru")
    assert best([weak, strong], RECURRENT) == "gru"
    assert best([weak], RECURRENT) == "rnn"
    assert best([weak], CONVOLUTIONAL) is None


def test_a_run_that_has_come_less_far_is_not_averaged_in():
    found = [snapshot(1, 0, 2, 0.1), snapshot(1, 10, 1, 0.5), snapshot(2, 0, 3, 0.2)]
    assert foremost(found, "rnn") == (1,)
    assert latest(found, "rnn").tolist() == [[0.5]]
    assert losses(found, "rnn").tolist() == [[2, 1]]
    assert averaged(found) == 1


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [([1, 1, 1], 4), ([1, 0.5, 1], 1), ([0.9, 1, 1], 0), ([0.95, 0.95, 0.9], 2)],
)
def test_reliable_up_to_the_first_failure(accuracy: list[float], expected: int):
    assert reliable(np.array(accuracy), (1, 2, 4)) == expected
