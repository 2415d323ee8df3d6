"""The reach of three architectures: theory once, measurement over several seeds.

Source: Vaswani et al., Attention Is All You Need, 2017, section 4 (path lengths).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from core import architectures, embeddings
from core.architectures import Measured
from core.arrays import Array, IntArray, freeze
from core.cnn import ConvolutionSettings
from core.influence import Influence, attention_derivative
from core.layer import Parameters, Rules, Sizes
from core.masks import MaskRule, kinds_with
from core.receptive_field import Field, attention_field
from core.rnn import RecurrentSettings
from core.sources.seeded import SeededSource

MASKS = kinds_with("width", "step", "n_global")
"""The names of those that a stack of layers can have, whatever the sentence."""

SEEDS = 8
"""The number of draws of all numbers that are measured."""

WIDTH = 8
"""Numbers in a token's vector, in a query, key and value, in the memory, and channels."""

MOST_LAYERS = 8


@dataclass(frozen=True)
class AttentionStack:
    """Layers of attention that all have the same mask.

    Attributes:
        rule: The mask of every layer.
        n_layers: At least 1; nothing but attention: no skip connections, no other layers.
    """

    rule: MaskRule = MaskRule()
    n_layers: int = 1

    def field(self, n: int) -> Field:
        """Theory: after L layers the reach is the L-th power of the mask."""
        return attention_field(self.rule.matrix(n), self.n_layers)


@dataclass(frozen=True)
class Averaged:
    """One architecture over several seeds.

    Attributes:
        field: Theory, which no seed changes.
        mean: ``(output, input)``, share of all influence on the output; rows sum to 1.
        low: The smallest share that any seed gave.
        high: The largest one.
        first: The shares of the first seed alone.
    """

    field: Field
    mean: Array
    low: Array
    high: Array
    first: Array

    def __post_init__(self) -> None:
        """Keep it as it is."""
        freeze(self)


def averaged(measure: Callable[[int], Measured], first: int) -> Averaged:
    """Measure with ``SEEDS`` seeds.

    Args:
        measure: A seed to a measurement.
        first: The first seed; the others follow.
    """
    found = [measure(seed) for seed in range(first, first + SEEDS)]
    shares = np.stack([it.influence.share for it in found])
    mean, low, high = shares.mean(axis=0), shares.min(axis=0), shares.max(axis=0)
    return Averaged(found[0].field, mean, low, high, shares[0])


def attention(tokens: Sequence[str], stack: AttentionStack, first: int) -> Averaged:
    """Layers of attention on random vectors, each layer with numbers of its own."""
    field = stack.field(len(tokens))
    rules = Rules(mask=stack.rule)

    def measure(seed: int) -> Measured:
        layers = layers_of(tuple(tokens), stack.n_layers, seed)
        if stack.n_layers == 1:
            return architectures.attention(layers[0], rules)
        strength = np.linalg.norm(stack_jacobian(layers, rules), axis=(1, 3))
        return Measured(field, Influence(field.reach, strength))

    return averaged(measure, first)


def layers_of(tokens: tuple[str, ...], n_layers: int, seed: int) -> list[Parameters]:
    """Draw a stack's layers. Their seeds lie far apart, so that no two draws share a layer.

    Args:
        tokens: The first layer's ``x`` are their vectors.
        n_layers: At least 1.
        seed: Of the first layer.
    """
    sizes = Sizes(WIDTH, WIDTH, WIDTH, 1)
    first = SeededSource(sizes, seed=seed).parameters(tokens)
    above = (SeededSource(sizes, seed=seed + 1_000_000 * layer) for layer in range(1, n_layers))
    return [first, *(source.parameters(tokens) for source in above)]


def stack_jacobian(layers: Sequence[Parameters], rules: Rules) -> Array:
    """The derivative of a stack's outputs: the product of its layers' derivatives.

    Args:
        layers: The first one's ``x`` is where the derivative is taken.
        rules: Of every layer.

    Returns:
        ``(output, d_out, input, d_in)``.
    """
    x = torch.from_numpy(layers[0].x).double()
    total, n = torch.eye(x.numel(), dtype=x.dtype), len(x)
    for layer in layers:
        derivative = attention_derivative(x, layer, rules)
        x = derivative.output
        total = derivative.jacobian().flatten(2).flatten(0, 1) @ total
    return total.unflatten(1, (n, -1)).unflatten(0, (n, -1)).numpy()


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
    """Count the inputs that one output reaches with 1, 2, ... ``MOST_LAYERS`` layers."""
    depths = range(1, MOST_LAYERS + 1)
    fields = [replace(stack, n_layers=depth).field(n) for depth in depths]
    return np.array([field.reach[output].sum() for field in fields])
