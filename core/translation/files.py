"""The files that hold what was learned: pieces, and a network's numbers with their history."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from core.errors import InputError
from core.translation.network import Network, Sizes
from core.translation.pieces import Language, Pieces, restored
from core.translation.recurrent import RecurrentNetwork
from core.translation.transformer import TransformerNetwork

Kind = Literal["vector", "attention", "transformer"]
KINDS: tuple[Kind, ...] = ("vector", "attention", "transformer")

FOLDER = Path(__file__).parent / "data"
"""Of the files that come with the project."""

WIDTH = 128
HIDDEN = {"vector": 144, "attention": 144, "transformer": 192}
"""So that the parameters of all kinds differ by less than 10 %."""


@dataclass(frozen=True)
class Settings:
    """Everything that decides what a network learns, but for the data.

    Attributes:
        kind: ``vector`` is a recurrent network with one vector between reading and writing.
        source, target: Languages.
        updates: How often the parameters are changed.
        rate: Of learning, at its highest.
        dropped: Share of numbers that are set to 0 while learning.
        seed: Of the numbers at the start, the order of the pairs, and what is dropped.
    """

    kind: Kind
    source: Language
    target: Language
    updates: int
    rate: float
    dropped: float
    seed: int = 0

    @property
    def name(self) -> str:
        """Of the network's file, without its ending."""
        return name_of(self.kind, self.source, self.target)


def name_of(kind: Kind, source: Language, target: Language) -> str:
    """The name of a network's file, without its ending."""
    return f"{source}-{target}-{kind}"


def build(settings: Settings, pieces: dict[Language, Pieces]) -> Network:
    """A network whose numbers are still to be drawn or loaded."""
    n_source, n_target = len(pieces[settings.source]), len(pieces[settings.target])
    sizes = Sizes(n_source, n_target, WIDTH, HIDDEN[settings.kind])
    if settings.kind == "transformer":
        return TransformerNetwork(sizes)
    return RecurrentNetwork(sizes, attends=settings.kind == "attention")


def write_network(path: Path, network: Network, settings: Settings, notes: dict[str, str]) -> None:
    """Keep a network in half precision, with its settings and what is to be known of it."""
    numbers = {name: values.detach().half() for name, values in network.named_parameters()}
    save_file(numbers, path, {"settings": json.dumps(asdict(settings)), **notes})


def read_network(path: Path) -> tuple[Network, Settings, dict[str, str]]:
    """A network that learns no further, in float32, its settings, and what is known of it.

    Raises:
        InputError: ``model_altered`` if it learned other pieces than those of ``pieces.json``.
    """
    with safe_open(path, "pt") as file:
        notes = dict(file.metadata())
    if notes["pieces_sha256"] != pieces_digest():
        raise InputError("model_altered", name=path.stem, file="pieces.json")
    settings = Settings(**json.loads(notes.pop("settings")))
    network = build(settings, shared_pieces())
    network.load_state_dict(load_file(path))  # in the parameters' own float32
    return network.requires_grad_(False), settings, notes


def read_settings(path: Path) -> Settings:
    """A file's settings alone."""
    with safe_open(path, "pt") as file:
        return Settings(**json.loads(file.metadata()["settings"]))


def write_pieces(pieces: dict[Language, Pieces]) -> None:
    """Keep the pieces that all networks share."""
    saved = {language: json.loads(own.saved()) for language, own in pieces.items()}
    text = json.dumps(saved, ensure_ascii=False, separators=(",", ":"))
    (FOLDER / "pieces.json").write_text(text + "\n", encoding="utf-8")


@cache
def pieces_digest() -> str:
    """What tells the shared pieces from others."""
    return sha256((FOLDER / "pieces.json").read_bytes()).hexdigest()


@cache
def shared_pieces() -> dict[Language, Pieces]:
    """The pieces that all networks share."""
    saved = json.loads((FOLDER / "pieces.json").read_text(encoding="utf-8"))
    return {language: restored(json.dumps(saved[language]), language) for language in ("en", "zh")}
