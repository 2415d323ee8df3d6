"""Any other model, through transformers, which is imported when the first one is asked for.

The model runs as its authors' code has it; `core.models.recording` goes through the steps of its
attention once more, in the open.
"""

import math
import threading
from dataclasses import dataclass

import torch

from core.errors import InputError
from core.models.hub import Hub, Progress, check_allowed, locate, no_progress
from core.models.huggingface import HuggingFaceHub
from core.models.opening import ASKED, LIMIT, Loaded, opened
from core.models.pieces import Keep, Pieces, cut
from core.models.recording import layer_of, recording
from core.models.run import ModelRun
from core.trace import AttentionTrace, Origin

HUB = HuggingFaceHub()

IN_MEMORY = 2
"""Models kept; the one that was not used for longest goes first."""

MOST_WEIGHTS = 40_000_000
"""Weights of all heads together that one text may lead to: 512 pieces in 144 heads."""


@dataclass(frozen=True)
class FamilySource:
    """A model of any family whose attention transformers computes at one place for all.

    Attributes:
        model: A local folder, or the id of a model on the Hugging Face hub.
        limit: In word pieces, special ones included; the model's own limit if that is lower.
        keep: Which part of a longer sentence is read.
        hub: Where models come from.
    """

    model: str
    limit: int = LIMIT
    keep: Keep = "start"
    hub: Hub = HUB

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

    def run(self, sentence: str) -> ModelRun:
        """The model on a sentence, with everything kept.

        Raises:
            InputError: ``no_tokens`` if there is nothing to read; ``weights_disagree`` if what is
                recomputed is not what the model computed; ``model_fails`` if it cannot read the
                sentence; and as :meth:`load`.
        """
        loaded = self.load()
        try:
            return _run(loaded, self.pieces(sentence))
        except InputError:
            raise
        except Exception as problem:  # whatever files that do not fit together lead to
            raise InputError("model_fails", name=loaded.name) from problem


def _run(loaded: Loaded, pieces: Pieces) -> ModelRun:
    with recording() as record:
        done = loaded.model(torch.tensor([pieces.ids]), **ASKED)
        hidden = torch.stack(done.hidden_states)[:, 0].numpy()
        found = [
            layer_of(steps, slopes, loaded.outputs.get(steps.module))
            for steps, slopes in zip(record.layers, record.slopes, strict=True)
        ]
    traces, found_mixers = zip(*found, strict=True)
    mixers = () if None in found_mixers else found_mixers
    tokens, origin = pieces.tokens, Origin("pretrained", loaded.name)
    return ModelRun(pieces, AttentionTrace(tokens, tokens, traces, origin), mixers, hidden)


_guard = threading.Lock()
_locks: dict[str, threading.Lock] = {}
_loaded: dict[str, Loaded] = {}


def _load_once(name: str, hub: Hub, progress: Progress) -> Loaded:
    with _guard:
        lock = _locks.setdefault(name, threading.Lock())
    with lock:
        if found := _loaded.get(name):  # by whoever had the lock before
            return found
        folder = locate(name, hub, progress)
        progress("loading", 0, 0)
        loaded = opened(folder, name)
        with _guard:
            while len(_loaded) >= IN_MEMORY:
                del _loaded[next(iter(_loaded))]
            _loaded[name] = loaded
    return loaded
