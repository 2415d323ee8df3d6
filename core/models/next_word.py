"""What a causal model makes of the piece that comes next, and what is left of it without parts.

Nothing here imports transformers: models are handed in. They are shared, so what is taken away from
one is taken away in the thread that asks alone.
"""

import inspect
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from threading import get_ident
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from core.arrays import Array, freeze
from core.errors import InputError

_NORMS = (
    *("norm", "ln_f", "layer_norm", "final_layer_norm", "final_layernorm"),
    "decoder.final_layer_norm",
)
"""What families call the norm after the last layer."""

_AS_FAR = 1e-5
"""How far what the norm gives may be from what goes into the matrix, as a part of the largest."""


class Less(NamedTuple):
    """What is taken away from a model.

    Attributes:
        heads: (layer, head), from 0, whose outputs are 0 before W_O mixes them.
        keys: Places of pieces that nobody may look at.
    """

    heads: frozenset[tuple[int, int]] = frozenset()
    keys: frozenset[int] = frozenset()


NOTHING = Less()


@dataclass(frozen=True, eq=False)
class Outlook:
    """What a model makes of the next piece.

    Attributes:
        ids: The pieces that it has read.
        scores: ``(piece,)`` of its whole vocabulary; softmax makes probabilities of them.
        layers: ``(layer + 1, piece)``: scores read off what went into the first layer, then what
            came out of every layer, by the last norm and the matrix of the vocabulary; the last row
            is ``scores``. ``None`` where they cannot be read off so.
        memory: Keys and values of the pieces read, as transformers keeps them; copied before it
            grows.
    """

    ids: tuple[int, ...]
    scores: Array
    layers: Array | None
    memory: Any

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def nbytes(self) -> int:
        """Bytes of scores, keys and values."""
        kept = 0 if self.layers is None else self.layers.nbytes
        return self.scores.nbytes + kept + memory_bytes(self.memory)


