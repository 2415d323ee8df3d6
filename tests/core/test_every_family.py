"""A tiny random model of each family, held against what it computes by itself.

The models share a tokenizer, and are as small as their code allows; what is odd about a family is
kept: grouped queries, windows, caps, sinks, norms of keys, values of another width.
"""

import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, get_args

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from core.errors import InputError
from core.models import hub, opening
from core.models.run import Attention, ModelRun
from core.softmax import softmax
from core.sources import families
from core.sources.families import FamilySource
from core.trace import LayerTrace
from tests.tiny import write_tokenizer

SENTENCE = "a tat at t a tat!"
PARTS = get_args(Attention)

Sizes = Mapping[str, object]

PLAIN: Sizes = {
    "vocab_size": 300,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 24,
    "max_position_embeddings": 64,
    "pad_token_id": 1,
}
GROUPED: Sizes = {**PLAIN, "num_key_value_heads": 2}
NARROW: Sizes = {**GROUPED, "head_dim": 8}
WINDOW: Sizes = {**NARROW, "sliding_window": 3}
EXPERTS: Sizes = {**NARROW, "num_experts_per_tok": 1, "moe_intermediate_size": 8}
GPT: Sizes = {"vocab_size": 300, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64}
SMALL_EMBEDDING: Sizes = {**PLAIN, "embedding_size": 16}
LATENT: Sizes = {
    **PLAIN,
    **{"num_key_value_heads": 4, "q_lora_rank": 8, "kv_lora_rank": 8},
    **{"qk_rope_head_dim": 4, "qk_nope_head_dim": 6, "v_head_dim": 5},
    **{"n_routed_experts": 2, "num_experts_per_tok": 1, "n_group": 1, "topk_group": 1},
    **{"moe_intermediate_size": 8, "first_k_dense_replace": 1},
}
ONE_STACK: Mapping[str, Sizes] = {
    "albert": SMALL_EMBEDDING,
    "apertus": GROUPED,
    "arcee": GROUPED,
    "bert": PLAIN,
    "bert-generation": PLAIN,
    "biogpt": PLAIN,
    "camembert": PLAIN,
    "cohere": GROUPED,
    "cohere2": WINDOW,
    "data2vec-text": PLAIN,
    "deepseek_v2": LATENT,
    "deepseek_v3": LATENT,
    "distilbert": {
        **{"vocab_size": 300, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 24},
        "max_position_embeddings": 64,
    },
    "electra": SMALL_EMBEDDING,
    "ernie": PLAIN,
    "ernie4_5": NARROW,
    "esm": {**PLAIN, "position_embedding_type": "rotary"},
    "exaone4": {**GROUPED, "sliding_window": 3},
    "gemma": NARROW,
    "gemma2": {**WINDOW, "query_pre_attn_scalar": 9, "attn_logit_softcapping": 2.0},
    "gemma3_text": WINDOW,
    "glm": NARROW,
    "glm4": NARROW,
    "glm4_moe": {**EXPERTS, "n_routed_experts": 2},
    "gpt2": {**GPT, "scale_attn_by_inverse_layer_idx": True},
    "gpt_bigcode": {**GPT, "n_inner": 24},
    "gpt_neox": PLAIN,
    "gpt_oss": {**WINDOW, "num_local_experts": 2, "num_experts_per_tok": 1},
    "granite": GROUPED,
    "granitemoe": {**GROUPED, "num_local_experts": 2, "num_experts_per_tok": 1},
    "helium": NARROW,
    "hunyuan_v1_dense": NARROW,
    "llama": GROUPED,
    "minimax_m2": {**NARROW, "num_local_experts": 2, "num_experts_per_tok": 1},
    "ministral": WINDOW,
    "mistral": {**GROUPED, "sliding_window": 3},
    "mixtral": {**GROUPED, "num_local_experts": 2},
    "mobilebert": {
        **PLAIN,
        **{"embedding_size": 32, "intra_bottleneck_size": 32, "true_hidden_size": 32},
    },
    "modernbert": {**PLAIN, "local_attention": 4, "global_attn_every_n_layers": 2},
    "modernbert-decoder": {**PLAIN, "local_attention": 4, "global_attn_every_n_layers": 2},
    "nemotron": GROUPED,
    "nomic_bert": PLAIN,
    "olmo": GROUPED,
    "olmo2": GROUPED,
    "olmo3": {**GROUPED, "sliding_window": 3},
    "olmoe": {**GROUPED, "num_experts": 2, "num_experts_per_tok": 1},
    "opt": {
        **{"vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2, "ffn_dim": 24},
        **{"num_attention_heads": 4, "max_position_embeddings": 64, "word_embed_proj_dim": 32},
    },
    "persimmon": PLAIN,
    "phi": PLAIN,
    "phi3": GROUPED,
    "phimoe": {**GROUPED, "num_local_experts": 2},
    "qwen2": GROUPED,
    "qwen2_moe": {**EXPERTS, "num_experts": 2, "shared_expert_intermediate_size": 8},
    "qwen3": NARROW,
    "qwen3_moe": {**EXPERTS, "num_experts": 2},
    "roberta": PLAIN,
    "roberta-prelayernorm": PLAIN,
    "seed_oss": NARROW,
    "smollm3": GROUPED,
    "stablelm": GROUPED,
    "starcoder2": GROUPED,
    "vaultgemma": WINDOW,
    "xlm-roberta": PLAIN,
    "xlm-roberta-xl": PLAIN,
}
WITHOUT_W_O: Mapping[str, Sizes] = {
    "afmoe": {**EXPERTS, "num_experts": 2, "sliding_window": 3},  # gates in between
    "bitnet": GROUPED,  # a norm in between
}
PAIR: Sizes = {
    **{"vocab_size": 300, "d_model": 32, "encoder_layers": 2, "decoder_layers": 3},
    **{"encoder_attention_heads": 4, "decoder_attention_heads": 4},
    **{"encoder_ffn_dim": 24, "decoder_ffn_dim": 24, "max_position_embeddings": 64},
    **{"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2},
}
T5: Sizes = {
    **{"vocab_size": 300, "d_model": 32, "d_kv": 8, "d_ff": 24, "num_heads": 4},
    **{"num_layers": 2, "num_decoder_layers": 3, "relative_attention_num_buckets": 8},
    "decoder_start_token_id": 0,
}
TWO_STACKS: Mapping[str, Sizes] = {
    **dict.fromkeys(("bart", "blenderbot", "m2m_100", "marian", "mbart", "pegasus"), PAIR),
    **dict.fromkeys(("mt5", "t5", "umt5"), T5),
}
REFUSED: Mapping[str, Sizes] = {
    "big_bird": {**PLAIN, "attention_type": "original_full"},
    "bloom": {"vocab_size": 300, "hidden_size": 32, "n_layer": 2, "n_head": 4},
    "deberta-v2": PLAIN,
    "falcon": PLAIN,
    "gpt_neo": {
        **{"vocab_size": 300, "hidden_size": 32, "num_layers": 2, "num_heads": 4},
        "attention_types": [[["global"], 2]],
    },
    "gptj": {**GPT, "rotary_dim": 4},
    "jamba": GROUPED,
    "longformer": {**PLAIN, "attention_window": 4},
    "mamba": {"vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2, "state_size": 4},
    "mpnet": PLAIN,
    "mpt": {"vocab_size": 300, "d_model": 32, "n_layers": 2, "n_heads": 4, "expansion_ratio": 1},
    "qwen3_next": NARROW,
    "roformer": SMALL_EMBEDDING,
    "rwkv": {
        **{"vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2},
        "attention_hidden_size": 32,
    },
}
EVERY = {**ONE_STACK, **WITHOUT_W_O, **TWO_STACKS, **REFUSED}


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


def written(folder: Path, family: str) -> str:
    """A model on disk, with numbers large enough for weights that differ."""
    import transformers

    config = transformers.AutoConfig.for_model(family, **EVERY[family])
    maker: Any = (
        transformers.AutoModelForSeq2SeqLM if family in TWO_STACKS else opening._loader(config)
    )
    torch.manual_seed(7)
    model = maker.from_config(config)
    for name, parameter in model.named_parameters():
        is_norm = parameter.ndim == 1 and name.endswith("weight")
        torch.nn.init.normal_(parameter, mean=float(is_norm), std=0.3)
    model.save_pretrained(folder)
    write_tokenizer(folder, "gpt2")
    return str(folder)


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
        bias = layer.mixed - np.einsum("hqv,hvm->qm", layer.output, mixer.w_o)
        most = max(1, np.abs(layer.mixed).max())
        assert_allclose(bias, np.broadcast_to(bias[0], bias.shape), rtol=0, atol=1e-5 * most)


@pytest.mark.parametrize("family", [*ONE_STACK, *WITHOUT_W_O])
def test_a_trace_is_the_models_own_attention(tmp_path: Path, family: str):
    run = FamilySource(written(tmp_path, family)).run(SENTENCE)
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
