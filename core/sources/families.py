"""Any other model, through transformers, which is imported when the first one is asked for.

The model runs as its authors' code has it; `core.models.recording` goes through the steps of its
attention once more, in the open.
"""

import math
import threading
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.errors import InputError
from core.models.hub import Hub, Progress, check_allowed, locate, no_progress
from core.models.huggingface import HuggingFaceHub
from core.models.next_word import Speaker
from core.models.opening import LIMIT, Loaded, hidden, opened
from core.models.pieces import Keep, Pieces, cut, named
from core.models.recording import Steps, layer_of, recording
from core.models.run import Attention, ModelRun
from core.trace import AttentionTrace, Origin

HUB = HuggingFaceHub()

IN_MEMORY = 2
"""Models kept; the one that was not used for longest goes first."""

LONGEST_WRITTEN = 64
"""Pieces that a model with a decoder writes after a text."""

MOST_WEIGHTS = 40_000_000
"""Weights of all heads together that one text may lead to: 512 pieces in 144 heads."""


@dataclass(frozen=True)
class FamilySource:
    """A model of any family whose attention transformers computes at one place for all.

    Attributes:
        model: A local folder or GGUF file, the name of the model in the package of
            `core.models.gguf.package`, or the id of one on the Hugging Face hub.
        limit: In word pieces, special ones included; the model's own limit if that is lower.
        keep: Which part of a longer sentence is read.
        hub: Where models come from.
        attention: Whose is shown, of a model with an encoder and a decoder.
    """

    model: str
    limit: int = LIMIT
    keep: Keep = "start"
    hub: Hub = HUB
    attention: Attention = "encoder"

    def trace(self, sentence: str) -> AttentionTrace:
        """Every head's attention on the sentence's word pieces.

        Raises:
            InputError: As :meth:`run`.
        """
        return self.run(sentence).trace

    def pieces(self, sentence: str) -> Pieces:
        """What the model reads of a sentence.

        Raises:
            InputError: As :meth:`run`.
        """
        loaded = self.load()
        fits = math.isqrt(MOST_WEIGHTS // loaded.n_heads)
        return cut(loaded.tokenizer, sentence, min(self.limit, loaded.largest, fits), self.keep)

    @property
    def loaded(self) -> Loaded | None:
        """The model, if it is ready: never waits.

        Raises:
            InputError: ``model_not_allowed``.
        """
        check_allowed(self.model)
        with _guard:
            found = _loaded.pop(self.model, None)
            if found is not None:
                _loaded[self.model] = found  # the last one used comes last
        return found

    def load(self, progress: Progress = no_progress) -> Loaded:
        """The model, loaded by the first who asks; readers of other models do not wait.

        Raises:
            InputError: As `core.models.hub.locate`; ``family_unknown`` if the model is of another
                family; ``model_unreadable`` if its files do not hold what they should; as
                `core.models.folder.check_tensors` if they hold more.
        """
        return self.loaded or _load_once(self.model, self.hub, progress)

    def speaker(self) -> Speaker | None:
        """The model with its head for the next piece, if it has one.

        Raises:
            InputError: As :meth:`load`.
        """
        loaded = self.load()
        if loaded.causal is None:
            return None
        found = tuple(it.module for it in loaded.outputs.values())  # in the order of the layers
        n_layers = loaded.causal.config.get_text_config().num_hidden_layers
        return Speaker(loaded.causal, found if len(found) == n_layers else ())

    def run(self, sentence: str) -> ModelRun:
        """The model on a sentence, with everything kept.

        Raises:
            InputError: ``no_tokens`` if there is nothing to read; ``weights_disagree`` if what is
                recomputed is not what the model computed; ``model_fails`` if it cannot read the
                sentence; and as :meth:`load`.
        """
        loaded = self.load()
        try:
            return _run(loaded, self.pieces(sentence), self.attention)
        except InputError:
            raise
        except Exception as problem:  # whatever files that do not fit together lead to
            raise InputError("model_fails", name=loaded.name) from problem


def _run(loaded: Loaded, pieces: Pieces, attention: Attention) -> ModelRun:
    ids = torch.tensor([pieces.ids])
    decodes = bool(loaded.encoder) and attention != "encoder"
    written = _written(loaded, ids) if decodes else ids
    with recording() as record:
        stacks = hidden(loaded.model, ids, written)
        found = [
            layer_of(steps, slopes, loaded.outputs.get(steps.module))
            for steps, slopes in zip(record.layers, record.slopes, strict=True)
            if not loaded.encoder or _is(attention, steps, loaded)
        ]
    traces, found_mixers = zip(*found, strict=True)
    mixers = () if None in found_mixers else found_mixers
    looked_at = asking = pieces
    if loaded.encoder and attention != "encoder":
        asking = named(loaded.tokenizer, written[0].tolist())
        looked_at = looked_at if attention == "cross" else asking
    trace = AttentionTrace(
        asking.tokens, looked_at.tokens, traces, Origin("pretrained", loaded.name)
    )
    read = stacks[0 if attention == "encoder" else -1]
    other = asking if looked_at is not asking else None
    shown = attention if loaded.encoder else None
    return ModelRun(looked_at, trace, mixers, read.numpy(), asking=other, attention=shown)


def _is(attention: Attention, steps: Steps, loaded: Loaded) -> bool:
    if attention == "encoder":
        return steps.module in loaded.encoder
    return steps.module not in loaded.encoder and steps.cross == (attention == "cross")


def _written(loaded: Loaded, ids: Tensor) -> Tensor:
    """``(1, token)``: what the model writes by its files' settings; the text where it cannot.

    It takes the likeliest piece of those that the settings allow.

    The piece that ends it is left out: nothing was written after looking from it.
    """
    config: Any = loaded.model.config
    if loaded.writer is None:
        first = torch.tensor([[config.decoder_start_token_id or 0]])
        return torch.cat((first, ids[:, :-1]), dim=1)
    write: Any = loaded.writer.generate
    with torch.inference_mode():
        most = min(LONGEST_WRITTEN, loaded.largest - 1)
        # transformers makes its cache as deep as the encoder is.
        kept = getattr(config, "num_decoder_layers", 0) <= config.num_hidden_layers
        settings = {"num_beams": 1, "num_return_sequences": 1, "use_cache": kept}
        written = write(ids, max_new_tokens=most, do_sample=False, **settings)
    return written[:, :-1] if written.shape[1] > 2 else written


_guard = threading.Lock()
_locks: dict[str, threading.Lock] = {}
_loaded: dict[str, Loaded] = {}


def _load_once(name: str, hub: Hub, progress: Progress) -> Loaded:
    with _guard:
        lock = _locks.setdefault(name, threading.Lock())
    with lock:
        if found := _loaded.get(name):  # by whoever had the lock before
            return found
        path = locate(name, hub, progress)
        progress("loading", 0, 0)
        with _guard:  # before: no more than these are ever held
            while len(_loaded) >= IN_MEMORY:
                del _loaded[next(iter(_loaded))]
        loaded = opened(path, name)
        with _guard:
            _loaded[name] = loaded
    return loaded
