"""Models from GGUF files against transformers with the same numbers."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch import nn

from core.attention import split_heads
from core.errors import InputError
from core.models.gguf.file import read
from core.models.gguf.model import Packed, PackedLinear, load
from core.positions import rotate
from tests.gguf_files import SIZE, Spoil, Tensors, write_gguf

IDS = torch.tensor([[5, 84, 69, 256, 71, 84, 5, 33, 250, 12, 9]])
KINDS = ("F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0")


@pytest.fixture(autouse=True)
def no_warnings_of_others() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def close(found: torch.Tensor, expected: torch.Tensor) -> None:
    assert_allclose(found.numpy(), expected.numpy(), rtol=0, atol=1e-5)


def check_same(found: Any, expected: Any) -> None:  # noqa: ANN401
    with torch.inference_mode():
        ours, theirs = (
            model(IDS, output_attentions=True, output_hidden_states=True)
            for model in (found, expected)
        )
    close(ours.logits, theirs.logits)
    for name in ("hidden_states", "attentions"):
        pairs = list(zip(ours[name], theirs[name], strict=True))
        assert len(pairs) >= 2
        for mine, yours in pairs:
            close(mine, yours)
    assert theirs.attentions[0].std() > 0.05


# Against transformers


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_of_every_kind_computes_what_transformers_does(tmp_path: Path, kind: str):
    expected = write_gguf(tmp_path / "a.gguf", kind)
    check_same(load(read(tmp_path / "a.gguf")), expected)


@pytest.mark.parametrize("family", ["qwen2", "qwen3"])
def test_other_families_too(tmp_path: Path, family: str):
    width = 16 if family == "qwen2" else 24  # as those of Qwen 2 always are
    expected = write_gguf(tmp_path / "a.gguf", "Q8_0", family, head_dim=width)
    check_same(load(read(tmp_path / "a.gguf")), expected)


def test_words_vectors_may_serve_for_the_next_piece(tmp_path: Path):
    expected = write_gguf(tmp_path / "a.gguf", "Q4_1", tie_word_embeddings=True)
    file = read(tmp_path / "a.gguf")
    assert "output.weight" not in file.tensors
    check_same(load(file), expected)


def test_biases_of_a_llama_are_put_in_order_too(tmp_path: Path):
    expected = write_gguf(tmp_path / "a.gguf", attention_bias=True)
    check_same(load(read(tmp_path / "a.gguf")), expected)


def test_turns_of_llama_3_are_slowed_as_the_file_says(tmp_path: Path):
    """Its configuration names a rule; files hold what the rule gives for each pair."""
    rule = {
        "rope_type": "llama3",
        "rope_theta": 500.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }
    factors = []
    for turn in 500.0 ** (-np.arange(0, 24, 2) / 24):  # as llama.cpp's program computes them
        length = 2 * np.pi / turn
        smooth = (64 / length - 1.0) / (4.0 - 1.0)
        factors.append(
            1.0 if length < 64 / 4 else 8.0 if length > 64 else 1 / ((1 - smooth) / 8 + smooth)
        )
    assert {1.0, 8.0} < set(factors)

    def add(_: gguf.GGUFWriter, tensors: Tensors) -> None:
        tensors["rope_freqs.weight"] = np.array(factors, np.float32)

    expected = write_gguf(tmp_path / "a.gguf", spoil=add, rope_parameters=rule)
    check_same(load(read(tmp_path / "a.gguf")), expected)


def test_a_cache_of_keys_and_values_gives_the_same_next_piece(tmp_path: Path):
    write_gguf(tmp_path / "a.gguf", "Q4_0")
    model: Any = load(read(tmp_path / "a.gguf"))
    with torch.inference_mode():
        at_once = model(IDS).logits[:, -1]
        before = model(IDS[:, :-1], use_cache=True)
        after = model(IDS[:, -1:], past_key_values=before.past_key_values, use_cache=True)
    close(after.logits[:, -1], at_once)


# By the words of the specification


def test_pairs_that_lie_side_by_side_in_the_file_are_turned_together(tmp_path: Path):
    """Queries of the file's own rows, turned in neighbouring pairs, meet keys as the model's do."""
    write_gguf(tmp_path / "a.gguf")
    file = read(tmp_path / "a.gguf")
    model: Any = load(file)
    with torch.inference_mode():
        done = model(IDS, output_attentions=True, output_hidden_states=True)
        x = model.model.layers[0].input_layernorm(done.hidden_states[0][0])
        q = split_heads(x @ file.tensor("blk.0.attn_q.weight").T, 4)
        k = split_heads(x @ file.tensor("blk.0.attn_k.weight").T, 2)
        q, k = (rotate(it, base=500.0) for it in (q, k))
        scores = q @ k.repeat_interleave(2, 0).mT / 24**0.5
        scores = scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), -torch.inf)
    close(scores.softmax(-1), done.attentions[0][0])


# What stays in the file


def test_matrices_stay_packed_and_weight_unpacks_them(tmp_path: Path):
    expected = write_gguf(tmp_path / "a.gguf", "Q4_0")
    model: Any = load(read(tmp_path / "a.gguf"))
    held = sum(it.nbytes for it in model.parameters())
    assert held == 4 * 64 * 5  # the norms
    for name, module in expected.named_modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            mine = model.get_submodule(name)
            assert isinstance(mine, type(module))
            assert_array_equal(mine.weight.numpy(), module.weight.numpy())
    assert not model.training


@pytest.mark.parametrize("at_once", [1, 100, 1000])
def test_the_product_does_not_depend_on_how_much_is_unpacked_at_a_time(
    monkeypatch: pytest.MonkeyPatch, at_once: int
):
    monkeypatch.setattr("core.models.gguf.model.AT_ONCE", at_once)
    numbers = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
    order = torch.tensor([3, 1, 6, 0, 2, 5, 4])
    made = PackedLinear(Packed(numbers.view(torch.uint8), 0, order), 5, None)
    x = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(1))
    close(made(x), x @ numbers[order].T)


# What is refused


def refusal(path: Path, spoil: Spoil) -> InputError:
    write_gguf(path, spoil=spoil)
    with pytest.raises(InputError) as caught:
        load(read(path))
    return caught.value


def without(tensor: str) -> Spoil:
    def spoil(_: gguf.GGUFWriter, tensors: Tensors) -> None:
        del tensors[tensor]

    return spoil


@pytest.mark.parametrize(
    "tensor", ["token_embd.weight", "blk.1.attn_norm.weight", "blk.0.ffn_up.weight"]
)
def test_a_tensor_that_is_missing_is_named(tmp_path: Path, tensor: str):
    error = refusal(tmp_path / "a.gguf", without(tensor))
    assert (error.code, error.values["tensor"]) == ("gguf_missing", tensor)


def test_a_tensor_of_another_shape_is_named(tmp_path: Path):
    def spoil(_: gguf.GGUFWriter, tensors: Tensors) -> None:
        tensors["blk.0.attn_k.weight"] = tensors["blk.0.attn_k.weight"][:24]

    error = refusal(tmp_path / "a.gguf", spoil)
    assert error.code == "gguf_shape"
    assert error.values["tensor"] == "blk.0.attn_k.weight"
    assert (error.values["there"], error.values["need"]) == ("24 × 64", "48 × 64")


def test_a_tensor_that_the_model_has_no_place_for_is_named(tmp_path: Path):
    def spoil(_: gguf.GGUFWriter, tensors: Tensors) -> None:
        tensors["blk.0.attn_sinks.weight"] = np.ones(4, np.float32)

    error = refusal(tmp_path / "a.gguf", spoil)
    assert error.code == "model_unexpected"
    assert error.values["tensor"] == "blk.0.attn_sinks.weight"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("llama.attention.sliding_window", 8),
        ("llama.rope.scaling.type", "yarn"),
        ("llama.expert_count", 8),
        ("llama.rope.dimension_count", 12),
        ("llama.attention.key_length", 25),
        ("llama.attention.head_count", 0),
        ("llama.block_count", "2"),
        ("llama.context_length", None),
        ("llama.attention.layer_norm_rms_epsilon", None),
    ],
)
def test_a_setting_that_would_change_what_is_computed_is_named(
    tmp_path: Path, setting: str, value: object
):
    def spoil(writer: gguf.GGUFWriter, _: Tensors) -> None:
        settings = writer.kv_data[0]
        settings.pop(setting, None)
        if isinstance(value, str):
            writer.add_string(setting, value)
        elif isinstance(value, int):
            writer.add_uint32(setting, value)

    error = refusal(tmp_path / "a.gguf", spoil)
    assert (error.code, error.values["setting"]) == ("gguf_setting", setting)
    assert error.values["value"] == ("?" if value is None else str(value))


def test_settings_that_say_what_is_usual_do_no_harm(tmp_path: Path):
    def spoil(writer: gguf.GGUFWriter, _: Tensors) -> None:
        writer.add_string("llama.rope.scaling.type", "none")
        writer.add_uint32("llama.expert_count", 0)
        writer.add_uint32("llama.vocab_size", SIZE["vocab_size"])
        writer.add_string("general.name", "a name")

    write_gguf(tmp_path / "a.gguf", spoil=spoil)
    config = load(read(tmp_path / "a.gguf")).config
    assert (config.vocab_size, config.bos_token_id, config.eos_token_id) == (260, 257, 258)


def test_another_architecture_is_refused_with_the_known_ones(tmp_path: Path):
    def spoil(writer: gguf.GGUFWriter, _: Tensors) -> None:
        writer.kv_data[0].pop("general.architecture")
        writer.add_string("general.architecture", "mamba")

    error = refusal(tmp_path / "a.gguf", spoil)
    assert (error.code, error.values["family"]) == ("gguf_family", "mamba")
    assert "llama" in str(error.values["known"])
