"""Several heads on one sentence: what each puts into the output, how alike they are, one big head.

Everything is computed in float64 from the layer's own numbers.

Sources: Vaswani et al., Attention Is All You Need, 2017, section 3.2.2; Elhage et al., A
Mathematical Framework for Transformer Circuits, 2021 (concatenation and W_O are a sum over heads);
Clark et al., What Does BERT Look At?, 2019, section 6 (distance between heads).
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import torch

from core.arrays import Array
from core.attention import scaled_dot_product_attention
from core.layer import Parameters, Rules, score_bias, steps
from core.measures import entropy

Blocks = Literal["apart", "open", "merged"]
"""Rules for the one big head outside its blocks, see :func:`one_big_head`."""


@dataclass(frozen=True)
class Heads:
    """Results of every head of a layer.

    Attributes:
        weights: ``(head, query, key)``, rows sum to 1.
        found: ``(head, query, d_v)``, what each head found, before W_O.
        w_o: ``(head, d_v, d_model)``, each head's rows of W_O.
        at_once: ``(query, d_model)``, the layer's output: concatenated, then times W_O.
    """

    weights: Array
    found: Array
    w_o: Array
    at_once: Array

    @cached_property
    def contributions(self) -> Array:
        """``(head, query, d_model)``: what each head puts into each output."""
        return self.found @ self.w_o

    @property
    def concatenated(self) -> Array:
        """``(query, head * d_v)``: what the heads found, side by side."""
        return self.found.swapaxes(0, 1).reshape(self.found.shape[1], -1)

    @cached_property
    def output(self) -> Array:
        """``(query, d_model)``: the contributions of all heads, added up."""
        return self.contributions.sum(axis=0)

    @property
    def rounding(self) -> float:
        """Largest difference of the sum from the layer's own output: rounding, and no more."""
        return float(np.abs(self.output - self.at_once).max())

    def without(self, off: Collection[int]) -> Array:
        """``(query, d_model)``: the output with some heads switched off."""
        on = [head for head in range(len(self.found)) if head not in off]
        return self.contributions[on].sum(axis=0)

    def moved(self, off: Collection[int]) -> Array:
        """``(query,)``: how far the output moves when these heads are off together.

        Returns:
            As a share of the output's own length; 0 where there is no output.
        """
        away = np.linalg.norm(self.contributions[sorted(off)].sum(axis=0), axis=-1)
        length = np.linalg.norm(self.output, axis=-1)
        return np.divide(away, length, out=np.zeros_like(away), where=length > 0)

    @property
    def moved_alone(self) -> Array:
        """``(query, head)``: how far the output moves when one head is off."""
        return np.stack([self.moved([head]) for head in range(len(self.found))], axis=-1)


def heads(parameters: Parameters, rules: Rules) -> Heads:
    """Run all heads of a layer on its own vectors."""
    run = steps(torch.from_numpy(parameters.x).double(), parameters, rules)
    w_o = parameters.w_o.astype(np.float64)
    return Heads(run.weights.numpy(), run.heads.numpy(), w_o, run.output.numpy())


def look_alike(weights: Array) -> Array:
    """Compare heads by the words that they look at.

    Args:
        weights: ``(head, query, key)``, rows sum to 1, or are 0.

    Returns:
        ``(head, head)``: 1 - Jensen-Shannon divergence in bits, mean over the queries that may look
        at something: 1 = the same weights, or no such query; 0 = never at the same word.

    Source: Clark et al. 2019, section 6, which sums the divergences instead.
    """
    middle = (weights[:, None] + weights[None]) / 2  # (head, head, query, key)
    own = entropy(weights)  # (head, query)
    apart = entropy(middle) - (own[:, None] + own[None]) / 2
    looks = np.any(weights, axis=-1)
    both = looks[:, None] & looks[None]  # (head, head, query)
    return 1 - np.clip((apart * both).sum(axis=-1) / np.maximum(both.sum(axis=-1), 1), 0, 1)


def pull_alike(contributions: Array) -> Array:
    """Compare heads by the direction in which they move the outputs.

    Args:
        contributions: ``(head, query, d_model)``.

    Returns:
        ``(head, head)``: the cosine between contributions to all words together, -1 to 1; 0 for a
        head that contributes nothing.
    """
    flat = contributions.reshape(len(contributions), -1)
    length = np.linalg.norm(flat, axis=-1, keepdims=True)
    unit = np.divide(flat, length, out=np.zeros_like(flat), where=length > 0)
    return np.clip(unit @ unit.T, -1, 1)


class BigHead(NamedTuple):
    """One attention over all heads' copies of the sentence; rows are copy by copy.

    Attributes:
        weights: ``(head * query, head * key)``.
        output: ``(query, d_model)``.
    """

    weights: Array
    output: Array


def one_big_head(parameters: Parameters, rules: Rules, blocks: Blocks = "apart") -> BigHead:
    """All heads as a single attention of width head · d_k over a copy of the sentence a head.

    Copy h has its q, k and v in the h-th block of the width and zeros elsewhere, so Q, K and V are
    block-diagonal and the scores between copies are 0.

    Args:
        parameters: Of the layer.
        rules: How it computes; the scale stays that of one head.
        blocks: ``apart``: a mask hides the other copies: the heads, exactly. ``open``: no such
            mask; a score of 0 is not a weight of 0. ``merged``: copies stay apart, but the blocks
            beside the diagonal of Q and K are filled, so every copy compares over the whole width.

    Returns:
        Weights, and the output after W_O.
    """
    run = steps(torch.from_numpy(parameters.x).double(), parameters, rules)
    n_heads, n, _ = run.q.shape
    q, k, v = (torch.block_diag(*part) for part in (run.q, run.k, run.v))  # (head * token, ...)
    if blocks == "merged":
        q, k = (part.transpose(0, 1).flatten(1).repeat(n_heads, 1) for part in (run.q, run.k))
    bias = score_bias(parameters, rules, n).double()
    wide = bias.repeat(1, 1, n_heads).flatten(0, 1)  # (head * query, head * key)
    if blocks != "open":
        inside = torch.block_diag(*torch.ones(n_heads, n, n)).bool()
        wide = wide.masked_fill(~inside, -torch.inf)
    big = scaled_dot_product_attention(q, k, v, wide, scale=rules.scale(run.q.shape[-1]))
    w_o = torch.from_numpy(parameters.w_o).double().flatten(0, 1)  # (head * d_v, d_model)
    mixed = (big.output @ w_o).unflatten(0, (n_heads, n)).sum(dim=0)
    return BigHead(big.weights.numpy(), mixed.numpy())
