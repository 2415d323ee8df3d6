"""The encoder: by hand on a tiny one, by law on any; against transformers in test_pretrained."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import gelu, layer_norm

from core.encoder import Encoder, embed, encode, pooled, read_encoder
from core.errors import InputError

VOCABULARY, POSITIONS, D_MODEL, D_INNER, N_LAYERS, N_HEADS = 11, 7, 6, 5, 3, 2
EPS = 1e-12
IDS = (3, 1, 10, 3)


def parameters() -> dict[str, Tensor]:
    """Random numbers under BERT's names."""
    rng = torch.Generator().manual_seed(4)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=rng)

    found = {
        "embeddings.word_embeddings.weight": draw(VOCABULARY, D_MODEL),
        "embeddings.position_embeddings.weight": draw(POSITIONS, D_MODEL),
        "embeddings.token_type_embeddings.weight": draw(2, D_MODEL),
        "embeddings.LayerNorm.weight": draw(D_MODEL),
        "embeddings.LayerNorm.bias": draw(D_MODEL),
    }
    shapes = {
        "attention.self.query": (D_MODEL, D_MODEL),
        "attention.self.key": (D_MODEL, D_MODEL),
        "attention.self.value": (D_MODEL, D_MODEL),
        "attention.output.dense": (D_MODEL, D_MODEL),
        "attention.output.LayerNorm": (D_MODEL,),
        "intermediate.dense": (D_INNER, D_MODEL),
        "output.dense": (D_MODEL, D_INNER),
        "output.LayerNorm": (D_MODEL,),
    }
    for layer in range(N_LAYERS):
        for name, shape in shapes.items():
            found[f"encoder.layer.{layer}.{name}.weight"] = draw(*shape)
            found[f"encoder.layer.{layer}.{name}.bias"] = draw(shape[0])
    return found


@pytest.fixture
def encoder(tmp_path: Path) -> Encoder:
    save_file(parameters(), tmp_path / "tiny.safetensors")
    return read_encoder(tmp_path / "tiny.safetensors", N_HEADS, EPS)


def every_parameter(encoder: Encoder) -> list[Tensor]:
    single = [encoder.words, encoder.positions, encoder.kind, *encoder.norm]
    return single + [
        part for layer in encoder.layers for pair in vars(layer).values() for part in pair
    ]


def test_sizes_are_those_of_the_file(encoder: Encoder):
    assert len(encoder.layers) == N_LAYERS
    done = encode(encoder, embed(encoder, IDS))
    assert [x.shape for x in done.hidden] == [(len(IDS), D_MODEL)] * (N_LAYERS + 1)
    n, d_head = len(IDS), D_MODEL // N_HEADS
    for steps in done.attentions:
        assert steps.q.shape == steps.k.shape == steps.v.shape == (N_HEADS, n, d_head)
        assert steps.scores.shape == steps.weights.shape == (N_HEADS, n, n)
        assert steps.heads.shape == (N_HEADS, n, d_head)
        assert steps.output.shape == (n, D_MODEL)


def test_the_first_layer_gets_word_position_and_kind_normalised(encoder: Encoder):
    found = parameters()
    total = (
        found["embeddings.word_embeddings.weight"][list(IDS)]
        + found["embeddings.position_embeddings.weight"][: len(IDS)]
        + found["embeddings.token_type_embeddings.weight"][0]
    )
    centred = total - total.mean(dim=-1, keepdim=True)
    expected = centred / centred.pow(2).mean(dim=-1, keepdim=True).sqrt()
    expected = expected * found["embeddings.LayerNorm.weight"] + found["embeddings.LayerNorm.bias"]
    torch.testing.assert_close(embed(encoder, IDS), expected)


