"""Where the files of a model are: on this machine, or the Hugging Face hub; checked before use.

Only safetensors and GGUF files are read (others can run programs when they are opened), no model
brings its own code, and nothing larger than the limit is downloaded or loaded.
"""

import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import InputError
from core.models.folder import (
    check_adapter,
    check_config,
    check_name,
    check_shards,
)
from core.models.gguf import package
from core.models.packaged import NAME as PACKAGED

OPEN = "ATTENTION_LAB_OPEN"
"""The variable that, set to 1, allows any model, local folders, downloads and larger limits."""

COMMAND = f"{OPEN}=1 streamlit run dashboard.py"
"""Starts the dashboard so on one's own machine."""

ALLOWED = (
    "google-bert/bert-base-chinese",
    "google-bert/bert-base-uncased",
    "distilbert/distilbert-base-uncased",
    "FacebookAI/roberta-base",
    "openai-community/gpt2",
    "HuggingFaceTB/SmolLM2-135M",
)
"""What a server that is not open may use, if its owner has put the files into the hub's cache.

Likewise the model of `core.models.gguf.package`, if its package is installed.
"""

LIMIT = "ATTENTION_LAB_LARGEST_MODEL"
"""The variable that says how many megabytes of parameters in files a model may have."""

USUAL_LIMIT = 600
"""That many if nothing is said; in memory, half-precision parameters take twice as much, those of
a GGUF file stay in it."""

Progress = Callable[[str, int, int], None]
"""Called with the stage (``checking``, ``downloading``, ``loading``), and bytes done and in all."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Listing:
    """What the hub says about a model before anything is downloaded.

    Attributes:
        revision: The commit that is described.
        sizes: File names to bytes.
    """

    revision: str
    sizes: Mapping[str, int]


class Hub(Protocol):
    """What is asked of the Hugging Face hub."""

    def listing(self, model: str) -> Listing:
        """The model's files and their sizes."""
        ...

    def fetch(self, model: str, revision: str, file: str, progress: Progress) -> Path:
        """Download one file, and tell where it is."""
        ...

    def cached(self, model: str) -> Path | None:
        """The folder of a model that was downloaded before; never asks the network."""
        ...


def largest() -> int:
    """Bytes of parameters that a model's files may have; the usual limit if none is well said."""
    said = os.environ.get(LIMIT, "")
    return (int(said) if said.isascii() and said.isdigit() else USUAL_LIMIT) * 1_000_000


def is_open() -> bool:
    """Whether any model may be used here, and downloaded."""
    return os.environ.get(OPEN) == "1"


def local(model: str) -> Path | None:
    """The folder, or GGUF file, of this name, if it is there and may be used; ``~`` is the home."""
    try:
        path = Path(model).expanduser()
        is_file = path.suffix == package.SUFFIX and path.is_file()
        return path if is_open() and (is_file or path.is_dir()) else None
    except (OSError, RuntimeError, ValueError):  # no name that a file could have
        return None


def gguf_file(model: str) -> Path | None:
    """The GGUF file that a name stands for: its path, a folder with it, or an installed package."""
    here = local(model)
    if here is None:
        return package.installed() if model == package.NAME else None
    files = package.files_in(here) if here.is_dir() else [here]
    return files[0] if len(files) == 1 else None


def offered() -> tuple[str, ...]:
    """The names that may well work here: all if downloads are allowed, else what is there."""
    installed = (package.NAME,) if package.installed() else ()
    if is_open():
        return (*installed, *ALLOWED)
    from huggingface_hub import try_to_load_from_cache

    there = (it for it in ALLOWED if isinstance(try_to_load_from_cache(it, "config.json"), str))
    return (*installed, *there)


def check_allowed(model: str) -> None:
    """Let only the ``ALLOWED`` models and that of the package through, unless this place is open.

    Raises:
        InputError: ``model_not_allowed``.
    """
    if not is_open() and model not in (*ALLOWED, package.NAME):
        allowed = (PACKAGED, *offered())
        raise InputError("model_not_allowed", name=model, allowed=allowed, command=COMMAND)


