"""Any other model, through transformers, which is imported when the first one is asked for.

The model runs as its authors' code has it; `core.models.layouts` goes through the steps of its
attention once more, in the open.
"""

import math
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from tokenizers import Tokenizer

from core.errors import InputError
from core.models.folder import check_tensors, check_tokenizer
from core.models.hub import (
    Hub,
    Progress,
    check_allowed,
    local_folder,
    locate,
    no_progress,
    read_config,
)
from core.models.huggingface import HuggingFaceHub
from core.models.layouts import FAMILIES, Family, retraced
from core.models.pieces import Keep, Pieces, cut
from core.models.run import ModelRun
from core.trace import AttentionTrace, Origin

if TYPE_CHECKING:
    from transformers import PreTrainedModel

LIMIT = 512
"""Word pieces that a page can show; a model may allow fewer."""

HUB = HuggingFaceHub()

IN_MEMORY = 2
"""Models kept; the one that was not used for longest goes first."""

MOST_WEIGHTS = 40_000_000
"""Weights of all heads together that one text may lead to: 512 pieces in 144 heads."""


class Loaded(NamedTuple):
    """A model ready to run, shared by everybody; nothing may write to it."""

    name: str
    family: Family
    model: "PreTrainedModel"
    causal: "PreTrainedModel | None"  # the same with its head for the next piece, if it has one
    tokenizer: Tokenizer
    largest: int  # tokens, the special ones included
    n_heads: int  # in all layers together


@dataclass(frozen=True)
class FamilySource:
    """A model of one of the ``FAMILIES``.

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
    family, model = loaded.family, loaded.model
    with torch.inference_mode():
        ids = torch.tensor([pieces.ids])
        done = model(ids, output_attentions=True, output_hidden_states=True)
        layers = model.get_submodule(family.layers).children()
        inputs = done.hidden_states[:-1]
        found = [
            retraced(family, model, layer, x[0], weights[0])
            for layer, x, weights in zip(layers, inputs, done.attentions, strict=True)
        ]
        hidden = torch.stack(done.hidden_states)[:, 0].numpy()
    traces, mixers = zip(*found, strict=True)
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
        loaded = _load(locate(name, hub, progress), name, progress)
        with _guard:
            while len(_loaded) >= IN_MEMORY:
                del _loaded[next(iter(_loaded))]
            _loaded[name] = loaded
    return loaded


def _load(folder: Path, name: str, progress: Progress) -> Loaded:
    progress("loading", 0, 0)
    from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoTokenizer

    safely = {"local_files_only": True, "trust_remote_code": False}
    try:
        config = AutoConfig.from_pretrained(folder, **safely)
        family = FAMILIES[config.model_type]
    except (OSError, ValueError, KeyError) as problem:
        kind = str(read_config(folder, name).get("model_type", "?"))
        named = f"{name} ({kind})"
        raise InputError("family_unknown", name=named, known=tuple(FAMILIES)) from problem
    kind: Any = AutoModelForCausalLM if family.causal else AutoModel
    try:
        with torch.random.fork_rng(devices=()):  # what the file lacks is drawn
            whole, report = kind.from_pretrained(
                folder,
                config=config,
                use_safetensors=True,
                dtype=torch.float32,
                attn_implementation="eager",
                output_loading_info=True,
                **family.options,
                **safely,
            )
        check_tokenizer(folder, name)
        tokenizer = AutoTokenizer.from_pretrained(folder, **safely).backend_tokenizer
    except InputError:
        raise
    except Exception as problem:  # transformers promises no kind of error for spoilt files
        raise InputError("model_unreadable", name=name, file=folder.name) from problem
    whole.eval().requires_grad_(False)
    model = whole.base_model
    lacking = set(report["missing_keys"])  # they are random numbers
    if missing := lacking & {_name_in(whole, it) for it in model.state_dict()}:
        raise InputError("model_unreadable", name=name, file=folder.name, missing=min(missing))
    extra, n_layers = report["unexpected_keys"], config.num_hidden_layers
    check_tensors(extra, family.layers, n_layers, name=name, family=config.model_type)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    shown = folder.name if local_folder(name) else name
    largest = config.max_position_embeddings - family.first_position
    n_heads = n_layers * config.num_attention_heads
    causal = whole if family.causal and not lacking else None
    return Loaded(shown, family, model, causal, tokenizer, largest, n_heads)


def _name_in(whole: "PreTrainedModel", parameter: str) -> str:
    """How a model that has a head calls a parameter of what lies below it."""
    return parameter if whole is whole.base_model else f"{whole.base_model_prefix}.{parameter}"
