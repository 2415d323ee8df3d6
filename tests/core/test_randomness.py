"""Building and running layers leaves everybody else's random numbers and settings alone."""

import pickle
import random
from collections.abc import Callable

import pytest
import torch
from numpy.random import mtrand

from core.cnn import ConvolutionSettings, ConvolutionStack
from core.influence import influence
from core.masks import MaskRule
from core.rnn import RecurrentLayer, RecurrentSettings
from core.sources.handset import HandsetSource
from core.sources.seeded import SeededSource

WORK: dict[str, Callable[[], object]] = {
    "rnn": lambda: RecurrentLayer(3, RecurrentSettings("rnn", seed=1)),
    "lstm": lambda: RecurrentLayer(3, RecurrentSettings("lstm", direction="both")),
    "gru": lambda: RecurrentLayer(3, RecurrentSettings("gru")),
    "convolutions": lambda: ConvolutionStack(3, ConvolutionSettings(dilations=(1, 2), seed=1)),
    "influence": lambda: influence(
        RecurrentLayer(3, RecurrentSettings()), torch.ones(5, 3), MaskRule("causal").matrix(5)
    ),
    "handset source": lambda: HandsetSource().trace("猫 unheard"),
    "seeded source": lambda: SeededSource(seed=5).trace("猫 unheard"),
}
every_work = pytest.mark.parametrize("work", WORK.values(), ids=WORK.keys())


def random_states() -> tuple[object, ...]:
    return torch.get_rng_state().tolist(), pickle.dumps(mtrand.get_state()), random.getstate()


@every_work
def test_the_global_generators_are_left_alone(work: Callable[[], object]):
    before = random_states()
    work()
    assert random_states() == before


@every_work
@pytest.mark.parametrize("enabled", [True, False])
def test_the_default_dtype_and_the_grad_mode_are_left_alone(
    work: Callable[[], object], enabled: bool
):
    dtype = torch.get_default_dtype()
    with torch.set_grad_enabled(enabled):
        work()
        assert torch.is_grad_enabled() == enabled
    assert torch.get_default_dtype() == dtype


def test_global_seeds_do_not_reach_the_layers():
    torch.manual_seed(1)
    first = RecurrentLayer(3, RecurrentSettings()).net.state_dict()["weight_hh_l0"]
    torch.manual_seed(2)
    assert torch.equal(
        first, RecurrentLayer(3, RecurrentSettings()).net.state_dict()["weight_hh_l0"]
    )