def locate(model: str, hub: Hub, progress: Progress = no_progress) -> Path:
    """The checked folder, or GGUF file, of a model, downloaded first if need be and allowed.

    Args:
        model: A local folder or GGUF file, the name of the model in the package, or the id of one
            on the hub.
        hub: Asked only if it is nothing of this machine.
        progress: Told about the download.

    Raises:
        InputError: ``model_not_allowed`` on a server that is not open; ``model_missing`` if the
            model is not there; ``model_not_installed``; ``hub_unreachable``; and
            as :func:`checked_folder` and `core.models.folder.check_name`.
    """
    check_allowed(model)
    if file := gguf_file(model):
        _check_size(file.stat().st_size, model)
        return file
    here = local(model)
    if here:
        return checked_folder(here, model)
    if model == package.NAME:
        raise InputError("model_not_installed", name=model)
    check_name(model)
    if model.endswith(package.SUFFIX):  # no id on the hub does
        raise InputError("model_missing", name=model, file=Path(model).name)
    folder = hub.cached(model)
    if folder is None and is_open():
        folder = _download(model, hub, progress)
    if folder is None:
        raise InputError("model_missing", name=model, file="config.json")
    return checked_folder(folder, model)


def checked_folder(folder: Path, model: str) -> Path:
    """The folder, if a model can be loaded from it safely.

    Raises:
        InputError: ``no_safetensors`` if its parameters are in no file of this kind;
            ``gguf_several`` if they may be in several others; ``model_too_large``;
            ``model_unreadable`` if it has no usable ``config.json``; and as `core.models.folder`
            has it.
    """
    sizes = {path.name: path.stat().st_size for path in folder.glob("*.*")}
    check_adapter(sizes, model)
    if several := package.files_in(folder):
        count, first = len(several), str(several[0])
        raise InputError("gguf_several", name=model, count=count, file=first)
    _check_sizes(sizes, model)
    check_shards(folder, model)
    check_config(read_config(folder, model), model)
    return folder


def read_config(folder: Path, model: str) -> Mapping[str, object]:
    """The configuration of a model.

    Raises:
        InputError: ``model_unreadable`` if there is no usable one.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError) as problem:
        raise InputError("model_unreadable", name=model, file="config.json") from problem
    if not isinstance(config, dict):
        raise InputError("model_unreadable", name=model, file="config.json")
    return config


def _check_sizes(sizes: Mapping[str, int], model: str) -> None:
    parameters = [size for file, size in sizes.items() if file.endswith(".safetensors")]
    if not parameters:
        raise InputError("no_safetensors", name=model)
    _check_size(sum(parameters), model)


def _check_size(n_bytes: int, model: str) -> None:
    if n_bytes > largest():
        size, limit = (math.ceil(it / 1e6) for it in (n_bytes, largest()))  # megabytes
        raise InputError("model_too_large", name=model, size=size, limit=limit)


def _download(model: str, hub: Hub, progress: Progress) -> Path | None:
    """The folder of the model's parameters, settings and vocabulary, and nothing else."""
    progress("checking", 0, 0)
    listing = hub.listing(model)
    top = {file: size for file, size in listing.sizes.items() if "/" not in file}
    _check_sizes(top, model)
    wanted = {f: s for f, s in top.items() if Path(f).suffix in (".json", ".safetensors", ".txt")}
    done, total, folder = 0, sum(wanted.values()), None
    for file, size in sorted(wanted.items(), key=lambda item: item[1]):

        def further(stage: str, got: int, _: int, before: int = done) -> None:
            progress(stage, before + got, total)

        folder = hub.fetch(model, listing.revision, file, further).parent
        done += size
        progress("downloading", done, total)
    return folder
