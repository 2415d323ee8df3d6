"""What in a model's folder keeps it from being loaded as it is, by its files and configuration."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from core.errors import InputError

_INDEX = "model.safetensors.index.json"
_ADAPTER = "adapter_config.json"
_TOKENIZERS = ({"tokenizer.json"}, {"vocab.txt"}, {"vocab.json", "merges.txt"})
_SENTENCEPIECE = ("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "source.spm")
_QUOTES = "\"'“”‘’`"
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)\S*")
_BUFFERS = re.compile(r"attn\.(masked_)?bias|rotary_emb\.inv_freq")


def check_name(name: str) -> None:
    """Refuse a name that is an address, or is written between quotation marks.

    Raises:
        InputError: ``model_name_address`` with the id in the address; ``model_name_quoted``.
    """
    if address := _ADDRESS.fullmatch(name.strip().strip(_QUOTES)):
        raise InputError("model_name_address", name=name, id=address[1])
    bare = name.strip().strip(_QUOTES).strip()
    if bare != name:
        raise InputError("model_name_quoted", name=name, bare=bare)


def check_adapter(files: Iterable[str], name: str) -> None:
    """Refuse a folder that holds an adapter, beside its model or alone.

    Raises:
        InputError: ``model_adapter``.
    """
    if _ADAPTER in files:
        raise InputError("model_adapter", name=name, file=_ADAPTER)


def check_tokenizer(folder: Path, name: str) -> None:
    """Refuse a folder without a tokenizer that can be read.

    Raises:
        InputError: ``model_sentencepiece``, ``model_no_tokenizer``.
    """
    there = {it.name for it in folder.iterdir()}
    if any(wanted <= there for wanted in _TOKENIZERS):
        return
    only = there.intersection(_SENTENCEPIECE)
    if only:
        raise InputError("model_sentencepiece", name=name, file=min(only))
    raise InputError("model_no_tokenizer", name=name)


def check_shards(folder: Path, name: str) -> None:
    """Refuse a folder in which a file of parameters is missing that its index names.

    Raises:
        InputError: ``model_shard_missing``; ``model_unreadable`` if the index is none.
    """
    index = folder / _INDEX
    if not index.exists():
        return
    try:
        files = {*json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()}
        missing = sorted(it for it in files if not (folder / str(it)).is_file())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise InputError("model_unreadable", name=name, file=_INDEX) from problem
    if missing:
        raise InputError("model_shard_missing", name=name, file=missing[0], count=len(missing))


def check_config(config: Mapping[str, object], name: str) -> None:
    """Refuse a model that brings code, or whose parameters are packed in few bits.

    Raises:
        InputError: ``brings_code``; ``model_quantized`` with the method.
    """
    if "auto_map" in config:
        raise InputError("brings_code", name=name)
    packed = config.get("quantization_config")
    if packed:
        method = packed.get("quant_method", "?") if isinstance(packed, dict) else "?"
        raise InputError("model_quantized", name=name, method=str(method))


def check_tensors(
    unexpected: Iterable[str], layers: Mapping[str, int], *, name: str, family: str
) -> None:
    """Refuse a model whose layers have parameters that it would be computed without.

    Args:
        unexpected: Names of parameters in the file that the model has no place for.
        layers: How many layers it has, by where they are, such as ``encoder.layer``.
        name: Of the model.
        family: Of the model.

    Raises:
        InputError: ``model_layers`` if the file has more layers; ``model_quantized`` if scales lie
            beside parameters; ``model_unexpected`` for all others.
    """
    places = "|".join(map(re.escape, layers))
    inside = re.compile(rf"(?:.*\.)?({places})\.(\d+)\.(.+)")
    found = [(it, match) for it in sorted(unexpected) if (match := inside.fullmatch(it))]
    found = [(it, match) for it, match in found if not _BUFFERS.fullmatch(match[3])]
    if not found:
        return
    last, there = max((int(match[2]), layers[match[1]]) for _, match in found)
    if last >= there:
        raise InputError("model_layers", name=name, said=there, there=last + 1)
    tensor, match = found[0]
    if re.search(r"scale|absmax|qweight|qzeros|quant", match[3]):
        raise InputError("model_quantized", name=name, method=tensor)
    raise InputError("model_unexpected", name=name, family=family, tensor=tensor, count=len(found))
