"""Recurrent layers against their equations in plain loops and against torch's own."""

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from core.rnn import Direction, RecurrentKind, RecurrentLayer, RecurrentSettings

D_IN, D_HIDDEN = 3, 5
KINDS: tuple[RecurrentKind, ...] = ("rnn", "lstm", "gru")
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
TORCHS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}

every_kind = pytest.mark.parametrize("kind", KINDS)
every_direction = pytest.mark.parametrize("direction", ["forward", "both"])


def sentence(n: int = 7) -> Tensor:
    return torch.randn(n, D_IN, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def layer_of(
    kind: RecurrentKind, direction: Direction = "forward", seed: int = 0
) -> RecurrentLayer:
    settings = RecurrentSettings(kind, D_HIDDEN, direction, seed=seed)
    return RecurrentLayer(D_IN, settings).double()


def matrices(layer: RecurrentLayer) -> tuple[Tensor, Tensor]:
    state = layer.net.state_dict()
    return state["weight_ih_l0"], state["weight_hh_l0"]


@every_kind
@every_direction
def test_agrees_with_torchs_layer_of_the_same_numbers(kind: RecurrentKind, direction: Direction):
    layer = layer_of(kind, direction)
    torchs = TORCHS[kind](D_IN, D_HIDDEN, bidirectional=direction == "both").double()
    torchs.load_state_dict(layer.net.state_dict())
    assert_close(layer(sentence()), torchs(sentence())[0].detach())


def test_the_plain_layer_step_by_step():
    layer = layer_of("rnn")
    w_x, w_h = matrices(layer)
    h = torch.zeros(D_HIDDEN, dtype=torch.float64)
    for x, output in zip(sentence(), layer(sentence()), strict=True):
        h = torch.tanh(w_x @ x + w_h @ h)
        assert_close(output, h)


def test_the_lstm_step_by_step():
    layer = layer_of("lstm")
    w_x, w_h = matrices(layer)
    h = c = torch.zeros(D_HIDDEN, dtype=torch.float64)
    for x, output in zip(sentence(), layer(sentence()), strict=True):
        enter, forget, content, leave = (w_x @ x + w_h @ h).chunk(4)
        c = forget.sigmoid() * c + enter.sigmoid() * content.tanh()
        h = leave.sigmoid() * c.tanh()
        assert_close(output, h)


def test_the_gru_step_by_step():
    layer = layer_of("gru")
    w_x, w_h = (w.chunk(3) for w in matrices(layer))
    h = torch.zeros(D_HIDDEN, dtype=torch.float64)
    for x, output in zip(sentence(), layer(sentence()), strict=True):
        reset = (w_x[0] @ x + w_h[0] @ h).sigmoid()
        keep = (w_x[1] @ x + w_h[1] @ h).sigmoid()
        h = keep * h + (1 - keep) * (w_x[2] @ x + reset * (w_h[2] @ h)).tanh()
        assert_close(output, h)


@every_kind
@pytest.mark.parametrize(("direction", "width"), [("forward", D_HIDDEN), ("both", 2 * D_HIDDEN)])
def test_one_row_a_token(kind: RecurrentKind, direction: Direction, width: int):
    for n in (1, 2, 7):
        assert layer_of(kind, direction)(sentence(n)).shape == (n, width)


@every_kind
def test_the_second_direction_reads_from_the_end(kind: RecurrentKind):
    layer, x = layer_of(kind, "both"), sentence()
    changed = x.clone()
    changed[0] += 1
    difference = (layer(changed) - layer(x)).abs()
    assert (difference[-1, :D_HIDDEN] > 0).any()
    assert (difference[1:, D_HIDDEN:] == 0).all()


@every_kind
@every_direction
def test_the_same_seed_gives_the_same_layer_and_another_seed_another(
    kind: RecurrentKind, direction: Direction
):
    first, again, other = (layer_of(kind, direction, seed)(sentence()) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.isclose(first, other).any()


@every_kind
@every_direction
def test_memory_is_turned_and_biases_are_0(kind: RecurrentKind, direction: Direction):
    for name, numbers in layer_of(kind, direction).net.state_dict().items():
        if name.startswith("bias"):
            assert not numbers.any()
        elif name.startswith("weight_hh"):
            assert len(numbers) == GATES[kind] * D_HIDDEN
            for gate in numbers.split(D_HIDDEN):
                identity = torch.eye(D_HIDDEN, dtype=torch.float64)
                assert_close(gate @ gate.mT, identity, rtol=0, atol=1e-5)


@pytest.mark.parametrize("gain", [0.5, 1.0, 1.5])
def test_the_gain_is_how_much_longer_memory_gets(gain: float):
    layer = RecurrentLayer(D_IN, RecurrentSettings(d_hidden=D_HIDDEN, gain=gain))
    _, w_h = matrices(layer)
    memory = torch.ones(D_HIDDEN)
    assert_close((w_h @ memory).norm(), gain * memory.norm())


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_gates_ignore_the_gain(kind: RecurrentKind):
    plain, strong = (
        RecurrentLayer(D_IN, RecurrentSettings(kind, D_HIDDEN, gain=gain)) for gain in (1.0, 3.0)
    )
    assert torch.equal(matrices(plain)[1], matrices(strong)[1])


@every_kind
def test_nothing_in_the_layer_learns(kind: RecurrentKind):
    layer = layer_of(kind)
    assert not any(parameter.requires_grad for parameter in layer.parameters())
    assert not layer(sentence()).requires_grad
