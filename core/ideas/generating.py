"""Count what a generating model keeps: earlier keys and values, so that a step adds but one.

Sources: Shazeer, Fast Transformer Decoding: One Write-Head is All You Need, 2019 (multi-query);
Ainslie et al., GQA, 2023 (grouped); DeepSeek-AI, DeepSeek-V2, 2024, section 2.1 and table 1
(latent); Xiao et al., Efficient Streaming Language Models with Attention Sinks, 2023, section 3.2
(the first tokens and a window).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor

from core.arrays import BoolArray, IntArray
from core.attention import merge_heads, scaled_dot_product_attention, split_heads
from core.ideas.cost import watched
from core.masks import MaskRule
from core.receptive_field import attention_field

Layout = Literal["multi_head", "grouped", "multi_query", "latent"]
"""Ways to keep the past: whose keys and values are whose."""

LAYOUTS: tuple[Layout, ...] = get_args(Layout)

_WIDTH, _HEADS, _KEY_HEADS = 64, 4, 2  # of the layer that is run to be counted


class Model(NamedTuple):
    """Sizes of a model, as far as its cache depends on them.

    Attributes:
        n_layers: Each keeps its own.
        n_heads: That ask, in a layer.
        n_key_heads: Keys, and values, of a token in a layer where groups of heads share them.
        d_head: Width of a key, and of a value.
        d_latent: Width of the latent that keys and values of all heads are made of again.
        d_rotary: Width of the rotated key beside it, which all heads share.
    """

    n_layers: int
    n_heads: int
    n_key_heads: int
    d_head: int
    d_latent: int
    d_rotary: int

    @property
    def shared(self) -> "Model":
        """The same with groups of equal size: the most key heads, up to those asked for."""
        fitting = range(min(self.n_key_heads, self.n_heads), 0, -1)
        return self._replace(n_key_heads=next(n for n in fitting if self.n_heads % n == 0))


class Published(NamedTuple):
    """A model as it was published; what it does not have is as DeepSeek's models have it.

    Attributes:
        model: Its sizes.
        layout: How it keeps the past.
    """

    model: Model
    layout: Layout


def _without_latent(n_layers: int, n_heads: int, n_key_heads: int, d_head: int) -> Model:
    """Sizes with a latent of 4 heads' width and half a head's width beside it."""
    return Model(n_layers, n_heads, n_key_heads, d_head, 4 * d_head, d_head // 2)


PUBLISHED: Mapping[str, Published] = {
    "GPT-2 small": Published(_without_latent(12, 12, 12, 64), "multi_head"),
    "SmolLM2 135M": Published(_without_latent(30, 9, 3, 64), "grouped"),
    "Llama 2 7B": Published(_without_latent(32, 32, 32, 128), "multi_head"),
    "Llama 3 8B": Published(_without_latent(32, 32, 8, 128), "grouped"),
    "DeepSeek-V3": Published(Model(61, 128, 8, 128, 512, 64), "latent"),
}
"""Models by their names; the groups of the last one are invented."""


def numbers(layout: Layout, model: Model) -> int:
    """Numbers that one layer keeps of one token.

    Source: DeepSeek-AI 2024, table 1.
    """
    if layout == "latent":
        return model.d_latent + model.d_rotary
    heads = {"multi_head": model.n_heads, "grouped": model.n_key_heads, "multi_query": 1}
    return 2 * heads[layout] * model.d_head


def cache_bytes(layout: Layout, model: Model, n_tokens: int, each: int) -> int:
    """Bytes of all layers for so many tokens, with ``each`` bytes a number."""
    return numbers(layout, model) * model.n_layers * n_tokens * each


class Layer(NamedTuple):
    """Attention in which groups of heads share their keys and values."""

    w_q: Tensor  # (head * d_head, d_model)
    w_k: Tensor  # (key head * d_head, d_model)
    w_v: Tensor  # (key head * d_head, d_model)
    n_heads: int
    n_key_heads: int


class Generated(NamedTuple):
    """Hold what tokens gave that came one at a time.

    Attributes:
        output: ``(token, head * d_head)``, each as its step gave it.
        computed: ``(step,)``, tokens whose keys and values were computed.
        keys, values: ``(key head, token, d_head)``, after the last step.
    """

    output: Tensor
    computed: tuple[int, ...]
    keys: Tensor
    values: Tensor


def generate(x: Tensor, layer: Layer, *, cached: bool) -> Generated:
    """Give a causal layer one token after the other.

    Args:
        x: ``(token, d_model)``.
        layer: Its matrices.
        cached: Whether keys and values are kept from step to step; else each step computes those
            of all tokens so far anew, and what these look at too.
    """
    outputs, computed = [], []
    keys = values = x.new_zeros(layer.n_key_heads, 0, len(layer.w_k) // layer.n_key_heads)
    for step in range(1, len(x) + 1):
        given = x[step - 1 : step] if cached else x[:step]
        q = split_heads(given @ layer.w_q.mT, layer.n_heads)  # (head, token, d_head)
        q = q.unflatten(0, (layer.n_key_heads, -1))  # (key head, head that shares it, token, ...)
        k, v = (split_heads(given @ w.mT, layer.n_key_heads) for w in (layer.w_k, layer.w_v))
        keys = torch.cat([keys, k], dim=1) if cached else k
        values = torch.cat([values, v], dim=1) if cached else v
        # The token that has just come may look at everything: alone it needs no mask.
        found = scaled_dot_product_attention(
            q, keys[:, None], values[:, None], is_causal=not cached
        )
        outputs.append(merge_heads(found.output.flatten(0, 1))[-1])
        computed.append(len(given))
    return Generated(torch.stack(outputs), tuple(computed), keys, values)


class Compared(NamedTuple):
    """The same tokens with and without a cache.

    Attributes:
        computed: With a cache, and without: ``(step,)`` each, tokens that were computed.
        operations: Likewise, as torch's counter saw them in all steps.
        apart: The largest difference between the outputs.
    """

    computed: tuple[tuple[int, ...], tuple[int, ...]]
    operations: tuple[int, int]
    apart: float


@lru_cache(maxsize=64)
def compared(n: int) -> Compared:
    """Run a small layer with random numbers on ``n`` tokens; which numbers costs nothing."""
    generator = torch.Generator().manual_seed(0)
    keys = _WIDTH // _HEADS * _KEY_HEADS
    x, w_q, w_k, w_v = (
        torch.randn(rows, _WIDTH, generator=generator, dtype=torch.float64) / _WIDTH**0.5
        for rows in (n, _WIDTH, keys, keys)
    )
    layer = Layer(w_q, w_k, w_v, _HEADS, _KEY_HEADS)
    kept, anew = (generate(x, layer, cached=cached) for cached in (True, False))
    work = [watched(lambda it=it: generate(x, layer, cached=it).output) for it in (True, False)]
    apart = float((kept.output - anew.output).abs().max())
    return Compared((kept.computed, anew.computed), (work[0], work[1]), apart)


def in_cache(n: int, sinks: int, window: int) -> BoolArray:
    """Tell what each step has in its cache: the first tokens, and a window up to the new one.

    Args:
        n: Tokens.
        sinks: First ones that stay.
        window: Tokens, the new one included, at least 1.

    Returns:
        ``(step, token)``: the mask that looks at the first tokens and a window, made causal.
    """
    rule = MaskRule("global", width=window - 1, n_global=sinks)
    return rule.matrix(n) & MaskRule("causal").matrix(n)


def layers_until_felt(cache: BoolArray, n_layers: int) -> IntArray:
    """Layers until a token is felt through tokens that saw it: ``(step, token)``, 0 = never."""
    return attention_field(cache, n_layers).path