def test_a_layer_adds_normalises_and_feeds_forward(encoder: Encoder):
    done = encode(encoder, embed(encoder, IDS))
    found, prefix = parameters(), "encoder.layer.1."
    x = done.hidden[1] + done.attentions[1].output
    norm = [found[prefix + f"attention.output.LayerNorm.{part}"] for part in ("weight", "bias")]
    x = layer_norm(x, (D_MODEL,), norm[0], norm[1], EPS)
    up = (
        x @ found[prefix + "intermediate.dense.weight"].T
        + found[prefix + "intermediate.dense.bias"]
    )
    down = gelu(up) @ found[prefix + "output.dense.weight"].T + found[prefix + "output.dense.bias"]
    norm = [found[prefix + f"output.LayerNorm.{part}"] for part in ("weight", "bias")]
    expected = layer_norm(x + down, (D_MODEL,), norm[0], norm[1], EPS)
    torch.testing.assert_close(done.hidden[2], expected)


def test_a_run_can_start_at_a_later_layer(encoder: Encoder):
    whole = encode(encoder, embed(encoder, IDS))
    rest = encode(encoder, whole.hidden[1], first=1)
    assert torch.equal(rest.hidden[-1], whole.hidden[-1])
    assert len(rest.attentions) == N_LAYERS - 1
    assert torch.equal(rest.attentions[0].weights, whole.attentions[1].weights)


def test_a_head_that_is_off_gives_nothing_and_the_others_are_as_before(encoder: Encoder):
    whole = encode(encoder, embed(encoder, IDS))
    without = encode(encoder, embed(encoder, IDS), off={(1, 0)})
    assert torch.equal(without.attentions[0].output, whole.attentions[0].output)
    before, after = whole.attentions[1], without.attentions[1]
    assert torch.equal(after.weights, before.weights)
    assert not after.heads[0].any()
    assert torch.equal(after.heads[1], before.heads[1])
    w_o = encoder.layers[1].o.weight[:, : D_MODEL // N_HEADS]
    torch.testing.assert_close(after.output, before.output - before.heads[0] @ w_o.T)
    assert not torch.equal(without.hidden[-1], whole.hidden[-1])


def test_with_all_heads_off_only_the_bias_is_left(encoder: Encoder):
    off = {(layer, head) for layer in range(N_LAYERS) for head in range(N_HEADS)}
    for index, steps in enumerate(encode(encoder, embed(encoder, IDS), off=off).attentions):
        torch.testing.assert_close(steps.output, encoder.layers[index].o.bias.expand(len(IDS), -1))


@pytest.mark.parametrize("off", [(N_LAYERS, 0), (0, N_HEADS), (-1, 0), (0, -1)])
def test_a_head_that_does_not_exist_cannot_be_switched_off(encoder: Encoder, off: tuple[int, int]):
    with pytest.raises(InputError, match="no_such_head"):
        encode(encoder, embed(encoder, IDS), off={off})


def test_a_run_leaves_parameters_and_grad_mode_alone(encoder: Encoder):
    before = [part.clone() for part in every_parameter(encoder)]
    encode(encoder, embed(encoder, IDS), off={(0, 1)})
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    for part, old in zip(every_parameter(encoder), before, strict=True):
        assert torch.equal(part, old)
        assert not part.requires_grad
        assert part.dtype == torch.float32


def test_the_sentence_embedding_is_the_mean_scaled_to_length_1():
    hidden = torch.tensor([[3.0, 0.0, 1.0], [3.0, 8.0, -1.0]])
    np.testing.assert_allclose(pooled(hidden).numpy(), [0.6, 0.8, 0.0], atol=1e-7)


def test_more_pieces_than_positions_are_refused(encoder: Encoder):
    with pytest.raises(InputError, match=r"too_many_pieces \(count=8, limit=7\)"):
        embed(encoder, range(8))


def test_a_file_without_some_parameter_is_refused_by_name(tmp_path: Path):
    found = parameters()
    del found["encoder.layer.2.output.dense.bias"]
    save_file(found, tmp_path / "tiny.safetensors")
    with pytest.raises(InputError, match=r"model_unreadable .*layer\.2\.output\.dense\.bias"):
        read_encoder(tmp_path / "tiny.safetensors", N_HEADS, EPS)
