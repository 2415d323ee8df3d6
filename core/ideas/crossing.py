"""One attention, two sentences: where Q comes from, where K and V come from, and how pairs score.

Self-attention is the case in which both are the same sentence; nothing else changes.
"""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, assert_never

import numpy as np
import torch
from torch import Tensor

from core.arrays import Array
from core.attention import (
    MultiHeadSteps,
    Steps,
    additive_attention,
    merge_heads,
    scaled_dot_product_attention,
)
from core.embeddings import FEATURES, KINDS, Standing
from core.layer import Sizes
from core.masks import MaskRule
from core.sources.handset import HEADS, HandsetSource
from core.sources.seeded import SeededSource
from core.sources.toy import ToySource
from core.trace import STEPS, AttentionTrace, LayerTrace

Scoring = Literal["dot", "scaled", "general", "additive"]
Numbers = Literal["handset", "seeded"]
Words = tuple[str, ...]

SIZES = Sizes(d_model=len(FEATURES), d_k=4, d_v=4, n_heads=len(HEADS))
"""Of the layer that every score is computed with, where no word is guessed."""

SAME_KIND = 1
"""The hand-set head whose queries find words of their own kind, in any language."""

_STEEP = 2.0
_STRONG = 3.0


class Cost(NamedTuple):
    """Cost of one head's scores; a multiply-add counts 2, as in `core.complexity`.

    Attributes:
        learned: Numbers that training has to find, for the scores alone.
        words: Operations done once for every word.
        pairs: Operations done once for every (query, key) pair.
        tanh: How often tanh is computed besides.
    """

    learned: int
    words: int
    pairs: int
    tanh: int


