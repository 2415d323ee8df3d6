"""Heads of a trained model in tables small enough to edit, for one sentence.

Whatever a layer reads of n tokens lies in n directions, so a head's scores and values can be
written in a basis of the sentence: with as many directions as tokens they are the model's own, with
fewer the nearest ones of that size. A number that is added to all scores of a row changes no
weight, so scores are taken without their rows' means.

Source: Eckart and Young, The approximation of one matrix by another of lower rank, 1936; the
directions that several matrices share are those of De Lathauwer et al., A multilinear singular
value decomposition, 2000.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from core.arrays import Array, freeze
from core.layer import Parameters, Sizes, resized
from core.models.run import ModelRun
from core.softmax import softmax
from core.sources.toy import ToySource
from core.trace import AttentionTrace, Origin


class Cost(NamedTuple):
    """What tables of some size lose: ``(head,)`` each, 0 if they are exact.

    Attributes:
        scores: The part of the scores' sum of squares that is missing; never more in larger tables.
        values: The same of what the values bring to the model's width.
        weights: The largest difference of a weight from the model's own.
    """

    scores: Array
    values: Array
    weights: Array


class _Tables(NamedTuple):
    """One head in a basis of the sentence; parts come from the largest to the smallest.

    Attributes:
        q, k: ``(direction, part)``; ``q @ k.T`` are the scores.
        v: ``(direction, part)``.
        o: ``(part, d_out)``; ``v @ o`` is what the values bring.
        shares: ``(part,)``, squared, of the scores' sum of squares.
        kept: ``(part,)``, squared, of the sum of squares of what the values bring.
    """

    q: Array
    k: Array
    v: Array
    o: Array
    shares: Array
    kept: Array


@dataclass(frozen=True)
class SentenceHeads:
    """Heads of one layer on one sentence, as far as a basis of the sentence needs them.

    Attributes:
        tokens: The pieces.
        scores: ``(head, query, key)``, scaled, before the mask.
        bias: ``(head, query, key)``, what was added to them.
        brought: ``(head, key, d_out)``, each token's value times W_O.
        read: ``(token, d_out)``, what the output is added to.
        name: The model's.
        layer: Which one, from 0.
        places: The heads' numbers in their layer, from 0.
    """

    tokens: tuple[str, ...]
    scores: Array
    bias: Array
    brought: Array
    read: Array
    name: str = ""
    layer: int = 0
    places: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def exact(self) -> Sizes:
        """The smallest sizes that lose nothing, whatever the heads are."""
        n = len(self.tokens)
        return Sizes(n, max(1, n - 1), n, len(self.scores))

    @cached_property
    def centred(self) -> Array:
        """``(head, query, key)`` float64: the scores without their rows' means."""
        scores = self.scores.astype(np.float64)
        return scores - scores.mean(axis=-1, keepdims=True)

    @cached_property
    def directions(self) -> Array:
        """``(token, direction)``, orthonormal, those first that the scores need most."""
        both = np.concatenate([self.centred, self.centred.mT])
        found = np.linalg.eigh((both @ both.mT).sum(axis=0)).eigenvectors[:, ::-1]
        largest = np.take_along_axis(found, abs(found).argmax(axis=0)[None], axis=0)
        return found * np.sign(largest)  # the sign is free: the largest number is positive

    def parameters(self, sizes: Sizes) -> Parameters:
        """The nearest tables of these sizes; what is larger than the sentence needs is 0.

        Args:
            sizes: Of as many heads as there are.

        Returns:
            Tables whose queries, keys and √d_k give the scores without their rows' means; columns
            of ``x`` have a mean square of 1.
        """
        n = len(self.tokens)
        root, basis = n**0.5, self.directions[:, : sizes.d_model]
        back = np.linalg.pinv(basis.T @ self.read / root)  # (d_out, direction)
        heads = self._tables(sizes.d_model)
        spread = sizes.d_k**0.25 / root

        def stacked(matrices: list[Array], *shape: int) -> Array:
            return np.stack([resized(it, shape) for it in matrices]).astype(np.float32)

        return Parameters(
            x=resized(basis * root, (n, sizes.d_model)).astype(np.float32),
            w_q=stacked([it.q * spread for it in heads], sizes.d_model, sizes.d_k),
            w_k=stacked([it.k * spread for it in heads], sizes.d_model, sizes.d_k),
            w_v=stacked([it.v / root for it in heads], sizes.d_model, sizes.d_v),
            w_o=stacked([it.o @ back for it in heads], sizes.d_v, sizes.d_model),
        )

    def shares(self, d_model: int) -> Array:
        """Which part of the scores' sum of squares each part of queries and keys makes.

        Returns:
            ``(head, part)``, from the largest to the smallest; together what ``d_model``
            directions hold, 1 with as many as there are tokens.
        """
        return np.stack([it.shares for it in self._tables(d_model)])

    def cost(self, sizes: Sizes) -> Cost:
        """What tables of these sizes lose, before anybody edits them."""
        basis, heads = self.directions[:, : sizes.d_model], self._tables(sizes.d_model)
        near = [basis @ (it.q[:, : sizes.d_k] @ it.k[:, : sizes.d_k].T) @ basis.T for it in heads]
        moved = softmax(np.stack(near) + self.bias) - softmax(self.centred + self.bias)
        return Cost(
            scores=np.array([1 - it.shares[: sizes.d_k].sum() for it in heads]).clip(0),
            values=np.array([1 - it.kept[: sizes.d_v].sum() for it in heads]).clip(0),
            weights=abs(moved).max(axis=(1, 2)),
        )

    def _tables(self, d_model: int) -> list[_Tables]:
        basis = self.directions[:, :d_model]
        return [
            _tables(basis.T @ scores @ basis, basis.T @ brought, scores, brought)
            for scores, brought in zip(self.centred, self.brought, strict=True)
        ]


