"""A trained network as a source: the trace is what it does, its influence keeps to theory."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.attention import scaled_dot_product_attention
from core.errors import InputError
from core.sources.trained import TrainedSource
from core.sources.trained_layer import opened
from core.training.contenders import ATTENTION, CONTENDERS, Contender, Design
from core.training.race import SLICE, Race, race, shown
from core.training.tasks import Task

DESIGN = Design(Task("recall", 16, 4), budget=8000, field=7)
WORDS = " ".join(shown(DESIGN.task, 0))


def trained(contender: Contender, design: Design = DESIGN) -> TrainedSource:
    *_, last = race(Race(design, (contender,), steps=SLICE))
    assert last.parameters
    return TrainedSource(contender, design, last.parameters, last.seed, last.step)


@pytest.mark.parametrize("contender", ATTENTION)
def test_the_trace_holds_together(contender: Contender):
    trace = trained(contender, replace(DESIGN, layers=2)).trace(WORDS)
    assert trace.query_tokens == trace.key_tokens == tuple(WORDS.split())
    assert str(trace.origin) == "trained (10)"
    assert len(trace.layers) == 2
    for layer in trace.layers:
        q, k, v, bias = (torch.tensor(it) for it in (layer.q, layer.k, layer.v, layer.bias))
        again = scaled_dot_product_attention(q, k, v, bias)
        np.testing.assert_allclose(again.weights, layer.weights, atol=1e-6)
        np.testing.assert_allclose(again.output, layer.output, atol=1e-5)
        assert not layer.weights[:, ~np.tri(16, dtype=bool)].any()


def test_the_trace_shows_what_training_showed():
    it = Race(DESIGN, ("rotary",), steps=SLICE)
    *_, last = race(it)
    assert last.parameters
    assert last.weights is not None
    held_out = DESIGN.task.examples(256, torch.Generator().manual_seed(0)).inputs[0]
    source = TrainedSource("rotary", DESIGN, last.parameters, 0, SLICE)
    trace = source.trace(" ".join(DESIGN.task.words(held_out)))
    np.testing.assert_allclose(trace.layers[0].weights, last.weights[0], atol=1e-6)


def test_before_the_first_step_numbers_are_seeded():
    first = next(race(Race(DESIGN, ("relative",), seed=4)))
    assert first.parameters
    origin = TrainedSource("relative", DESIGN, first.parameters, 4, 0).origin
    assert (origin.kind, origin.detail) == ("seeded", "4")


@pytest.mark.parametrize("contender", CONTENDERS)
def test_what_is_felt_is_within_reach(contender: Contender):
    measured = trained(contender).measured(tuple(WORDS.split())).influence
    n = len(WORDS.split())
    field = {"cnn": 7, "wide_cnn": 15}.get(contender, n)
    place = np.arange(n)
    ago = place[:, None] - place
    assert (measured.reach == ((ago >= 0) & (ago < field))).all()
    assert (measured.strength.diagonal() > 0).all()


def test_influence_agrees_with_finite_differences():
    source = trained("gru")
    network = source.restored().double()
    x = network.embedded(DESIGN.task.inputs(tuple(WORDS.split())))
    nudge = torch.zeros_like(x)
    nudge[3] = 1e-6 * torch.randn(x.shape[1], generator=torch.Generator().manual_seed(0))
    moved = (network.layer(x + nudge) - network.layer(x)).norm(dim=-1) / nudge.norm()
    strength = source.measured(tuple(WORDS.split())).influence.strength[:, 3]
    assert (moved.numpy() <= strength * 1.001 + 1e-6).all()
    assert moved[5] > 0


def test_words_of_another_task_are_refused():
    with pytest.raises(InputError, match="unknown_symbol"):
        trained("relative").trace("A B 猫")


@pytest.mark.parametrize("contender", ATTENTION)
def test_more_symbols_than_were_learned_from_are_refused(contender: Contender):
    source = trained(contender)
    with pytest.raises(InputError, match=r"too_many_symbols \(count=17, limit=16\)"):
        source.trace(f"{WORDS} A")
    with pytest.raises(InputError, match="too_many_symbols"):
        source.measured((*WORDS.split(), "A"))
    with pytest.raises(InputError, match="too_many_symbols"):
        opened(source, 0).trace(f"{WORDS} A")


def test_what_has_no_attention_has_no_trace():
    with pytest.raises(ValueError, match="no attention"):
        trained("gru").trace(WORDS)
