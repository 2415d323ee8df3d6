"""A tiny random model of each family, held against what it computes by itself."""

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, get_args

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from core.errors import InputError
from core.models import hub
from core.models.run import Attention, ModelRun
from core.softmax import softmax
from core.sources import families
from core.sources.families import FamilySource
from core.trace import LayerTrace
from tests.families import ONE_STACK, REFUSED, TWO_STACKS, WITHOUT_W_O, written

SENTENCE = "a tat at t a tat!"
PARTS = get_args(Attention)


@pytest.fixture(scope="module", autouse=True)
def library() -> Iterator[None]:
    """The library, whose warnings are its own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        yield


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(hub.OPEN, "1")
    monkeypatch.setattr(families, "_loaded", {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def by_itself(name: str, *ids: tuple[int, ...]) -> Any:  # noqa: ANN401 -- outputs differ
    """What the model gives when it is loaded without any of this project's code."""
    import transformers

    model = transformers.AutoModel.from_pretrained(name, attn_implementation="eager").eval()
    with torch.no_grad():
        given = dict(
            zip(("input_ids", "decoder_input_ids"), map(torch.tensor, zip(ids)), strict=False)
        )
        return model(**given, output_attentions=True, output_hidden_states=True)


def compare(run: ModelRun, attentions: tuple[torch.Tensor, ...], hidden: tuple[torch.Tensor, ...]):
    for layer, expected in zip(run.trace.layers, attentions, strict=True):
        assert_allclose(layer.weights, expected[0].numpy(), rtol=0, atol=1e-5)
        assert layer.weights.std() > 0.01
    expected = torch.stack(hidden)[:, 0].numpy()
    assert_allclose(run.hidden, expected, rtol=0, atol=1e-5 * max(1, np.abs(expected).max()))


def follows(layer: LayerTrace):
    """Each step from the one before, in numpy and in double precision."""
    q, k, v, scores = (it.astype(float) for it in (layer.q, layer.k, layer.v, layer.scores))
    assert layer.scale is not None
    assert_allclose(np.einsum("hqd,hkd->hqk", q, k) * layer.scale, scores, rtol=1e-4, atol=1e-4)
    capped = scores if layer.cap is None else layer.cap * np.tanh(scores / layer.cap)
    biased = capped + layer.bias
    if layer.sinks is not None:
        sink = np.tile(layer.sinks[:, None, None], (1, biased.shape[1], 1))
        biased = np.concatenate([biased, sink], axis=-1)
    weights = softmax(biased)[..., : scores.shape[-1]]
    assert_allclose(layer.weights, weights, atol=1e-5)
    assert_allclose(layer.output, np.einsum("hqk,hkv->hqv", weights, v), atol=1e-4)


def mixes(run: ModelRun):
    for layer, mixer in zip(run.trace.layers, run.mixers, strict=True):
        w_o = np.stack([mixer.w_o[head] for head in range(len(layer.q))])
        bias = layer.mixed - np.einsum("hqv,hvm->qm", layer.output, w_o)
        most = max(1, np.abs(layer.mixed).max())
        assert_allclose(bias, np.broadcast_to(bias[0], bias.shape), rtol=0, atol=1e-5 * most)


def goes_on(source: FamilySource, run: ModelRun):
    """The next piece is the model's own, with and without keys and values that were kept."""
    speaker, ids = source.speaker(), run.pieces.ids
    if speaker is None or run.trace.layers[0].may_look[0, 0, 1:].any():
        return
    with torch.no_grad():
        own = speaker.causal(torch.tensor([ids]), use_cache=False).logits[0, -1].numpy()
    whole, kept = speaker.read(ids), speaker.read(ids, before=speaker.read(ids[:3]))
    assert bool(speaker.mixers) == bool(run.mixers)
    for found in (whole, kept):
        assert_allclose(found.scores, own, rtol=0, atol=1e-5 * max(1, np.abs(own).max()))
        assert found.layers is None or len(found.layers) == len(run.trace.layers) + 1


@pytest.mark.parametrize("family", [*ONE_STACK, *WITHOUT_W_O])
def test_a_trace_is_the_models_own_attention(tmp_path: Path, family: str):
    source = FamilySource(written(tmp_path, family))
    run = source.run(SENTENCE)
    goes_on(source, run)
    expected = by_itself(str(tmp_path), run.pieces.ids)
    compare(run, expected.attentions, expected.hidden_states)
    for layer in run.trace.layers:
        follows(layer)
    assert bool(run.mixers) == (family in ONE_STACK)
    if run.mixers:
        mixes(run)


@pytest.mark.parametrize("family", TWO_STACKS)
def test_both_stacks_and_what_lies_between_are_the_models_own(tmp_path: Path, family: str):
    name = written(tmp_path, family)
    runs = {part: FamilySource(name, attention=part).run(SENTENCE) for part in PARTS}
    text, answer = runs["encoder"].pieces, runs["decoder"].pieces
    assert runs["cross"].pieces == text
    assert runs["cross"].queries == answer
    assert [runs[part].crossing for part in PARTS] == [False, False, True]
    expected = by_itself(name, text.ids, answer.ids)
    for part, run in runs.items():
        attentions = getattr(expected, f"{part}_attentions")
        stack = "encoder" if part == "encoder" else "decoder"
        compare(run, attentions, getattr(expected, f"{stack}_hidden_states"))
        for layer in run.trace.layers:
            follows(layer)
        mixes(run)
    assert runs["cross"].trace.layers[0].weights.shape[1:] == (len(answer.ids), len(text.ids))


