"""The contract: what a run of attention leaves behind, checked when it is made.

Everything that is drawn reads these records; whatever fills them can be drawn.
"""

from dataclasses import MISSING, dataclass, fields
from typing import Literal

import numpy as np

from core.arrays import Array, BoolArray, freeze
from core.attention import MultiHeadSteps
from core.softmax import softmax

OriginKind = Literal["handset", "seeded", "trained", "pretrained", "uploaded"]

ROW_SUM_TOLERANCE = 1e-4


class TraceError(ValueError):
    """A record that contradicts itself."""


@dataclass(frozen=True)
class Origin:
    """The source of numbers; every view says it.

    Attributes:
        kind: Hand-set, seeded (untrained), trained here, pretrained or uploaded.
        detail: The seed, the model's name, or how many words have guessed features, if any.
        edited: Whether the reader changed some of the numbers.
    """

    kind: OriginKind
    detail: str = ""
    edited: bool = False

    def __str__(self) -> str:
        """For people who read code: ``seeded (3), edited``."""
        name = f"{self.kind} ({self.detail})" if self.detail else self.kind
        return f"{name}, edited" if self.edited else name


@dataclass(frozen=True)
class LayerTrace:
    """One attention layer, step by step.

    Attributes:
        q: ``(head, query, d_k)``.
        k: ``(head, key, d_k)``.
        v: ``(head, key, d_v)``.
        scores: ``(head, query, key)``, scaled, before the mask.
        bias: ``(head, query, key)``, what was added to the scores: ALiBi, and -inf where a query
            may not look.
        weights: ``(head, query, key)``. Rows sum to 1, less what a sink takes, or are 0 where a
            query may look at nothing.
        output: ``(head, query, d_v)``, the weighted sums of values.
        mixed: ``(query, d_out)``, the heads' outputs side by side, times w_o where that is known.
        scale: Factor of the scores. ``None`` means 1/√d_k.
        cap: Scores are bent to stay below this size: cap · tanh(score / cap). ``None`` = they are
            not.
        sinks: ``(head,)``, learned scores of a place that is no key: softmax counts it, and what
            it gets is given to nobody. ``None`` = there are none.
        shared: How many heads, side by side, have the same keys and values.
    """

    q: Array
    k: Array
    v: Array
    scores: Array
    bias: Array
    weights: Array
    output: Array
    mixed: Array
    scale: float | None = None
    cap: float | None = None
    sinks: Array | None = None
    shared: int = 1

    @classmethod
    def of(cls, steps: MultiHeadSteps, bias: Array) -> "LayerTrace":
        """The steps of a layer.

        Args:
            steps: What each gave.
            bias: Broadcasts to ``(head, query, key)``.

        Raises:
            TraceError: If the parts do not fit together.
        """
        q, k, v, scores, weights, heads, output = (step.numpy() for step in steps)
        bias = np.broadcast_to(bias, scores.shape)
        return cls(q, k, v, scores, bias, weights, output=heads, mixed=output)

    def __post_init__(self) -> None:
        """Check shapes, finiteness, row sums and masked cells.

        Raises:
            TraceError: If the parts do not fit together.
        """
        if self.q.ndim != 3 or self.v.ndim != 3:
            raise TraceError(f"q and v need three axes, got {self.q.shape} and {self.v.shape}")
        self._check_shapes()
        for name in STEPS:
            if not np.isfinite(getattr(self, name)).all():
                raise TraceError(f"{name} has numbers that are not finite")
        if not (self.bias < np.inf).all():
            raise TraceError("bias must be numbers or -inf")
        if self.sinks is not None and self.sinks.shape != self.q.shape[:1]:
            raise TraceError(f"sinks must have shape {self.q.shape[:1]}, got {self.sinks.shape}")
        self._check_weights()
        freeze(self)

    @property
    def biased_scores(self) -> Array:
        """``(head, query, key)``: what softmax is taken of; -inf where the mask forbids."""
        return self.capped_scores + self.bias

    @property
    def capped_scores(self) -> Array:
        """``(head, query, key)``: the scores below their cap, if they have one, before the bias."""
        return self.scores if self.cap is None else np.tanh(self.scores / self.cap) * self.cap

    @property
    def sunk(self) -> Array:
        """``(head, query)``: which part of its attention each query gives to the sink."""
        if self.sinks is None:
            return np.zeros_like(self.weights[..., 0])
        return 1 - softmax(self.biased_scores, self.sinks[:, None, None]).sum(axis=-1)

    @property
    def may_look(self) -> BoolArray:
        """``(head, query, key)``: ``True`` where the mask lets the query look."""
        return self.bias > -np.inf

    def _check_shapes(self) -> None:
        head, query, d_k = self.q.shape
        key, d_v = self.v.shape[1:]
        expected = {
            "k": (head, key, d_k),
            "v": (head, key, d_v),
            "scores": (head, query, key),
            "bias": (head, query, key),
            "weights": (head, query, key),
            "output": (head, query, d_v),
        }
        for name, shape in expected.items():
            got = getattr(self, name).shape
            if got != shape:
                raise TraceError(f"{name} must have shape {shape} to match q and v, got {got}")
        if self.mixed.ndim != 2 or len(self.mixed) != query:
            raise TraceError(f"mixed must have {query} rows, got shape {self.mixed.shape}")

    def _check_weights(self) -> None:
        if (self.weights < 0).any() or self.weights[~self.may_look].any():
            raise TraceError("weights must be positive, and exactly 0 where the mask forbids")
        expected = self.may_look.any(axis=-1) * (1 - self.sunk)  # (head, query)
        worst = np.abs(self.weights.sum(axis=-1) - expected).max(initial=0)
        if worst > ROW_SUM_TOLERANCE:
            raise TraceError(f"rows of weights must sum to 1, one is off by {worst:.2g}")


PARTS = tuple(it.name for it in fields(LayerTrace) if it.default is MISSING)
"""The names of the arrays that every layer leaves behind."""

STEPS = tuple(name for name in PARTS if name != "bias")
"""Those that are computed; the bias is given."""


@dataclass(frozen=True)
class AttentionTrace:
    """All that a source computed from a sentence.

    In self-attention the two lists of tokens are the same.

    Attributes:
        query_tokens: The tokens that look; one a row.
        key_tokens: The tokens that are looked at; one a column.
        layers: From the first to the last.
        origin: Where the numbers come from.
    """

    query_tokens: tuple[str, ...]
    key_tokens: tuple[str, ...]
    layers: tuple[LayerTrace, ...]
    origin: Origin

    def __post_init__(self) -> None:
        """Check that the tokens name the rows and columns of every layer.

        Raises:
            TraceError: If they do not, or there is no layer.
        """
        if not self.layers:
            raise TraceError("a trace needs at least one layer")
        expected = len(self.query_tokens), len(self.key_tokens)
        for index, layer in enumerate(self.layers):
            got = layer.weights.shape[1:]
            if got != expected:
                raise TraceError(f"layer {index} has a {got} map for {expected} tokens")
