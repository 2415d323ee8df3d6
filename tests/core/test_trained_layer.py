"""A layer of a trained network as readers edit it: the network's own numbers, and theirs."""

import io
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from typing import Any, get_args

import numpy as np
import pytest
import torch

from core.arrays import Array
from core.influence import influence
from core.layer import Edit
from core.sources.trained import TrainedSource
from core.sources.trained_layer import opened
from core.taken.snippet import snippet
from core.training.contenders import ATTENTION, CONTENDERS, Contender, Design, restored
from core.training.networks import N_HEADS, Network
from core.training.race import SLICE, Race, race, shown
from core.training.tasks import Task, TaskKind

STEPS = ("q", "k", "v", "scores", "bias", "weights", "output")
WIDTH = 5
"""A column of W_Q, head 2."""


@cache
def trained(contender: Contender, kind: TaskKind = "recall", layers: int = 2) -> TrainedSource:
    design = Design(Task(kind, 16, 4), budget=8000, layers=layers, field=7)
    *_, last = race(Race(design, (contender,), steps=SLICE))
    assert last.parameters
    return TrainedSource(contender, design, last.parameters, last.seed, last.step)


def words(source: TrainedSource) -> tuple[str, ...]:
    return shown(source.design.task, 0)


@pytest.fixture(autouse=True)
def default_printing() -> Iterator[None]:
    """The exported program sets how torch prints, for the whole process."""
    yield
    torch.set_printoptions(profile="default")


@pytest.mark.parametrize("kind", get_args(TaskKind))
@pytest.mark.parametrize("contender", ATTENTION)
def test_every_layer_does_what_the_network_does(contender: Contender, kind: TaskKind):
    source = trained(contender, kind)
    sentence = " ".join(words(source))
    for index, expected in enumerate(source.trace(sentence).layers):
        trace = opened(source, index).trace(sentence)
        assert trace.origin == source.origin
        assert trace.key_tokens == words(source)
        for step in STEPS:
            found, wanted = getattr(trace.layers[0], step), getattr(expected, step)
            np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5, err_msg=step)
        mixed = trace.layers[0].mixed
        np.testing.assert_allclose(mixed[:, :-1], expected.mixed, rtol=1e-5, atol=1e-5)
        assert not mixed[:, -1].any()


def test_what_the_network_adds_is_the_last_row_and_meets_a_one():
    source = trained("rotary")
    found = opened(source, 1).untouched(words(source))
    assert (found.x[:, -1] == 1).all()
    added = source.parameters["b_q_1"].reshape(N_HEADS, -1)
    np.testing.assert_array_equal(found.w_q[:, -1], added)
    assert added.any()
    assert not found.w_v[:, -1].any()


@pytest.mark.parametrize("contender", ATTENTION)
def test_the_ten_lines_print_the_networks_weights(contender: Contender):
    source = trained(contender, layers=1)
    layer = opened(source, 0)
    names: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()):
        exec(snippet(layer.parameters(words(source)), layer.rules), names)
    [expected] = source.trace(" ".join(words(source))).layers
    np.testing.assert_allclose(names["weights"], expected.weights, atol=1e-5)
    np.testing.assert_allclose(names["output"], expected.output, atol=1e-5)


@pytest.mark.parametrize("contender", CONTENDERS)
def test_what_is_felt_is_the_derivative_of_the_answers(contender: Contender):
    source = trained(contender)
    network = source.restored().double()
    x = network.embedded(source.design.task.inputs(words(source)))
    found = source.measured(words(source))
    expected = influence(network.layer, x, found.field.reach)
    np.testing.assert_allclose(found.influence.strength, expected.strength, atol=1e-10)


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("contender", ["relative", "rotary"])
def test_a_changed_number_is_that_number_of_the_network(contender: Contender, index: int):
    source = trained(contender)
    name = f"w_q_{index}"
    changed = source.parameters[name].copy()
    changed.reshape(len(changed), N_HEADS, -1)[3, 2, WIDTH] = 4.5
    other = replace(source, parameters={**source.parameters, name: changed})
    layer = opened(source, index, (Edit("w_q", (2, 3, WIDTH), 4.5),))
    trace, expected = layer.trace_of(words(source)), other.trace(" ".join(words(source)))
    np.testing.assert_allclose(
        trace.layers[0].weights, expected.layers[index].weights, rtol=1e-4, atol=1e-5
    )
    assert str(trace.origin) == "trained (10), edited"
    felt, plain = (it.measured(words(source)).influence.strength for it in (layer, source))
    wanted = other.measured(words(source)).influence.strength
    np.testing.assert_allclose(felt, wanted, rtol=1e-4, atol=1e-6)
    assert np.abs(felt - plain).max() > 1e-3


def test_a_distance_can_be_changed_for_one_head():
    source = trained("relative")
    layer = opened(source, 0, (Edit("b_distance", (2, 0, 3), 9.0),))
    now, before = (it.trace_of(words(source)).layers[0] for it in (layer, opened(source, 0)))
    assert (now.bias[2].diagonal(-3) == 9).all()
    assert (now.weights[2].diagonal(-3) > 0.9).all()
    np.testing.assert_array_equal(np.delete(now.weights, 2, 0), np.delete(before.weights, 2, 0))


@pytest.mark.parametrize("index", [0, 1])
def test_a_moved_vector_is_felt_from_where_it_was_moved_to(index: int):
    source = trained("sinusoidal")
    edits = (Edit("x", (0, 4, 1), 2.5), Edit("x", (0, 2, 0), -1.0))
    layer = opened(source, index, edits)
    network = source.restored_attention().double()
    x = network.embedded(source.design.task.inputs(words(source)))
    shift = torch.zeros_like(x)
    read = torch.from_numpy(opened(source, index).untouched(words(source)).x).double()
    for _, (_, row, column), value in edits:
        shift[row, column] = value - read[row, column]

    def moved(it: torch.Tensor) -> torch.Tensor:
        for at in range(network.n_layers):
            it = it + (shift if at == index else 0)
            it = it + network.steps(it, at).output
        return network.answered(it).flatten(-2)

    found = layer.measured(words(source))
    expected = influence(moved, x, found.field.reach)
    np.testing.assert_allclose(found.influence.strength, expected.strength, atol=1e-5)


def test_the_network_is_restored_once(monkeypatch: pytest.MonkeyPatch):
    source, made = trained("relative"), []

    def noted(of: Contender, design: Design, parameters: Mapping[str, Array]) -> Network:
        made.append(of)
        return restored(of, design, parameters)

    monkeypatch.setattr("core.sources.trained.restored", noted)
    layer = opened(source, 1, (Edit("w_q", (0, 0, 0), 1.0),))
    layer.trace_of(words(source))
    layer.measured(words(source))
    layer.answered(words(source))
    assert made == ["relative"]


def test_what_has_no_attention_has_no_layer():
    with pytest.raises(ValueError, match="gru has no attention"):
        opened(trained("gru"), 0)