def test_a_decoder_reads_what_the_model_writes(tmp_path: Path):
    """Against the likeliest next piece, step by step, without a cache."""
    import transformers

    name = written(tmp_path, "bart")
    run = FamilySource(name, attention="decoder").run(SENTENCE)
    text = FamilySource(name).pieces(SENTENCE)
    model: Any = transformers.AutoModelForSeq2SeqLM.from_pretrained(name).eval()
    ids = [2]
    for _ in range(10):
        with torch.no_grad():
            logits = model(torch.tensor([text.ids]), decoder_input_ids=torch.tensor([ids])).logits
        ids.append(int(logits[0, -1].argmax()))
    assert run.pieces.ids[:10] == tuple(ids[:10])


@pytest.mark.parametrize("family", REFUSED)
def test_what_cannot_be_recorded_is_refused_by_its_name(tmp_path: Path, family: str):
    with pytest.raises(InputError) as refused:
        FamilySource(written(tmp_path, family)).load()
    assert refused.value.code == "family_unknown"
    assert f"({family})" in str(refused.value.values["name"])


# What is odd


def layers_of(folder: Path, family: str) -> tuple[LayerTrace, ...]:
    return FamilySource(written(folder, family)).trace(SENTENCE).layers


def test_sinks_take_a_share_of_each_row(tmp_path: Path):
    layer = layers_of(tmp_path, "gpt_oss")[0]
    assert layer.sinks is not None
    raised = np.exp(layer.biased_scores.astype(float))
    sink = np.exp(layer.sinks.astype(float))[:, None]
    expected = sink / (raised.sum(axis=-1) + sink)
    assert_allclose(layer.sunk, expected, atol=1e-6)
    assert_allclose(layer.weights.sum(axis=-1), 1 - expected, atol=1e-6)
    assert layer.sunk.max() > 0.1


def test_a_cap_bends_scores_before_the_mask(tmp_path: Path):
    layer = layers_of(tmp_path, "gemma2")[0]
    assert layer.cap == 2
    assert np.abs(layer.scores).max() > 2 >= np.abs(layer.capped_scores).max()


def test_windows_positions_and_groups_are_told(tmp_path: Path):
    (tmp_path / "w").mkdir()
    may_look = [it.may_look[0].sum(axis=-1) for it in layers_of(tmp_path / "w", "gemma3_text")]
    assert any(it.max() == 3 for it in may_look)
    (tmp_path / "g").mkdir()
    layer = layers_of(tmp_path / "g", "qwen2")[0]
    assert layer.shared == 2
    assert_array_equal(layer.k[0], layer.k[1])
    (tmp_path / "p").mkdir()
    bias = layers_of(tmp_path / "p", "t5")[0].bias
    assert bias.std() > 0.01
    assert_allclose(np.diff(np.diagonal(bias, 1, 1, 2), axis=-1), 0)  # by distance alone


# Two at once


def test_two_at_once_keep_their_records_apart(tmp_path: Path):
    names = []
    for family in ("llama", "gpt2"):
        (tmp_path / family).mkdir()
        names.append(written(tmp_path / family, family))
    asked = [(name, text) for name in names for text in (SENTENCE, "tat", "a at a")] * 4
    alone = {it: FamilySource(it[0]).run(it[1]) for it in asked[:6]}
    start = Barrier(len(asked))

    def read(it: tuple[str, str]) -> ModelRun:
        start.wait()
        return FamilySource(it[0]).run(it[1])

    with ThreadPoolExecutor(len(asked)) as pool:
        runs = list(pool.map(read, asked))
    for it, run in zip(asked, runs, strict=True):
        assert len(run.trace.layers) == 2
        for layer, expected in zip(run.trace.layers, alone[it].trace.layers, strict=True):
            assert_array_equal(layer.weights, expected.weights)
            assert_array_equal(layer.mixed, expected.mixed)


def test_a_run_without_a_record_is_left_alone(tmp_path: Path):
    loaded = FamilySource(written(tmp_path, "smollm3")).load()
    assert loaded.causal is not None
    ids = torch.tensor([[40, 41, 42]])
    with torch.no_grad():
        whole = loaded.causal(ids).logits
        first = loaded.causal(ids[:, :2], use_cache=True)
        last = loaded.causal(ids[:, 2:], past_key_values=first.past_key_values).logits
    assert_allclose(last[0, -1], whole[0, -1], atol=1e-5)


def test_slopes_of_keys_are_those_of_automatic_differentiation(tmp_path: Path):
    """Keys of a fixed length do not grow with their words: nearly all of them is told apart."""
    run = FamilySource(written(tmp_path, "qwen3")).run(SENTENCE)
    layer, mixer = run.trace.layers[1], run.mixers[1]
    loaded = FamilySource(str(tmp_path)).load()
    model: Any = loaded.model
    attention, norm = model.layers[1].self_attn, model.layers[1].input_layernorm
    x = norm(torch.from_numpy(run.hidden[1].copy()))

    def keys(grown: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        shape = (len(x), -1, attention.head_dim)
        k = attention.k_norm(attention.k_proj(grown).view(shape))
        return k, attention.v_proj(grown).view(shape)

    slope_k, slope_v = torch.func.jvp(keys, (x,), (x,))[1]
    grown_v = slope_v.transpose(0, 1).repeat_interleave(2, dim=0)
    assert_allclose(layer.v - mixer.b_v, grown_v, atol=1e-4)
    lengths = torch.linalg.vector_norm(slope_k, dim=-1).T.repeat_interleave(2, dim=0)
    found = np.linalg.norm(layer.k - mixer.b_k, axis=-1)  # turned by position: as long as before
    assert_allclose(found, lengths, atol=1e-4)
    assert found.max() < 0.01 * np.linalg.norm(layer.k, axis=-1).min()
