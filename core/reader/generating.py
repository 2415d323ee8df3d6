"""Choices about a model that writes: the step it is at, its sizes, and what its cache forgets."""

from dataclasses import dataclass, replace

from core.ideas.generating import PUBLISHED, Model
from core.reader.fields import among, whole

WORDS = 24
"""Of the sentence that is written: a row and a column of a map for each."""

_LLAMA = PUBLISHED["Llama 3 8B"].model


@dataclass(frozen=True)
class CacheChoice:
    """What a generating model keeps."""

    cache_step: int = whole(4, 1, WORDS)
    cache_layers: int = whole(_LLAMA.n_layers, 1, 1_000)
    cache_heads: int = whole(_LLAMA.n_heads, 1, 1_000)
    cache_key_heads: int = whole(_LLAMA.n_key_heads, 1, 1_000)  # of which groups share each
    cache_d_head: int = whole(_LLAMA.d_head, 1, 10_000)
    cache_latent: int = whole(_LLAMA.d_latent, 1, 100_000)
    cache_rotary: int = whole(_LLAMA.d_rotary, 0, 10_000)  # beside the latent
    cache_tokens: int = whole(8_192, 1, 10_000_000)
    cache_each: int = among(2, (1, 2, 4))  # bytes a number
    cache_sinks: int = whole(1, 0, 8)  # first tokens that stay
    cache_window: int = whole(2, 1, 16)  # the new token included

    @property
    def model(self) -> Model:
        """The sizes, with groups of heads that are equally large."""
        sizes = (getattr(self, name) for name in SIZES)
        return Model(*sizes).shared

    def within(self, n: int) -> "CacheChoice":
        """Be at a step that exists in a sentence of ``n`` words."""
        return replace(self, cache_step=min(self.cache_step, n))


SIZES = (
    "cache_layers",
    "cache_heads",
    "cache_key_heads",
    "cache_d_head",
    "cache_latent",
    "cache_rotary",
)
"""The fields with a model's sizes, in its order."""
