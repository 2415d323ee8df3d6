"""How far three architectures see: theory once, measurement over several seeds.

Sources: Vaswani et al., Attention Is All You Need, 2017,
section 4 (path lengths); Beltagy et al., Longformer, 2020, section 3.1 (masks).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

import numpy as np
import torch
from torch import Tensor

from core import architectures, embeddings, masks
from core.architectures import Measured
from core.arrays import Array, BoolArray, IntArray, freeze
from core.cnn import ConvolutionSettings
from core.influence import Influence
from core.layer import Parameters, Rules, Sizes, steps
from core.masks import MaskRule
from core.receptive_field import Field, attention_field
from core.rnn import RecurrentSettings
from core.sources.seeded import SeededSource

ReachMask = Literal["none", "causal", "window", "dilated", "global"]

SEEDS = 8
"""How many draws of all numbers are measured."""

WIDTH = 8
"""Numbers in a token's vector, in a query, key and value, in the memory, and channels."""

MOST_LAYERS = 8


@dataclass(frozen=True)
class AttentionStack:
    """Layers of attention that all have the same mask.

    Attributes:
        mask: ``global``: a window, and tokens that see and are seen by everything.
        window: Tokens on each side, for ``window``, ``dilated`` and ``global``.
        step: How far they are apart, for ``dilated``.
        n_global: Tokens at the start, for ``global``.
        n_layers: At least 1; nothing but attention: no skip connections, no other layers.
    """

    mask: ReachMask = "none"
    window: int = 1
    step: int = 2
    n_global: int = 1
    n_layers: int = 1

    def may_look(self, n: int) -> BoolArray:
        """``(query, key)``, the mask of every layer."""
        match self.mask:
            case "causal":
                return masks.causal(n)
            case "window":
                return masks.window(n, self.window)
            case "dilated":
                return masks.dilated(n, self.window, self.step)
            case "global":
                return masks.with_global(masks.window(n, self.window), self.n_global)
            case "none":
                return masks.everything(n)
            case unknown:
                assert_never(unknown)

    def field(self, n: int) -> Field:
        """Theory: after L layers the reach is the L-th power of the mask."""
        return attention_field(self.may_look(n), self.n_layers)


@dataclass(frozen=True)
class Averaged:
    """One architecture over several seeds.

    Attributes:
        field: Theory, which no seed changes.
        mean: ``(output, input)``, share of all influence on the output; rows sum to 1.
        low: The smallest share that any seed gave.
        high: The largest one.
    """

    field: Field
    mean: Array
    low: Array
    high: Array

    def __post_init__(self) -> None:
        """Keep it as it is."""
        freeze(self)

    @property
    def nbytes(self) -> int:
        """Bytes of the maps."""
        return self.field.nbytes + self.mean.nbytes + self.low.nbytes + self.high.nbytes


def averaged(measure: Callable[[int], Measured], first: int) -> Averaged:
    """Measure with ``SEEDS`` seeds.

    Args:
        measure: A seed to a measurement.
        first: The first seed; the others follow.
    """
    found = [measure(seed) for seed in range(first, first + SEEDS)]
    shares = np.stack([it.influence.share for it in found])
    return Averaged(found[0].field, shares.mean(axis=0), shares.min(axis=0), shares.max(axis=0))


def attention(tokens: Sequence[str], stack: AttentionStack, first: int) -> Averaged:
    """Layers of attention on random vectors, each layer with numbers of its own."""
    field = stack.field(len(tokens))
    blocked = tuple((int(i), int(j)) for i, j in np.argwhere(~stack.may_look(len(tokens))))
    rules = Rules(mask=MaskRule("drawn", blocked=blocked))

    def measure(seed: int) -> Measured:
        layers = _layers(tuple(tokens), stack.n_layers, seed)
        if stack.n_layers == 1:
            return architectures.attention(layers[0], rules)
        strength = np.linalg.norm(stack_jacobian(layers, rules), axis=(1, 3))
        return Measured(field, Influence(field.reach, strength))

    return averaged(measure, first)


def stack_jacobian(layers: Sequence[Parameters], rules: Rules) -> Array:
    """The derivative of a stack's outputs: the product of its layers' derivatives.

    Args:
        layers: With one head each; the first one's ``x`` is where the derivative is taken.
        rules: Of every layer; without positions.

    Returns:
        ``(output, d_out, input, d_in)``.
    """
    x = torch.from_numpy(layers[0].x).double()
    total, n = torch.eye(x.numel(), dtype=x.dtype), len(x)
    for layer in layers:
        x, own = _derivative(x, layer, rules)
        total = own @ total
    return total.unflatten(1, (n, -1)).unflatten(0, (n, -1)).numpy()


def _derivative(x: Tensor, layer: Parameters, rules: Rules) -> tuple[Tensor, Tensor]:
    """A layer's output, and how it changes: ``(output * d_out, input * d_in)``.

    ∂output_i/∂input_j = w_ij W_V W_O + (W_K q_i) gain_ij, and for j = i the query's part besides.
    """
    run = steps(x, layer, rules)
    w_q, w_k, w_v, w_o = (
        torch.from_numpy(w[0]).double() for w in (layer.w_q, layer.w_k, layer.w_v, layer.w_o)
    )
    scale, weights = rules.scale(w_q.shape[1]), run.weights[0]  # (output, input)
    gain = weights[..., None] * ((run.v[0] - run.heads[0][:, None]) @ w_o)  # (output, input, d_out)
    by_key, by_query = scale * run.q[0] @ w_k.mT, scale * run.k[0] @ w_q.mT  # (token, d_in)
    jacobian = torch.einsum("ij,de->iejd", weights, w_v @ w_o)
    jacobian += torch.einsum("ije,id->iejd", gain, by_key)
    jacobian.diagonal(dim1=0, dim2=2).add_(torch.einsum("ije,jd->edi", gain, by_query))
    return run.output, jacobian.flatten(2).flatten(0, 1)


def recurrent(tokens: Sequence[str], settings: RecurrentSettings, first: int) -> Averaged:
    """A recurrent layer on random vectors; the settings' own seed is not used."""

    def measure(seed: int) -> Measured:
        x = embeddings.seeded(tokens, WIDTH, seed)
        return architectures.recurrent(x, replace(settings, seed=seed))

    return averaged(measure, first)


def convolutional(tokens: Sequence[str], settings: ConvolutionSettings, first: int) -> Averaged:
    """A stack of convolutions on random vectors; the settings' own seed is not used."""

    def measure(seed: int) -> Measured:
        x = embeddings.seeded(tokens, WIDTH, seed)
        return architectures.convolutional(x, replace(settings, seed=seed))

    return averaged(measure, first)


def seen_by_layers(stack: AttentionStack, n: int, output: int) -> IntArray:
    """How many inputs one output reaches with 1, 2, ... ``MOST_LAYERS`` layers."""
    depths = range(1, MOST_LAYERS + 1)
    fields = [replace(stack, n_layers=depth).field(n) for depth in depths]
    return np.array([field.reach[output].sum() for field in fields])


def _layers(tokens: tuple[str, ...], n_layers: int, seed: int) -> list[Parameters]:
    """Seeds of layers lie far apart, so that no two draws share a layer."""
    sizes = Sizes(WIDTH, WIDTH, WIDTH, 1)
    first = SeededSource(sizes, seed=seed).parameters(tokens)
    above = (SeededSource(sizes, seed=seed + 1_000_000 * layer) for layer in range(1, n_layers))
    return [first, *(source.parameters(tokens) for source in above)]