@dataclass(frozen=True)
class CrossSource:
    """One layer that can look at its own sentence or at another one.

    Attributes:
        scoring: How a query and a key are compared: ``dot`` h·h' of the words' vectors as they
            are; ``scaled`` q·k/√d_k; ``general`` h W_a h' with W_a = W_Q W_Kᵀ; ``additive``
            v_a·tanh(W_1 h + W_2 h').
        numbers: Set by hand, or seeded: without meaning.
        seed: Of the seeded numbers.
        is_causal: Whether a word may look at itself and earlier ones only.
        guess: As `core.sources.handset.HandsetSource` has it.

    Source: Luong et al., Effective Approaches to Attention-based Neural Machine Translation, 2015,
    equation 8 (dot, general); Bahdanau et al. 2015, appendix A.1.2 (additive); Vaswani et al.
    2017, equation 1 (scaled).
    """

    scoring: Scoring = "scaled"
    numbers: Numbers = "handset"
    seed: int = 0
    is_causal: bool = False
    guess: bool = False

    @property
    def sizes(self) -> Sizes:
        """Of the layer; the small network in additive attention is as wide as the words."""
        guessed = self.guess and self.numbers == "handset"
        return replace(SIZES, d_model=len(KINDS)) if guessed else SIZES

    def trace(self, asking: Words, answering: Words) -> AttentionTrace:
        """Run the layer with queries from one sentence, keys and values from the other.

        Args:
            asking: Where the queries come from.
            answering: Where keys and values come from; the same tokens in self-attention.

        Returns:
            One layer: all heads with ``scaled`` and ``general``, which compare by the heads' W_Q
            and W_K; one head with the others, with the values of ``SAME_KIND``. With ``additive``,
            q and k are W_1 h and W_2 h'.
        """
        numbers = self.parameters(asking, answering)
        p = {name: torch.from_numpy(matrix) for name, matrix in numbers.items()}
        v = p["context"] @ p["w_v"]  # (head, key, d_v)
        q, k, steps = self._steps(p, v)
        shape = (len(v), len(asking), len(answering))
        mixed = merge_heads(steps.output) @ p["w_o"].flatten(0, 1)  # (query, d_model)
        every = MultiHeadSteps(q, k, v, *steps, mixed)
        layer = LayerTrace.of(every, self._bias(*shape).numpy())
        return AttentionTrace(asking, answering, (layer,), self._toy.origin_of(asking + answering))

    def alone(self, tokens: Words) -> AttentionTrace:
        """The layer with the same numbers that knows one sentence only, scored by q·k/√d_k."""
        return self._toy.trace_of(tokens)

    def parameters(self, asking: Words, answering: Words) -> dict[str, Array]:
        """The numbers that the layer computes with, by their names.

        Returns:
            ``x (query, d_model)``, ``context (key, d_model)``, ``w_v (head, d_model, d_v)`` and
            ``w_o (head, d_v, d_model)``; ``w_q`` and ``w_k (head, d_model, d_k)`` with ``scaled``
            and ``general``; ``w_1`` and ``w_2 (d_a, d_model)`` and ``v_a (d_a,)`` with
            ``additive``.
        """
        asks, answers = self._toy.parameters(asking), self._toy.parameters(answering)
        found = {"x": asks.x, "context": answers.x}
        if self.scoring in ("scaled", "general"):
            return found | {name: getattr(answers, name) for name in ("w_q", "w_k", "w_v", "w_o")}
        if self.scoring == "additive":
            found |= dict(zip(("w_1", "w_2", "v_a"), self._network(), strict=True))
        one = slice(SAME_KIND, SAME_KIND + 1)
        return found | {"w_v": answers.w_v[one], "w_o": answers.w_o[one]}

    def standings(self, tokens: Words) -> dict[str, Standing]:
        """As :meth:`HandsetSource.standings`; nothing of seeded numbers."""
        toy = self._toy
        return toy.standings(tokens) if isinstance(toy, HandsetSource) else {}

    @property
    def _toy(self) -> ToySource:
        if self.numbers == "seeded":
            return SeededSource(SIZES, seed=self.seed)
        return HandsetSource(self.sizes, guess=self.guess)

    def _steps(self, p: dict[str, Tensor], v: Tensor) -> tuple[Tensor, Tensor, Steps]:
        """Queries, keys, and what they lead to."""
        x, context = p["x"], p["context"]
        mask = self._bias(len(v), len(x), len(context))
        match self.scoring:
            case "additive":
                w_1, w_2 = p["w_1"], p["w_2"]
                steps = additive_attention(x[None], context[None], v, w_1, w_2, p["v_a"], mask)
                return (x @ w_1.mT)[None], (context @ w_2.mT)[None], steps
            case "general":
                q, k = x @ (p["w_q"] @ p["w_k"].mT), context.expand(len(v), -1, -1)
            case "scaled":
                q, k = x @ p["w_q"], context @ p["w_k"]
            case "dot":
                q, k = x[None], context[None]
            case unknown:
                assert_never(unknown)
        scale = None if self.scoring == "scaled" else 1.0
        return q, k, scaled_dot_product_attention(q, k, v, mask, scale=scale)

    def _network(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """W_1 and W_2 ``(d_a, d_model)`` and v_a ``(d_a,)`` of additive attention.

        Set by hand, every unit is about one feature, and its tanh saturates: having the feature
        twice, in both words, counts little more than having it once. With a negative v_a, words
        that share their features lose less: they score higher.
        """
        d = self.sizes.d_model
        if self.numbers == "handset":
            same = np.eye(d, dtype=np.float32) * _STEEP
            return same, same, np.full(d, -_STRONG, np.float32)
        generator = np.random.default_rng((self.seed, 4))
        drawn = generator.standard_normal((2, d, d)) / d**0.5
        w_1, w_2 = drawn.astype(np.float32)
        return w_1, w_2, generator.standard_normal(d).astype(np.float32)

    def _bias(self, n_heads: int, n_query: int, n_key: int) -> Tensor:
        """``(head, query, key)``: 0, or -inf where a word may not look."""
        rule = MaskRule("causal" if self.is_causal else "none")
        may_look = torch.from_numpy(rule.part(range(n_query), range(n_key)))
        return torch.where(may_look, 0.0, -torch.inf).expand(n_heads, -1, -1)


def cost(scoring: Scoring, n_query: int, n_key: int, sizes: Sizes = SIZES) -> Cost:
    """Count the operations of one head's scores on two sentences.

    Args:
        scoring: As in :class:`CrossSource`.
        n_query: Words that ask.
        n_key: Words that are looked at.
        sizes: Of the layer.
    """
    d, d_k, words, pairs = sizes.d_model, sizes.d_k, n_query + n_key, n_query * n_key
    match scoring:
        case "dot":
            return Cost(0, 0, 2 * pairs * d, 0)
        case "scaled":
            return Cost(2 * d * d_k, 2 * words * d * d_k, 2 * pairs * d_k, 0)
        case "general":
            return Cost(d * d, 2 * n_query * d * d, 2 * pairs * d, 0)
        case "additive":
            return Cost(2 * d * d + d, 2 * words * d * d, pairs * 3 * d, pairs * d)
        case unknown:
            assert_never(unknown)


def difference(one: AttentionTrace, other: AttentionTrace) -> float:
    """The largest difference between two traces of the same sizes, over every step.

    Returns:
        0 only if all queries, keys, values, scores, weights and outputs are equal to the last bit.
    """
    pairs = zip(one.layers, other.layers, strict=True)
    return max(
        float(np.abs(getattr(a, name) - getattr(b, name)).max()) for a, b in pairs for name in STEPS
    )


def self_gap(source: CrossSource, tokens: Words) -> float:
    """Difference of a sentence that asks itself from a layer with the same numbers.

    Returns:
        As in :func:`difference`: 0, but for rounding. That layer scales its scores and has no mask,
        whatever the source does.
    """
    crossed = replace(source, scoring="scaled", is_causal=False).trace(tokens, tokens)
    return difference(crossed, source.alone(tokens))


def general_gap(source: CrossSource, asking: Words, answering: Words) -> float:
    """Difference of √d_k times the scaled scores from the general ones: rounding alone.

    With W_a = W_Q W_Kᵀ, the general score h W_a h' is (h W_Q)·(h' W_K), the product of q and k.
    """
    scaled = replace(source, scoring="scaled").trace(asking, answering).layers[0]
    general = replace(source, scoring="general").trace(asking, answering).layers[0]
    return float(np.abs(general.scores - scaled.scores * SIZES.d_k**0.5).max())