class Speaker(NamedTuple):
    """A model with its head for the next piece.

    Attributes:
        causal: The model, one of transformers' for the next piece.
        mixers: W_O of each layer; empty if it was not found, and no head can be switched off.
    """

    causal: Any
    mixers: Sequence[nn.Module] = ()

    def read(
        self, ids: Sequence[int], less: Less = NOTHING, before: Outlook | None = None
    ) -> Outlook:
        """What the model makes of the piece after some others.

        Args:
            ids: At least one.
            less: What it has to do without.
            before: Of the first of these pieces, with the same taken away: their keys and values
                are not computed again.

        Raises:
            InputError: ``nothing_to_look_at`` if the last piece may look at nothing;
                ``no_next_word`` if the model keeps no keys and values: it looks ahead, too.
            ValueError: If ``before`` is of other pieces.
        """
        ids = tuple(ids)
        known = len(before.ids) if before else 0
        if before and (known >= len(ids) or before.ids != ids[:known]):
            raise ValueError("what was read before is no beginning of these pieces")
        self._check_sight(len(ids), less.keys)
        with torch.inference_mode(), self._without(less.heads), self._reading_off() as states:
            done: Any = self.causal(
                torch.tensor([ids[known:]]),
                past_key_values=deepcopy(before.memory) if before else None,
                use_cache=True,
                **self._more(known, len(ids), less.keys),
            )
            scores = done.logits[0].float().numpy()  # (layer + 1, piece) if all were read off
        memory = getattr(done, "past_key_values", None)
        if memory is None:
            raise InputError("no_next_word", name=type(self.causal).__name__)
        layers = scores if states and len(scores) == len(states) else None
        return Outlook(ids, scores[-1].copy(), layers, memory)

    @property
    def n_heads(self) -> int:
        """Heads of a layer."""
        return int(self._config.num_attention_heads)

    @property
    def _config(self) -> Any:  # noqa: ANN401 -- a class for each family
        return self.causal.config.get_text_config()

    @property
    def _norm(self) -> nn.Module | None:
        inside = dict(self.causal.base_model.named_modules())
        return next((inside[name] for name in _NORMS if name in inside), None)

    def _check_sight(self, n: int, keys: Collection[int]) -> None:
        """Refuse to ask from a piece that may look at nothing: a softmax of nothing is no row."""
        window = getattr(self._config, "sliding_window", None) or n
        if all(place in keys for place in range(max(0, n - window), n)):
            raise InputError("nothing_to_look_at")

    def _more(self, known: int, n: int, keys: Collection[int]) -> dict[str, Any]:
        """What else the model has to be told: whom nobody may look at, and to score the last."""
        takes = inspect.signature(self.causal.forward).parameters
        more: dict[str, Any] = {"logits_to_keep": 1} if "logits_to_keep" in takes else {}
        keys = [place for place in keys if place < n]
        if keys:
            seen = torch.ones(1, n, dtype=torch.long)
            seen[0, keys] = 0
            more["attention_mask"] = seen
            if "position_ids" in takes:  # some count those in sight
                more["position_ids"] = torch.arange(known, n)[None]
        return more

    @contextmanager
    def _without(self, heads: Collection[tuple[int, int]]) -> Iterator[None]:
        """Zeros in place of the outputs of these heads, in this thread."""
        n_heads = self.n_heads

        def silence(silent: list[int]) -> Callable[..., Any]:
            def before(_: nn.Module, given: tuple[Tensor, ...], __: object) -> Any:  # noqa: ANN401
                x = given[0].clone()
                x.unflatten(-1, (n_heads, -1))[..., silent, :] = 0
                return (x, *given[1:])

            return before

        with ExitStack() as stack:
            for layer in sorted({layer for layer, _ in heads}):
                silent = [head for at, head in heads if at == layer]
                stack.enter_context(_hooked(self.mixers[layer], silence(silent)))
            yield

    @contextmanager
    def _reading_off(self) -> Iterator[list[Tensor]]:
        """Let the matrix of the vocabulary score each layer's last vector, as it does the last.

        What a family does to its scores at the end is so done to all of them. Nothing is read off
        if the last norm is not all that stands before the matrix.

        Returns:
            The vectors that were scored, once the model has run.
        """
        norm, head, layers = self._norm, self.causal.get_output_embeddings(), self._layers
        states: list[Tensor] = []  # (d_model,) each
        if norm is None or head is None or not layers:
            yield states
            return

        def note(_: nn.Module, given: tuple[Tensor, ...], named: dict[str, Any]) -> None:
            x = given[0] if given else named["hidden_states"]
            states.append(x[0, -1])

        def all_of_them(_: nn.Module, given: tuple[Tensor, ...], __: object) -> Any:  # noqa: ANN401
            found, last = states[:], given[0][0, -1]
            states.clear()
            if len(found) != len(layers) + 1 or len({it.shape for it in found}) > 1:
                return None
            rows = norm(torch.stack(found))  # which is noted as well
            if not (rows[-1] - last).abs().max() <= _AS_FAR * last.abs().max().clamp(min=1):
                rows = None
            states[:] = [] if rows is None else found
            return None if rows is None else (rows[None], *given[1:])

        with ExitStack() as stack:
            for module in (*layers, norm):
                stack.enter_context(_hooked(module, note))
            stack.enter_context(_hooked(head, all_of_them))
            yield states

    @property
    def _layers(self) -> Sequence[nn.Module]:
        n = self._config.num_hidden_layers
        lists = (it for it in self.causal.base_model.modules() if isinstance(it, nn.ModuleList))
        return next((list(it) for it in lists if len(it) == n), [])


@contextmanager
def _hooked(module: nn.Module, hook: Callable[..., Any]) -> Iterator[None]:
    """Let a hook see, or change, what goes into a module in this thread."""
    mine = get_ident()

    def here(*given: Any) -> Any:  # noqa: ANN401
        if get_ident() != mine:
            return None
        changed = hook(*given)
        return None if changed is None else (changed, given[-1])

    handle = module.register_forward_pre_hook(here, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


def memory_bytes(memory: Any) -> int:  # noqa: ANN401 -- a class for each kind of model
    """Bytes of the keys and values that a model keeps."""
    parts = [it for layer in getattr(memory, "layers", ()) for it in vars(layer).values()]
    return sum(it.nbytes for it in parts if isinstance(it, Tensor))


def reading(ids: Sequence[int], special: Sequence[bool]) -> tuple[int, ...]:
    """Leave out the special pieces that some tokenizers put at the end: nothing comes after them.

    Args:
        ids: Of all pieces.
        special: Which of them the model added.
    """
    own = np.flatnonzero(~np.array(special))
    return tuple(ids[: int(own[-1]) + 1])
