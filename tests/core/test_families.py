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
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

from core.errors import InputError
from core.importance import gradient_times_input, leave_one_out
from core.pieces import Keep
from core.sources import families, hub
from core.sources.families import FamilySource
from core.sources.run import ModelRun
from core.trace import AttentionTrace, Origin

ROOT = Path(__file__).parents[2]
SENTENCE = "the cat saw the dog and the dog saw it"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "saw", "dog", "and", "##s"]
SIZE = {"vocab_size": 40, "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4}
INNER = {"intermediate_size": 20, "max_position_embeddings": 32}
TINY: dict[str, dict[str, object]] = {
    "bert": {**SIZE, **INNER},
    "roberta": {**SIZE, **INNER, "pad_token_id": 1},
    "distilbert": {
        "vocab_size": 40,
        "dim": 24,
        "n_layers": 3,
        "n_heads": 4,
        "hidden_dim": 20,
        "max_position_embeddings": 32,
    },
    "gpt2": {
        "vocab_size": 40,
        "n_embd": 24,
        "n_layer": 3,
        "n_head": 4,
        "n_positions": 32,
        "scale_attn_by_inverse_layer_idx": True,
    },
    "llama": {**SIZE, **INNER, "num_key_value_heads": 2, "head_dim": 8},
    "mistral": {**SIZE, **INNER, "num_key_value_heads": 1, "sliding_window": 3},
    "qwen2": {**SIZE, **INNER, "num_key_value_heads": 2},
}
CAUSAL = ("gpt2", "llama", "mistral", "qwen2")
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


def write_tokenizer(folder: Path, family: str) -> None:
    if family in CAUSAL:
        letters = sorted(pre_tokenizers.ByteLevel.alphabet())
        vocabulary = {letter: i for i, letter in enumerate(letters)} | {"Ġt": 256}
        made = Tokenizer(models.BPE(vocabulary, [("Ġ", "t")]))
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
    else:
        made = Tokenizer(models.WordPiece({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
        made.enable_truncation(4)
        made.enable_padding(length=4)
    made.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


@pytest.fixture(scope="module")
def tiny(transformers: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {}
    for family, sizes in TINY.items():
        folder = folders[family] = tmp_path_factory.mktemp(family)
        vocabulary = {"vocab_size": 300} if family in CAUSAL else {}
        config = transformers.AutoConfig.for_model(family, **{**sizes, **vocabulary})
        torch.manual_seed(7)
        model = transformers.AutoModel.from_config(config)
        for name, parameter in model.named_parameters():  # biases too, which are 0 when made
            is_norm = parameter.ndim == 1 and name.endswith("weight")
            torch.nn.init.normal_(parameter, mean=float(is_norm), std=0.4)
        model.save_pretrained(folder)
        write_tokenizer(folder, family)
    return folders


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
        pieces = np.einsum("hqv,hvm->qm", layer.output, mixer.w_o)
        bias = layer.mixed - pieces  # the same for every token
        assert_allclose(bias, np.broadcast_to(bias[0], bias.shape), atol=1e-5)
    modules = loaded.model.get_submodule(loaded.family.layers)
    module = next(iter(modules.children())).get_submodule(loaded.family.output)
    heads = torch.from_numpy(
        run.trace.layers[0].output.swapaxes(0, 1).reshape(-1, layer_width(run))
    )
    with torch.no_grad():
        assert_allclose(run.trace.layers[0].mixed, module(heads).numpy(), atol=1e-5)


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

    def output(scaled: float) -> np.ndarray:
        new_k, new_v = k.copy(), v.copy()
        new_k[:, key] += scaled * (k - mixer.b_k)[:, key]
        new_v[:, key] += scaled * (v - mixer.b_v)[:, key]
        assert mixer.scale is not None
        scores = np.einsum("hd,hkd->hk", layer.q[:, query], new_k) * mixer.scale
        raised = np.where(layer.may_look[:, query], np.exp(scores), 0)
        heads = np.einsum("hk,hkv->hv", raised / raised.sum(axis=-1, keepdims=True), new_v)
        return np.einsum("hv,hvm->m", heads, mixer.w_o)

    slope = (output(step) - output(-step)) / (2 * step)
    found = gradient_times_input(layer, mixer, query, together=True)[key]
    assert found == pytest.approx(np.linalg.norm(slope), rel=1e-3)


def test_decoders_look_back_only_and_windows_are_kept(tiny: Mapping[str, Path]):
    for family in CAUSAL:
        may_look = source(tiny[family]).trace(SENTENCE).layers[1].may_look
        assert not may_look[:, *np.triu_indices(may_look.shape[-1], 1)].any()
        assert may_look[0, 9].sum() == (3 if family == "mistral" else 10)


def test_a_first_token_that_sees_only_itself_is_measured(tiny: Mapping[str, Path]):
    run = source(tiny["llama"]).run(SENTENCE)
    alone = leave_one_out(run.trace.layers[0], run.mixers[0], 0)
    assert (alone[:, 0] > 0).all()
    assert not alone[:, 1:].any()


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


@pytest.mark.parametrize("model_type", ["t5", "no-such-family"])
def test_other_families_are_refused_with_the_known_ones(tmp_path: Path, model_type: str):
    write_config(tmp_path, model_type=model_type)
    (tmp_path / "model.safetensors").touch()
    error = refusal(tmp_path)
    assert error.code == "family_unknown"
    assert "gpt2" in str(error.values["known"])


def test_spoilt_files_are_refused(tiny: Mapping[str, Path], tmp_path: Path):
    for path in tiny["bert"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"spoilt")
    assert refusal(tmp_path).code == "model_unreadable"
    (tmp_path / "config.json").write_text("spoilt")
    assert refusal(tmp_path).code == "model_unreadable"


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
    wrong = model.load()._replace(family=model.load().family._replace(causal=False))
    monkeypatch.setitem(families._loaded, str(tiny["gpt2"]), wrong)
    with pytest.raises(InputError, match="weights_disagree"):
        model.trace(SENTENCE)


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
