"""A model read from its files by transformers, which is imported here and in `core.models.gguf`.

Any family will do whose attention transformers computes at one place for all; each model is tried
when it is read: what is recorded of it has to be what it computes by itself.
"""

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from core.errors import InputError
from core.models.folder import check_tensors, check_tokenizer
from core.models.hub import local, read_config
from core.models.recording import (
    NAME,
    OWN,
    TOLERANCE,
    Output,
    Record,
    attend,
    finding,
    recording,
    watch,
)

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel

LIMIT = 512
"""Word pieces that a page can show; a model may allow fewer."""

FAMILIES = (
    *("BERT", "RoBERTa", "DistilBERT", "ModernBERT", "GPT-2", "GPT-NeoX", "OPT", "Llama"),
    *("Mistral", "Mixtral", "Qwen 2–3", "Gemma 1–3", "Phi", "OLMo", "SmolLM", "gpt-oss"),
    *("DeepSeek-V3", "GLM", "Granite", "T5", "BART", "Marian"),
)
"""Some of those that can be shown, as their authors write them: for messages."""

_N_PROBED = 8
"""Tokens on which a model is tried when it is loaded."""


class Loaded(NamedTuple):
    """A model ready to run, shared by everybody; nothing may write to it.

    Attributes:
        name: As it is shown.
        model: Without the heads that it was trained for.
        causal: The same with its head for the next piece, if it has one.
        writer: An encoder and a decoder with that head, if it is such a model and has one.
        encoder: The modules of an encoder that a decoder looks at; empty where there is none.
        tokenizer: Neither pads nor truncates.
        outputs: W_O by attention module, where it was found.
        largest: Tokens that it can read, the special ones included.
        n_heads: In all layers together.
    """

    name: str
    model: "PreTrainedModel"
    causal: "PreTrainedModel | None"
    writer: "PreTrainedModel | None"
    encoder: frozenset[nn.Module]
    tokenizer: Tokenizer
    outputs: Mapping[nn.Module, Output]
    largest: int
    n_heads: int


def hidden(model: "PreTrainedModel", ids: Tensor, written: Tensor) -> tuple[Tensor, ...]:
    """Run a model: what went into the first layer, then what came out of every one.

    Args:
        model: In evaluation mode.
        ids: ``(1, token)``.
        written: ``(1, token)``, what a decoder reads that looks at an encoder.

    Returns:
        ``(layer + 1, token, d_model)`` of the only stack, or of the encoder and the decoder.
    """
    two = bool(model.config.is_encoder_decoder)
    given = {"decoder_input_ids": written} if two else {}
    done = model(ids, **given, output_hidden_states=True, use_cache=False)
    stacks = ("encoder_hidden_states", "decoder_hidden_states") if two else ("hidden_states",)
    return tuple(torch.stack(done[it])[:, 0] for it in stacks)


class _Read(NamedTuple):
    """What is in a model's files.

    Attributes:
        whole: With its head for the next piece, if it is of a kind that has one.
        tokenizer: As the model's authors set it up.
        missing: Parameters that the files do not hold.
        unexpected: Parameters that the model has no place for.
    """

    whole: "PreTrainedModel"
    tokenizer: Tokenizer
    missing: frozenset[str]
    unexpected: frozenset[str]


def opened(path: Path, name: str) -> Loaded:
    """A model from its files, tried before anybody gets it.

    Args:
        path: As `core.models.hub.locate` gives it.
        name: As the reader gave it.

    Raises:
        InputError: ``family_unknown`` if its attention cannot be recorded; ``weights_disagree`` if
            it is not what the model computes; ``model_unreadable`` if its files do not hold what
            they should; as `core.models.folder.check_tensors` if they hold more; and as
            `core.models.gguf` if it is a GGUF file.
    """
    found = _read_gguf(path, name) if path.is_file() else _read(path, name)
    kind = found.whole.config.model_type
    with _refusing(_unknown(f"{name} ({kind})")):  # not all that it has are made for text
        whole, model = found.whole, _below(found.whole)
        whole.eval().requires_grad_(False)
        shown = {id(it) for it in model.parameters()} - _own_of_head(model)
        names = {n for n, it in whole.named_parameters(remove_duplicate=False) if id(it) in shown}
        missing = {it for it in found.missing & names if "pooler." not in it}  # no page shows one
        if missing:  # they are random numbers
            raise InputError("model_unreadable", name=name, file=path.name, missing=min(missing))
        two = bool(model.config.is_encoder_decoder)
        encoder = frozenset(_modules_of_encoder(model)) if two else frozenset()
    record, outputs = _probed(whole, model, encoder, f"{name} ({kind})")
    layers = _lists_of_layers(model, [it.module for it in record.layers])
    check_tensors(found.unexpected, layers, name=name, family=kind)
    found.tokenizer.no_padding()
    found.tokenizer.no_truncation()
    speaks = whole.get_output_embeddings() is not None and not found.missing - names
    return Loaded(
        name=(path.stem if path.is_file() else path.name) if local(name) else name,
        model=model,
        causal=whole if speaks and not two and whole is not model else None,
        writer=whole if speaks and two else None,
        encoder=encoder,
        tokenizer=found.tokenizer,
        outputs=outputs,
        largest=_largest(model),
        n_heads=sum(len(it.q) for it in record.layers),
    )


def _read_gguf(path: Path, name: str) -> _Read:
    """A model from a GGUF file, in which its matrices stay."""
    from core.models.gguf.file import read
    from core.models.gguf.model import load
    from core.models.gguf.vocabulary import vocabulary

    with _refusing(InputError("model_unreadable", name=name, file=path.name)):
        file = read(path)
        return _Read(load(file), vocabulary(file), frozenset(), frozenset())


