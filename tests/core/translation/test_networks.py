"""The networks against torch's own layers, and by laws."""

import pytest
import torch
from torch import Tensor, nn

from core.positions import sinusoidal
from core.translation.decoding import forced, greedy, slopes
from core.translation.network import Network, Sizes, draw, keep
from core.translation.pieces import END, START
from core.translation.recurrent import RecurrentNetwork
from core.translation.transformer import N_HEADS, Layer, TransformerNetwork

SIZES = Sizes(source=11, target=13, width=8, hidden=6)
SOURCE, TARGET = (4, 7, 5, 10, 6), (5, 12, 4)


def make(kind: str, seed: int = 0) -> Network:
    network = (
        TransformerNetwork(SIZES)
        if kind == "transformer"
        else RecurrentNetwork(SIZES, attends=kind == "attention")
    )
    draw(network, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        chance = torch.Generator().manual_seed(seed + 1)
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=chance))
    return network.double().requires_grad_(False)


@pytest.fixture(params=["vector", "attention", "transformer"])
def network(request: pytest.FixtureRequest) -> Network:
    return make(request.param)


def test_no_output_sees_a_later_piece_of_the_translation(network: Network):
    memory = network.encode(network.source[torch.tensor([SOURCE])], keep)
    whole = network.decode(memory, torch.tensor([(START, *TARGET)]), keep).scores
    start = network.decode(memory, torch.tensor([(START, *TARGET[:1])]), keep).scores
    torch.testing.assert_close(whole[:, :2], start)


def test_sentences_of_a_batch_do_not_see_each_other(network: Network):
    sources, targets = torch.randint(4, 11, (3, 5)), torch.randint(4, 13, (3, 4))
    together = network(sources, targets, keep)
    alone = network(sources[1:2], targets[1:2], keep)
    torch.testing.assert_close(together[1:2], alone)


def test_the_order_of_the_source_matters(network: Network):
    one = network(torch.tensor([SOURCE]), torch.tensor([TARGET]), keep)
    other = network(torch.tensor([SOURCE[::-1]]), torch.tensor([TARGET]), keep)
    assert not torch.allclose(one, other)


def test_what_a_network_writes_is_what_it_thinks_best_when_made_to_write_it(network: Network):
    [written] = greedy(network, torch.tensor([SOURCE]), longest=9)
    best = forced(network, SOURCE, written).best.tolist()
    assert best[: len(written)] == list(written)
    if len(written) < 9:
        assert best[-1] == END


def test_probabilities_of_all_continuations_sum_to_1(network: Network):
    total = sum(
        float(forced(network, SOURCE, (piece,)).log_probabilities[0].exp()) for piece in range(13)
    )
    assert total == pytest.approx(1)


def test_attention_shows_rows_that_sum_to_1_and_one_vector_shows_none(network: Network):
    weights = forced(network, SOURCE, TARGET).weights
    if isinstance(network, RecurrentNetwork) and not network.attends:
        assert weights.shape == (0, 1, 0, 5)
    else:
        torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]))


def test_slopes_are_what_finite_differences_say(network: Network):
    derivative = slopes(network, SOURCE, TARGET)  # (output, source, width)
    chosen = torch.tensor([*TARGET, END])

    def against_mean(x: Tensor) -> Tensor:
        memory = network.encode(x[None], keep)
        scores = network.decode(memory, torch.tensor([(START, *TARGET)]), keep).scores[0]
        return scores[torch.arange(4), chosen] - scores.mean(dim=-1)

    x, step = network.source[torch.tensor(SOURCE)], 1e-5
    for place in range(5):
        for column in range(8):
            moved = torch.zeros_like(x)
            moved[place, column] = step
            measured = (against_mean(x + moved) - against_mean(x - moved)) / (2 * step)
            torch.testing.assert_close(derivative[:, place, column], measured, atol=1e-8, rtol=1e-6)


def test_attention_without_an_opinion_looks_everywhere_alike():
    network = make("attention")
    assert isinstance(network, RecurrentNetwork)
    network.v_a.zero_()
    weights = forced(network, SOURCE, TARGET).weights
    torch.testing.assert_close(weights, torch.full_like(weights, 1 / 5))


