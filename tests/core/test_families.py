"""Other models: tiny random ones of each family on disk, through the code that loads large ones."""

import json
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, pre_tokenizers

from core.errors import InputError
from core.importance import Mixer, gradient_times_input, leave_one_out
from core.models import hub, recording
from core.models.pieces import Keep, cut
from core.models.run import ModelRun
from core.models.words import words_of
from core.sources import families
from core.sources.families import FamilySource
from core.trace import AttentionTrace, LayerTrace, Origin
from pages.shared.text import LANGUAGES, Text
from pages.shared.views.told import told
from tests.tiny import CAUSAL, TINY, write_model, write_tokenizer

ROOT = Path(__file__).parents[2]
SENTENCE = "the cat saw the dog and the dog saw it"
every_family = pytest.mark.parametrize("family", TINY)


@pytest.fixture(scope="module", autouse=True)
def transformers() -> Iterator[ModuleType]:
    """The library, whose warnings are its own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        yield transformers


@pytest.fixture(autouse=True)
def no_warnings_of_others() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hub.OPEN, "1")


@pytest.fixture(scope="module")
def tiny(transformers: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {family: write_model(tmp_path_factory.mktemp(family), family) for family in TINY}


def source(folder: Path, limit: int = families.LIMIT, keep: Keep = "start") -> FamilySource:
    return FamilySource(str(folder), limit, keep)


# Against transformers


@every_family
def test_the_trace_is_the_models_own_attention(
    transformers: ModuleType, tiny: Mapping[str, Path], family: str
):
    run = source(tiny[family]).run(SENTENCE)
    model = transformers.AutoModel.from_pretrained(tiny[family], attn_implementation="eager")
    with torch.no_grad():
        ids = torch.tensor([run.pieces.ids])
        expected = model.eval()(ids, output_attentions=True, output_hidden_states=True)
    assert len(run.trace.layers) == len(expected.attentions) == len(run.mixers) == 3
    for layer, weights in zip(run.trace.layers, expected.attentions, strict=True):
        assert_allclose(layer.weights, weights[0].numpy(), rtol=0, atol=1e-5)
        assert layer.weights.std() > 0.01
    assert_allclose(run.hidden[-1], expected.last_hidden_state[0].numpy(), rtol=0, atol=1e-5)
    assert run.trace.origin == Origin("pretrained", tiny[family].name)


@every_family
def test_what_the_heads_give_is_mixed_as_in_the_model(tiny: Mapping[str, Path], family: str):
    run = source(tiny[family]).run(SENTENCE)
    loaded = source(tiny[family]).load()
    for layer, mixer in zip(run.trace.layers, run.mixers, strict=True):
        pieces = np.einsum("hqv,hvm->qm", layer.output, w_o_of(layer, mixer))
        bias = layer.mixed - pieces  # the same for every token
        assert_allclose(bias, np.broadcast_to(bias[0], bias.shape), atol=1e-5)
    module = next(iter(loaded.outputs.values())).module
    heads = torch.from_numpy(
        run.trace.layers[0].output.swapaxes(0, 1).reshape(-1, layer_width(run))
    )
    with torch.no_grad():
        assert_allclose(run.trace.layers[0].mixed, module(heads).numpy(), atol=1e-5)


def w_o_of(layer: LayerTrace, mixer: Mixer) -> np.ndarray:
    return np.stack([mixer.w_o[head] for head in range(len(layer.q))])


def layer_width(run: ModelRun) -> int:
    heads, _, d_v = run.trace.layers[0].v.shape
    return heads * d_v


@pytest.mark.parametrize("family", ["gpt2", "llama", "qwen2"])
def test_gradient_times_input_sees_biases_turned_by_position(tiny: Mapping[str, Path], family: str):
    """Against small steps: the key's input scaled a little, all else as it was."""
    run = source(tiny[family]).run("the cat")
    layer, mixer, query, key, step = run.trace.layers[1], run.mixers[1], 6, 2, 1e-5
    k, v = layer.k.astype(float), layer.v.astype(float)
    assert isinstance(mixer.b_k, np.ndarray)
    assert isinstance(mixer.b_v, np.ndarray)

    def outputs(scaled: float) -> np.ndarray:  # (head, d_model)
        new_k, new_v = k.copy(), v.copy()
        new_k[:, key] += scaled * (k - mixer.b_k)[:, key]
        new_v[:, key] += scaled * (v - mixer.b_v)[:, key]
        assert layer.scale is not None
        scores = np.einsum("hd,hkd->hk", layer.q[:, query], new_k) * layer.scale
        raised = np.where(layer.may_look[:, query], np.exp(scores), 0)
        heads = np.einsum("hk,hkv->hv", raised / raised.sum(axis=-1, keepdims=True), new_v)
        return np.einsum("hv,hvm->hm", heads, w_o_of(layer, mixer))

    slopes = (outputs(step) - outputs(-step)) / (2 * step)
    for head, slope in enumerate(slopes):
        found = gradient_times_input(layer, mixer, query, head)[key]
        assert found == pytest.approx(np.linalg.norm(slope), rel=1e-3, abs=1e-10)