def _read(folder: Path, name: str) -> _Read:
    """A model from a folder of safetensors."""
    from transformers import CONFIG_MAPPING, AutoConfig, AutoModel, AutoTokenizer

    safely = {"local_files_only": True, "trust_remote_code": False}
    kind = read_config(folder, name).get("model_type", "?")
    unknown = _unknown(f"{name} ({kind})")
    strange = isinstance(kind, str) and kind not in CONFIG_MAPPING
    with _refusing(
        unknown if strange else InputError("model_unreadable", name=name, file="config.json")
    ):
        config = AutoConfig.from_pretrained(folder, **safely)
    with _refusing(unknown):
        code = vars(sys.modules[AutoModel._model_mapping[type(config)].__module__])
    if OWN not in code:  # it asks nobody for its attention
        raise unknown
    with _refusing(InputError("model_unreadable", name=name, file=folder.name)):
        with torch.random.fork_rng(devices=()):  # what the file lacks is drawn
            whole, report = _loader(config).from_pretrained(
                folder,
                config=config,
                use_safetensors=True,
                dtype=torch.float32,
                attn_implementation="eager",
                output_loading_info=True,
                **safely,
            )
        check_tokenizer(folder, name)
        tokenizer = AutoTokenizer.from_pretrained(folder, **safely).backend_tokenizer
    lists = (frozenset(report[it]) for it in ("missing_keys", "unexpected_keys"))
    return _Read(whole, tokenizer, *lists)


def _loader(config: "PreTrainedConfig") -> Any:  # noqa: ANN401 -- a class that makes models
    """What makes a model with its head for the next piece, of the kinds that are used with one."""
    from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM
    from transformers.models.auto import modeling_auto as known

    kind = config.model_type
    if config.is_encoder_decoder:
        writes = kind in known.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES
        return AutoModelForSeq2SeqLM if writes else AutoModel
    speaks = kind in known.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    reads = kind in known.MODEL_FOR_MASKED_LM_MAPPING_NAMES  # such as BERT: both ways
    return AutoModelForCausalLM if speaks and not reads else AutoModel


def _below(whole: "PreTrainedModel") -> "PreTrainedModel":
    """A model without the head that it was trained with."""
    below: Any = whole.base_model
    return below


def _own_of_head(model: "PreTrainedModel") -> set[int]:
    """The parameters of a head that is a part of the model below it, as in T5."""
    head, table = model.get_output_embeddings(), model.get_input_embeddings()
    if head is None:
        return set()
    return {id(it) for it in head.parameters()} - {id(it) for it in table.parameters()}


def _modules_of_encoder(model: "PreTrainedModel") -> Iterator[nn.Module]:
    encoder: Any = model.get_encoder()
    return encoder.modules()


def _probed(
    whole: "PreTrainedModel",
    model: "PreTrainedModel",
    encoder: Collection[nn.Module],
    named: str,
) -> tuple[Record, dict[nn.Module, Output]]:
    """Go through a few tokens with a model that nobody else uses yet, and let it be recorded.

    Raises:
        InputError: ``family_unknown`` if it does not ask for its attention, or not in all layers;
            ``weights_disagree`` if it computes something else then.
    """
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import eager_mask

    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, eager_mask)
    with _refusing(_unknown(named)):
        middle = (model.config.get_text_config().vocab_size - _N_PROBED) // 2
        ids = torch.arange(_N_PROBED)[None] + middle
        with recording() as record:
            expected = hidden(model, ids, ids)
            whole.set_attn_implementation(NAME)
            with finding(model, record) as outputs:
                got = hidden(model, ids, ids)
    layers, *more = (len(it) - 1 for it in got)
    stacks = {(it.module in encoder, len(it.q)) for it in record.layers}
    # A decoder looks at itself, then across; the layers of a stack have as many heads.
    if len(record.layers) != layers + 2 * sum(more) or len(stacks) > len(got):
        raise _unknown(named)
    off = max(
        float((a - b).abs().max() / a.abs().max()) for a, b in zip(expected, got, strict=True)
    )
    if not off <= TOLERANCE:
        raise InputError("weights_disagree", name=named, difference=f"{off:.1e}")
    for module in dict.fromkeys(it.module for it in record.layers):
        watch(module)
    return record, outputs


@contextmanager
def _refusing(refusal: InputError) -> Iterator[None]:
    """Refuse so where transformers fails, which promises no kind of error."""
    try:
        yield
    except InputError:
        raise
    except Exception as problem:
        raise refusal from problem


def _unknown(named: str) -> InputError:
    return InputError("family_unknown", name=named, known=FAMILIES)


def _lists_of_layers(model: nn.Module, modules: Collection[nn.Module]) -> dict[str, int]:
    """How many layers are in each list that has attention in it, by the list's name."""
    names = [name for name, module in model.named_modules() if module in modules]
    lists = {found[1] for name in names if (found := re.fullmatch(r"(.+?)\.\d+\..+", name))}
    return {it: len([*model.get_submodule(it).children()]) for it in lists}


def _largest(model: "PreTrainedModel") -> int:
    """How many tokens the model has positions for; some families never use the first ones."""
    for name, table in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(table, nn.Embedding):
            unused = 0 if table.padding_idx is None else table.padding_idx + 1
            return table.num_embeddings - unused
    return getattr(model.config, "max_position_embeddings", None) or LIMIT
