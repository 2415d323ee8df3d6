"""The files of trained readers: float16 numbers, and in the header how they came to be.

A file's metadata are ``settings`` (the reader and its seeds), ``scores`` (the share recalled by
number of words and by place) and ``hash``, SHA-256 of the numbers with their names.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.arrays import Array
from core.errors import InputError
from core.recall.learning import COUNTS
from core.recall.networks import Network, unset
from core.recall.readers import READERS, Reader

FOLDER = Path(__file__).parent / "trained"


class Trained(NamedTuple):
    """A reader from its file.

    Attributes:
        network: With the numbers of the first seed.
        shares: ``(seed, count)``, the share recalled of sentences of ``COUNTS`` words.
        places: For each of ``COUNTS``, ``(seed, place)``: the share recalled by place.
    """

    network: Network
    shares: Array
    places: tuple[Array, ...]


def path_of(reader: Reader, folder: Path = FOLDER) -> Path:
    """Where a reader's file is."""
    return folder / f"{reader.name}.safetensors"


def save(
    reader: Reader,
    network: Network,
    places: Sequence[Sequence[Array]],
    folder: Path = FOLDER,
) -> None:
    """Write a trained reader.

    Args:
        reader: Who was trained.
        network: With the numbers of the first seed.
        places: For each seed and each of ``COUNTS``, ``(place,)``: the share recalled.
        folder: Where to.
    """
    numbers = {name: it.detach().half() for name, it in network.named_parameters()}
    rounded = [[[round(float(share), 4) for share in each] for each in run] for run in places]
    metadata = {
        "settings": json.dumps({**asdict(reader), "seeds": list(range(len(places)))}),
        "scores": json.dumps({"counts": COUNTS, "places": rounded}),
        "hash": fingerprint(numbers),
    }
    save_file(numbers, path_of(reader, folder), metadata)


@lru_cache(maxsize=len(READERS))
def load(reader: Reader, folder: Path = FOLDER) -> Trained:
    """Read a reader's file once; the next who asks gets the same one.

    Raises:
        InputError: ``model_missing`` if there is no file, ``model_altered`` if its numbers are not
            those that were written, or were not trained with the reader's settings.
    """
    path = path_of(reader, folder)
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata()
            numbers = {name: file.get_tensor(name) for name in sorted(file.keys())}
    except (OSError, SafetensorError) as problem:
        raise InputError("model_missing", name=reader.name, file=path.name) from problem
    settings = json.loads(metadata["settings"])
    settings.pop("seeds")
    if metadata["hash"] != fingerprint(numbers) or settings != asdict(reader):
        raise InputError("model_altered", name=reader.name, file=path.name)
    network = unset(reader)
    network.load_state_dict(numbers)
    places = json.loads(metadata["scores"])["places"]
    by_count = tuple(np.array(each) for each in zip(*places, strict=True))  # each (seed, place)
    means = np.array([each.mean(axis=1) for each in by_count]).T  # (seed, count)
    return Trained(network.requires_grad_(False), means, by_count)


def fingerprint(numbers: Mapping[str, Tensor]) -> str:
    """SHA-256 of names and numbers, in the order of names."""
    found = sha256()
    for name in sorted(numbers):
        found.update(name.encode())
        found.update(numbers[name].contiguous().view(torch.uint8).numpy().data)
    return found.hexdigest()
