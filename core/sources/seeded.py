"""Random numbers from a visible seed: an untrained layer. Its pattern has no meaning."""

import math
from dataclasses import dataclass

import numpy as np

from core import embeddings
from core.arrays import Array
from core.layer import Parameters
from core.sources.toy import ToySource
from core.trace import Origin


@dataclass(frozen=True)
class SeededSource(ToySource):
    """One untrained layer; the same seed gives the same numbers, whatever else is computed.

    Attributes:
        seed: At least 0.
    """

    seed: int = 0

    @property
    def origin(self) -> Origin:
        """Seeded, with the seed."""
        return Origin("seeded", str(self.seed), edited=bool(self.edits))

    def untouched(self, tokens: tuple[str, ...]) -> Parameters:
        """Vectors of variance 1, matrices that keep that variance."""
        s = self.sizes
        return Parameters(
            x=embeddings.seeded(tokens, s.d_model, self.seed),
            w_q=self._draw(0, s.n_heads, s.d_model, s.d_k, s.d_model),
            w_k=self._draw(1, s.n_heads, s.d_model, s.d_k, s.d_model),
            w_v=self._draw(2, s.n_heads, s.d_model, s.d_v, s.d_model),
            w_o=self._draw(3, s.n_heads, s.d_v, s.d_model, s.n_heads * s.d_v),
        )

    def _draw(self, stream: int, n_heads: int, rows: int, columns: int, fan_in: int) -> Array:
        """``(head, rows, columns)``; a head's draw does not depend on how many heads there are."""
        heads = [
            np.random.default_rng((self.seed, stream, head)).standard_normal((rows, columns))
            for head in range(n_heads)
        ]
        return (np.stack(heads) / math.sqrt(fan_in)).astype(np.float32)