def test_the_recurrent_writer_is_what_the_paper_says():
    network = make("attention")
    assert isinstance(network, RecurrentNetwork)
    x = network.source[torch.tensor([SOURCE])]
    states = nn.GRU.forward(network.reader, x)[0][0]  # (source, 2 * hidden)
    state = torch.tanh(
        network.w_start @ torch.cat((states[-1, :6], states[0, 6:])) + network.b_start
    )
    expected = []
    for piece in (START, *TARGET):
        rated = torch.stack(
            [network.v_a[0] @ torch.tanh(network.w_q @ state + network.w_k @ key) for key in states]
        )
        context = rated.softmax(dim=0) @ states
        before = network.target[piece]
        state = network.writer(torch.cat((before, context))[None], state[None])[0]
        known = torch.cat((state, context, before))
        expected.append(network.target @ torch.tanh(network.w_out @ known + network.b_out))
    scores = network(torch.tensor([SOURCE]), torch.tensor([(START, *TARGET)]), keep)[0]
    torch.testing.assert_close(scores, torch.stack(expected) + network.target_bias)


def test_a_reading_layer_is_torchs_own():
    layer, x = transformer_layer("encoder"), torch.randn(2, 5, 8, dtype=torch.float64)
    theirs = nn.TransformerEncoderLayer(8, N_HEADS, 6, 0.0, norm_first=True, batch_first=True)
    copy_layer(layer, theirs.double(), {"own": theirs.self_attn}, (theirs.norm1, theirs.norm2))
    torch.testing.assert_close(layer(x, None, keep)[0], theirs(x))


def test_a_writing_layer_is_torchs_own():
    layer, memory = transformer_layer("decoder"), torch.randn(2, 5, 8, dtype=torch.float64)
    x = torch.randn(2, 3, 8, dtype=torch.float64)
    theirs = nn.TransformerDecoderLayer(8, N_HEADS, 6, 0.0, norm_first=True, batch_first=True)
    parts = {"own": theirs.self_attn, "to_source": theirs.multihead_attn}
    copy_layer(layer, theirs.double(), parts, (theirs.norm1, theirs.norm2, theirs.norm3))
    mask = ~torch.ones(3, 3, dtype=torch.bool).tril()
    torch.testing.assert_close(layer(x, memory, keep)[0], theirs(x, memory, tgt_mask=mask))


def test_a_piece_enters_the_transformer_at_the_scale_of_its_position():
    network = make("transformer")
    assert isinstance(network, TransformerNetwork)
    x = network.source[torch.tensor([SOURCE])]
    seen = []
    network.encode(x, lambda x: seen.append(x) or x)
    torch.testing.assert_close(seen[0], x * 8**0.5 + sinusoidal(5, 8).double())


def transformer_layer(stack: str) -> Layer:
    return getattr(make("transformer"), stack)[0]


def copy_layer(
    layer: Layer,
    theirs: nn.TransformerEncoderLayer | nn.TransformerDecoderLayer,
    parts: dict[str, nn.MultiheadAttention],
    norms: tuple[nn.LayerNorm, ...],
) -> None:
    own_norms = [getattr(layer, name).norm for name in parts] + [layer.norm]
    with torch.no_grad():
        for name, attention in parts.items():
            ours = getattr(layer, name)
            attention.in_proj_weight.copy_(torch.cat((ours.w_q, ours.w_k, ours.w_v)))
            attention.out_proj.weight.copy_(ours.w_o)
            attention.in_proj_bias.zero_()
            attention.out_proj.bias.zero_()
        for norm, ours in zip(norms, own_norms, strict=True):
            norm.weight.copy_(ours.scale)
            norm.bias.copy_(ours.shift)
        theirs.linear1.weight.copy_(layer.w_up)
        theirs.linear1.bias.copy_(layer.b_up)
        theirs.linear2.weight.copy_(layer.w_down)
        theirs.linear2.bias.copy_(layer.b_down)