def _tables(scores: Array, brought: Array, all_scores: Array, all_brought: Array) -> _Tables:
    """A head from its scores and values in a basis; shares are of those in all directions."""
    u, size, v = np.linalg.svd(scores)
    left, length, right = np.linalg.svd(brought, full_matrices=False)
    root = np.sqrt(size)
    return _Tables(
        q=u * root,
        k=v.T * root,
        v=left * length,
        o=right,
        shares=_part(size, all_scores),
        kept=_part(length, all_brought),
    )


def _part(sizes: Array, whole: Array) -> Array:
    """Which part of a matrix's sum of squares each is; a matrix of zeros loses nothing."""
    total = (whole.astype(np.float64) ** 2).sum()
    return sizes**2 / total if total else np.eye(1, len(sizes))[0]


def heads_of(run: ModelRun, layer: int, heads: Sequence[int]) -> SentenceHeads:
    """Heads of a layer that a model ran on a sentence."""
    chosen = list(heads)
    steps = run.trace.layers[layer]
    return SentenceHeads(
        tokens=run.trace.query_tokens,
        scores=steps.scores[chosen],
        bias=steps.bias[chosen],
        brought=steps.v[chosen] @ run.mixers[layer].w_o[chosen],
        read=run.hidden[layer],
        name=run.trace.origin.detail,
        layer=layer,
        places=tuple(heads),
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class BasisSource(ToySource):
    """Heads of a trained model, laid out for readers to edit.

    Attributes:
        heads: Of a sentence; tokens and positions are already in its directions.
    """

    heads: SentenceHeads

    @property
    def origin(self) -> Origin:
        """Pretrained, with the model's name, and whether a reader changed a number."""
        return Origin("pretrained", self.heads.name, edited=bool(self.edits))

    def trace(self, sentence: str = "") -> AttentionTrace:
        """What the tables make of the heads' own sentence: another one has another basis."""
        return self.trace_of(self.heads.tokens)

    def untouched(self, tokens: tuple[str, ...]) -> Parameters:
        """The nearest tables of the asked sizes.

        Raises:
            ValueError: If the tokens are not the heads' own.
        """
        if tokens != self.heads.tokens:
            raise ValueError(f"the basis is that of {self.heads.tokens}, got {tokens}")
        return self.heads.parameters(self.sizes)
