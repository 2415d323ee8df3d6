"""The cache of a generating model: by formula, counted in real ones, and what a window forgets."""

import warnings
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.attention import multi_head_attention
from core.ideas.generating import (
    LAYOUTS,
    PUBLISHED,
    Layer,
    Model,
    cache_bytes,
    compared,
    generate,
    in_cache,
    layers_until_felt,
    numbers,
)

few = st.integers(1, 3)


@pytest.fixture(scope="module")
def transformers() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own affair
        import transformers

        transformers.logging.set_verbosity_error()
    return transformers


def stored(transformers: ModuleType, family: str, n: int, **sizes: int) -> int:
    """Bytes of the tensors that a model of random numbers keeps after tokens one at a time."""
    rest = {"vocab_size": 16, "intermediate_size": 8, "max_position_embeddings": 32}
    config = transformers.AutoConfig.for_model(family, **rest, **sizes)
    model = transformers.AutoModel.from_config(config).eval()
    cache = transformers.DynamicCache(config=config)
    with torch.no_grad():
        for token in range(n):
            model(input_ids=torch.tensor([[token % 16]]), past_key_values=cache, use_cache=True)
    return sum(part.nbytes for layer in cache.layers for part in (layer.keys, layer.values))


@given(sizes=st.tuples(few, few, few, few), n=st.integers(1, 5))
@settings(max_examples=6)
def test_the_formula_counts_what_real_caches_keep(
    transformers: ModuleType, sizes: tuple[int, int, int, int], n: int
):
    layers, groups, shared, half = sizes
    heads, d_head = groups * shared, 2 * half
    model = Model(layers, heads, groups, d_head, 1, 1)
    key_heads = {"multi_head": heads, "grouped": groups, "multi_query": 1}
    for layout in LAYOUTS[:3]:
        found = stored(
            transformers,
            "llama",
            n,
            num_hidden_layers=layers,
            hidden_size=heads * d_head,
            num_attention_heads=heads,
            num_key_value_heads=key_heads[layout],
            head_dim=d_head,
        )
        assert found == cache_bytes(layout, model, n, 4)


@given(sizes=st.tuples(few, few, st.integers(1, 9), few), n=st.integers(1, 5))
@settings(max_examples=4)
def test_the_formula_counts_the_latents_that_a_real_cache_keeps(
    transformers: ModuleType, sizes: tuple[int, int, int, int], n: int
):
    layers, heads, latent, half = sizes
    found = stored(
        transformers,
        "deepseek_v3",
        n,
        num_hidden_layers=layers,
        first_k_dense_replace=layers,
        hidden_size=12,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        kv_lora_rank=latent,
        q_lora_rank=6,
        qk_rope_head_dim=2 * half,
        qk_nope_head_dim=4,
        v_head_dim=5,
    )
    assert found == cache_bytes("latent", Model(layers, heads, heads, 4, latent, 2 * half), n, 4)


def test_published_sizes_by_hand():
    """Bytes of one token with 2 bytes a number, as reports about these models give them."""
    found = {
        name: cache_bytes(it.layout, it.model, 1, 2)
        for name, it in PUBLISHED.items()
        if name != "SmolLM2 135M"
    }
    assert found == {
        "GPT-2 small": 36 * 1024,
        "Llama 2 7B": 512 * 1024,
        "Llama 3 8B": 128 * 1024,
        "DeepSeek-V3": 70_272,
    }
    assert cache_bytes("grouped", PUBLISHED["SmolLM2 135M"].model, 1, 2) == 2 * 3 * 64 * 30 * 2
    for it in PUBLISHED.values():
        assert it.model.shared == it.model
        assert numbers("latent", it.model) == 4.5 * it.model.d_head  # table 1 of DeepSeek-V2


@pytest.mark.parametrize(("asked", "found"), [(1, 1), (5, 4), (8, 6), (12, 12), (40, 12)])
def test_groups_of_heads_are_equally_large(asked: int, found: int):
    assert Model(1, 12, asked, 1, 1, 1).shared.n_key_heads == found


@given(groups=few, shared=few, d_head=few, n=st.integers(1, 7), seed=st.integers(0, 99))
@settings(max_examples=25)
def test_a_cache_changes_nothing_but_what_is_computed(
    groups: int, shared: int, d_head: int, n: int, seed: int
):
    rng, d_model, heads = torch.Generator().manual_seed(seed), 5, groups * shared
    x, w_q, w_k, w_v = (
        torch.randn(rows, d_model, generator=rng, dtype=torch.float64)
        for rows in (n, heads * d_head, groups * d_head, groups * d_head)
    )
    layer = Layer(w_q, w_k, w_v, heads, groups)
    kept, anew = (generate(x, layer, cached=cached) for cached in (True, False))
    each = [w.unflatten(0, (groups, d_head)).repeat_interleave(shared, 0) for w in (w_k, w_v)]
    w_o = torch.eye(heads * d_head, dtype=torch.float64)
    every_k, every_v = (w.flatten(0, 1) for w in each)
    at_once = multi_head_attention(x, None, w_q, every_k, every_v, w_o, heads, is_causal=True)
    torch.testing.assert_close(kept.output, at_once.output)
    torch.testing.assert_close(anew.output, at_once.output)
    assert kept.computed == (1,) * n
    assert anew.computed == tuple(range(1, n + 1))
    size = kept.keys.nbytes + kept.values.nbytes
    assert size == cache_bytes("grouped", Model(1, heads, groups, d_head, 1, 1), n, 8)


@pytest.mark.parametrize("n", [1, 2, 9])
def test_operations_are_those_of_what_is_computed(n: int):
    """A token's q, k and v, and two products with every token that it looks at."""
    it, d, keys = compared(n), 64, 32
    project = 2 * d * (d + 2 * keys)
    assert it.operations[0] == sum(project + 4 * d * step for step in range(1, n + 1))
    assert it.operations[1] == sum(project * s + 4 * d * s * s for s in range(1, n + 1))
    assert it.apart < 1e-12


@given(n=st.integers(1, 12), sinks=st.integers(0, 4), window=st.integers(1, 6))
def test_the_mask_is_a_cache_that_throws_out_the_oldest(n: int, sinks: int, window: int):
    first: list[int] = []
    latest: list[int] = []
    for step, row in enumerate(in_cache(n, sinks, window)):
        latest.append(step)
        if len(latest) > window:
            oldest = latest.pop(0)
            first += [oldest] if len(first) < sinks else []
        assert_array_equal(np.flatnonzero(row), first + latest)
    assert in_cache(n, sinks, window).sum(axis=1).max() <= sinks + window


def test_what_is_forgotten_is_felt_through_those_who_saw_it_by_hand():
    path = layers_until_felt(in_cache(8, sinks=1, window=3), n_layers=6)
    assert path[7].tolist() == [1, 3, 3, 2, 2, 1, 1, 1]
    assert layers_until_felt(in_cache(8, 1, 3), n_layers=2)[7, 1] == 0
