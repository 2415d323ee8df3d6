"""Attention against torch's own, and influence against automatic derivatives; one thread."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from core.attention import multi_head_attention, scaled_dot_product_attention
from core.cnn import ConvolutionSettings, ConvolutionStack
from core.influence import (
    Influence,
    attention_influence,
    convolution_influence,
    influence,
    recurrent_influence,
)
from core.layer import Parameters, Rules, as_function
from core.masks import MaskRule
from core.rnn import RecurrentKind, RecurrentLayer, RecurrentSettings
from tests.benchmarks.clock import quartiles, shown, times
from tests.benchmarks.row import Row

LENGTHS = (16, 64, 256, 1024, 4096)
N_HEADS, D_K = 8, 64
N, D = 64, 32
"""Tokens and width for influence."""

KINDS: tuple[RecurrentKind, ...] = ("rnn", "lstm", "gru")
Measure = Callable[[], Influence]


def rows() -> list[Row]:
    """Every length, then every architecture."""
    return [row for n in LENGTHS for row in _attention(n)] + list(_influence())


@torch.inference_mode()
def _attention(n: int) -> Iterator[Row]:
    rounds = 25 if n < 1024 else 11 if n < 4096 else 5
    q, k, v = torch.randn(3, N_HEADS, n, D_K)
    whole = q[None], k[None], v[None]  # the fused kernel takes batches
    kept = scaled_dot_product_attention(q, k, v)
    kernel = {
        "fused": lambda: functional.scaled_dot_product_attention(*whole),
        "overwriting": lambda: scaled_dot_product_attention(q, k, v, out=kept),
        "new memory": lambda: scaled_dot_product_attention(q, k, v),
    }
    seconds = times(kernel, rounds)
    for name in ("overwriting", "new memory"):
        ratio, spread = quartiles(seconds[name] / seconds["fused"])
        what = f"attention, every step, n = {n}, {name} / fused kernel, output alone"
        yield Row(what, 1.5, "at most", shown(seconds[name]), ratio, spread)

    layer = nn.MultiheadAttention(N_HEADS * D_K, N_HEADS, batch_first=True).eval()
    x = torch.randn(n, N_HEADS * D_K)
    w_q, w_k, w_v = layer.in_proj_weight.chunk(3)
    b_q, b_k, b_v = layer.in_proj_bias.chunk(3)
    w_o, b_o = layer.out_proj.weight, layer.out_proj.bias
    seconds = times(
        {
            "torch": lambda: layer(
                x[None], x[None], x[None], need_weights=True, average_attn_weights=False
            ),
            "ours": lambda: multi_head_attention(
                x, None, w_q, w_k, w_v, w_o, N_HEADS, b_q, b_k, b_v, b_o
            ),
        },
        rounds,
    )
    ratio, spread = quartiles(seconds["ours"] / seconds["torch"])
    what = f"multi-head, every step, n = {n} / nn.MultiheadAttention with weights"
    yield Row(what, 1.0, "at most", shown(seconds["ours"]), ratio, spread)


def _influence() -> Iterator[Row]:
    rng = np.random.default_rng(0)
    reach = MaskRule().matrix(N)
    for n_heads in (1, 4):
        d_k = D // n_heads
        shapes = (D, d_k), (D, d_k), (D, d_k), (d_k, D)
        w = (rng.standard_normal((n_heads, *shape)) / D**0.5 for shape in shapes)
        numbers = Parameters(rng.standard_normal((N, D)), *w)
        x, layer = torch.from_numpy(numbers.x), as_function(numbers, Rules())
        yield _faster(
            f"attention, {n_heads} {'head' if n_heads == 1 else 'heads'}",
            50,
            lambda numbers=numbers: attention_influence(numbers, Rules(), reach),
            lambda x=x, layer=layer: influence(layer, x, reach),
        )
    x = torch.from_numpy(rng.standard_normal((N, D)))
    for kind in KINDS:
        for direction in ("forward", "both"):
            net = RecurrentLayer(D, RecurrentSettings(kind, D, direction)).double()
            yield _faster(
                f"{kind}, {direction}",
                10,
                lambda net=net: recurrent_influence(net, x, reach),
                lambda net=net: influence(net, x, reach),
            )
    for dilations in ((1,), (1, 2), (1, 2, 4)):
        stack = ConvolutionStack(D, ConvolutionSettings(3, dilations, d_out=D)).double()
        yield _faster(
            f"convolutions, dilations {dilations}",
            2,
            lambda stack=stack: convolution_influence(stack, x, reach),
            lambda stack=stack: influence(stack, x, reach),
        )


def _faster(name: str, goal: float, ours: Measure, automatic: Measure) -> Row:
    np.testing.assert_allclose(ours().strength, automatic().strength, rtol=1e-6, atol=1e-12)
    seconds = times({"ours": ours, "automatic": automatic}, rounds=7)
    ratio, spread = quartiles(seconds["automatic"] / seconds["ours"])
    what = f"influence of {name}, n = {N}, d = {D}: jacrev's time / ours"
    return Row(what, goal, "at least", shown(seconds["ours"]), ratio, spread)