def test_decoders_look_back_only_and_windows_are_kept(tiny: Mapping[str, Path]):
    for family in CAUSAL:
        may_look = source(tiny[family]).trace(SENTENCE).layers[1].may_look
        assert not may_look[:, *np.triu_indices(may_look.shape[-1], 1)].any()
        assert may_look[0, 9].sum() == (3 if family == "mistral" else 10)


def test_a_first_token_that_sees_only_itself_is_measured(tiny: Mapping[str, Path]):
    run = source(tiny["llama"]).run(SENTENCE)
    for head in range(len(run.trace.layers[0].q)):
        alone = leave_one_out(run.trace.layers[0], run.mixers[0], 0, head)
        assert alone[0] > 0
        assert not alone[1:].any()


def test_heads_that_share_keys_each_have_their_copy(tiny: Mapping[str, Path]):
    layer = source(tiny["llama"]).trace(SENTENCE).layers[0]
    assert layer.k.shape[0] == 4
    assert_array_equal(layer.k[0], layer.k[1])
    assert not np.allclose(layer.k[1], layer.k[2])


# Pieces


def test_word_pieces_and_their_limit(tiny: Mapping[str, Path]):
    trace = source(tiny["bert"]).trace("the cats")
    assert trace.query_tokens == ("[CLS]", "the", "cat", "##s", "[SEP]")
    pieces = source(tiny["bert"], limit=99, keep="end").pieces("the cat " * 30)
    assert (len(pieces.tokens), pieces.total, pieces.start) == (32, 60, 30)
    assert len(source(tiny["roberta"]).trace("the " * 99).query_tokens) == 30


def test_bytes_are_labelled_by_what_they_say(tiny: Mapping[str, Path]):
    tokens = source(tiny["gpt2"]).trace("a t猫").query_tokens
    assert tokens[:2] == ("a", "␣t")
    assert len(tokens) == 5  # one character of three bytes, each a piece


def test_words_are_told_by_their_spaces_where_the_tokenizer_does_not_cut(
    tiny: Mapping[str, Path],
):
    tokenizer = source(tiny["gpt2"]).load().tokenizer
    uncut = Tokenizer.from_str(tokenizer.to_str())
    uncut.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    assert words_of(cut(uncut, "a ta tat", 99)).tokens == ("a", "ta", "tat")


def test_a_piece_is_found_by_its_character(tiny: Mapping[str, Path]):
    for family in ("bert", "gpt2"):
        pieces = source(tiny[family]).pieces("the cats saw")
        start, end = pieces.spans[pieces.at(9)]
        assert start <= 9 < end
        assert pieces.at(99) == 0


def test_a_text_that_would_lead_to_too_many_weights_is_cut(
    tiny: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(families, "MOST_WEIGHTS", 12 * 10 * 10)
    assert len(source(tiny["bert"]).pieces("the cat " * 9).tokens) == 10


# Loading


def test_ten_readers_at_once_load_once_and_get_their_own_numbers(
    tiny: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(families, "_loaded", {})
    stages: list[str] = []
    model = source(tiny["bert"])
    sentences = ["the cat", "the dog saw", "and the cat saw it", "it", "dogs and cats"] * 2
    start = threading.Barrier(10)

    def read(sentence: str) -> AttentionTrace:
        start.wait()
        model.load(lambda stage, done, total: stages.append(stage))
        return model.trace(sentence)

    with ThreadPoolExecutor(10) as pool:
        traces = list(pool.map(read, sentences))
    assert stages == ["loading"]
    for sentence, trace in zip(sentences, traces, strict=True):
        assert_array_equal(trace.layers[2].mixed, model.trace(sentence).layers[2].mixed)


def test_few_models_are_kept(tiny: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(families, "_loaded", {})
    for family in ("bert", "gpt2", "llama"):
        source(tiny[family]).load()
    assert [Path(name) for name in families._loaded] == [tiny["gpt2"], tiny["llama"]]
    assert source(tiny["gpt2"]).loaded
    source(tiny["qwen2"]).load()
    assert [Path(name) for name in families._loaded] == [tiny["gpt2"], tiny["qwen2"]]
    assert source(tiny["bert"]).loaded is None


def test_loading_leaves_random_numbers_and_dtype_alone(
    tiny: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(families, "_loaded", {})
    before = torch.get_rng_state()
    for family in TINY:
        source(tiny[family]).trace("the cat")
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_default_dtype() == torch.float32


# What is refused


def refusal(folder: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        source(folder).load()
    return caught.value


def write_config(folder: Path, **config: object) -> None:
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize("model_type", ["mamba", "no-such-family"])
def test_other_families_are_refused_with_the_known_ones(tmp_path: Path, model_type: str):
    write_config(tmp_path, model_type=model_type)
    write_tokenizer(tmp_path, "bert")
    (tmp_path / "model.safetensors").touch()
    error = refusal(tmp_path)
    assert error.code == "family_unknown"
    assert "GPT-2" in str(error.values["known"])


def test_spoilt_files_are_refused(tiny: Mapping[str, Path], tmp_path: Path):
    for path in tiny["bert"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"spoilt")
    assert refusal(tmp_path).code == "model_unreadable"
    (tmp_path / "config.json").write_text("spoilt")
    assert refusal(tmp_path).code == "model_unreadable"


def test_a_causal_model_keeps_its_head_for_the_next_piece(tmp_path: Path):
    write_model(tmp_path, "llama", tie_word_embeddings=True)
    loaded = source(tmp_path).load()
    ids = torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        assert loaded.causal is not None
        hidden = loaded.model(ids).last_hidden_state
        expected = hidden @ loaded.model.get_input_embeddings().weight.T
        assert_allclose(loaded.causal(ids).logits, expected, atol=1e-5)


def test_a_head_that_is_not_in_the_file_is_not_made_up(tiny: Mapping[str, Path]):
    assert source(tiny["llama"]).load().causal is None
    assert source(tiny["bert"]).load().causal is None


def test_parameters_that_are_missing_are_not_made_up(tiny: Mapping[str, Path], tmp_path: Path):
    for path in tiny["bert"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    write_config(tmp_path, **{**config, "num_hidden_layers": 4})
    error = refusal(tmp_path)
    assert error.code == "model_unreadable"
    assert "encoder.layer.3" in str(error.values["missing"])


def test_weights_that_cannot_be_explained_are_refused(
    tiny: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
):
    model = source(tiny["gpt2"])
    model.load()
    monkeypatch.setattr(recording, "_bias", lambda mask, position, scores: scores * 0)
    with pytest.raises(InputError, match="weights_disagree"):
        model.trace(SENTENCE)


def test_a_vocabulary_that_does_not_fit_is_told(tiny: Mapping[str, Path], tmp_path: Path):
    for path in tiny["bert"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    write_tokenizer(tmp_path, "gpt2")
    with pytest.raises(InputError, match="model_fails"):
        source(tmp_path).run("zebra")


def test_transformers_is_imported_only_when_a_model_is_loaded():
    program = (
        "import sys\n"
        "from core.errors import InputError\n"
        "from core.sources.families import FamilySource\n"
        "try:\n"
        "    FamilySource('some/model').trace('a cat')\n"
        "except InputError as refused:\n"
        "    print(refused.code, 'transformers' in sys.modules)\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != hub.OPEN}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "model_not_allowed False"


# Folders as people have them: each is refused by its name, or computed as the model does


def copied(source: Path, folder: Path) -> Path:
    for path in source.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def change_config(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    write_config(folder, **{**config, **changes})


def add_tensors(folder: Path, **tensors: torch.Tensor) -> None:
    path = folder / "model.safetensors"
    save_file({**load_file(path), **tensors}, path, {"format": "pt"})


@pytest.mark.parametrize(
    ("family", "tensor", "code"),
    [
        ("bert", "encoder.layer.0.attention.self.distance_embedding.weight", "model_unexpected"),
        ("llama", "layers.1.self_attn.q_norm.weight", "model_unexpected"),
        ("llama", "layers.1.self_attn.q_proj.bias", "model_unexpected"),
        ("llama", "layers.0.self_attn.q_proj.weight_scale_inv", "model_quantized"),
        ("gpt2", "h.3.ln_1.weight", "model_layers"),
    ],
)
def test_parameters_that_the_model_would_be_computed_without_are_refused(
    tiny: Mapping[str, Path], tmp_path: Path, family: str, tensor: str, code: str
):
    add_tensors(copied(tiny[family], tmp_path), **{tensor: torch.ones(3)})
    assert refusal(tmp_path).code == code


def test_parameters_outside_the_layers_and_old_buffers_do_no_harm(
    tiny: Mapping[str, Path], tmp_path: Path
):
    add_tensors(
        copied(tiny["llama"], tmp_path),
        **{
            "score.weight": torch.ones(3),
            "layers.0.self_attn.rotary_emb.inv_freq": torch.ones(3),
        },
    )
    source(tmp_path).load()


def test_two_of_three_layers_are_refused(tiny: Mapping[str, Path], tmp_path: Path):
    change_config(copied(tiny["bert"], tmp_path), num_hidden_layers=2)
    error = refusal(tmp_path)
    assert (error.code, error.values["said"], error.values["there"]) == ("model_layers", 2, 3)


@pytest.mark.parametrize("method", ["bitsandbytes", "gptq", "awq", "fp8"])
def test_packed_numbers_are_refused_by_their_method(
    tiny: Mapping[str, Path], tmp_path: Path, method: str
):
    change_config(copied(tiny["llama"], tmp_path), quantization_config={"quant_method": method})
    error = refusal(tmp_path)
    assert (error.code, error.values["method"]) == ("model_quantized", method)


@pytest.mark.parametrize(
    ("gone", "made", "code"),
    [
        ("tokenizer.json", "tokenizer.model", "model_sentencepiece"),
        ("tokenizer.json", "notes.md", "model_no_tokenizer"),
        ("notes.md", "adapter_config.json", "model_adapter"),
        ("config.json", "adapter_config.json", "model_adapter"),
    ],
)
def test_what_a_folder_lacks_or_has_besides_is_named(
    tiny: Mapping[str, Path], tmp_path: Path, gone: str, made: str, code: str
):
    copied(tiny["bert"], tmp_path)
    (tmp_path / gone).unlink(missing_ok=True)
    (tmp_path / made).write_text("{}")
    error = refusal(tmp_path)
    assert error.code == code
    for language in LANGUAGES:
        assert told(Text(language), error)


def test_a_shard_that_is_missing_is_named(tiny: Mapping[str, Path], tmp_path: Path):
    copied(tiny["bert"], tmp_path)
    shards = {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    error = refusal(tmp_path)
    assert (error.code, error.values["file"]) == ("model_shard_missing", shards["b"])


@pytest.mark.parametrize(
    ("name", "code", "way_out"),
    [
        (
            "https://hf.co/google-bert/bert-base-uncased/tree/main",
            "model_name_address",
            "id",
        ),
        ("huggingface.co/google-bert/bert-base-uncased", "model_name_address", "id"),
        ("'google-bert/bert-base-uncased'", "model_name_quoted", "bare"),
        (" google-bert/bert-base-uncased", "model_name_quoted", "bare"),
    ],
)
def test_a_name_that_is_none_is_refused_with_the_right_one(name: str, code: str, way_out: str):
    with pytest.raises(InputError, match=code) as refused:
        FamilySource(name).load()
    assert refused.value.values[way_out] == "google-bert/bert-base-uncased"


def test_a_refusal_says_which_family_it_is(tmp_path: Path):
    write_config(tmp_path, model_type="mamba")
    write_tokenizer(tmp_path, "bert")
    (tmp_path / "model.safetensors").touch()
    assert "(mamba)" in str(refusal(tmp_path).values["name"])


@pytest.mark.parametrize("head_dim", [32, 128])
def test_large_scores_are_shown_as_the_model_has_them(tmp_path: Path, head_dim: int):
    write_model(tmp_path, "llama", head_dim=head_dim)
    weights = load_file(tmp_path / "model.safetensors")
    for name in weights:
        if "q_proj" in name:
            weights[name] *= 20
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    run = source(tmp_path).run("a tat tatta at tat a ta tattata")
    assert np.abs(run.trace.layers[0].scores).max() > 250


def test_a_stray_window_in_a_configuration_is_ignored_as_the_model_does(
    tiny: Mapping[str, Path], tmp_path: Path
):
    change_config(copied(tiny["llama"], tmp_path), sliding_window=3)
    may_look = source(tmp_path).trace(SENTENCE).layers[1].may_look
    assert may_look[0, 9].sum() == 10
