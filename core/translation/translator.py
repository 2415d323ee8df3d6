"""Translators that come with the project, and what they do with a sentence.

Nothing is loaded before it is asked for; a network is loaded once a process and shared.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import torch

from core.arrays import Array, freeze
from core.errors import InputError
from core.influence import Influence
from core.translation.decoding import forced, greedy, slopes, typical_length
from core.translation.files import (
    FOLDER,
    KINDS,
    Kind,
    Settings,
    name_of,
    read_network,
    read_settings,
    shared_pieces,
)
from core.translation.network import Network
from core.translation.pairs import Pair, read_pairs
from core.translation.pieces import (
    END,
    LONGEST,
    SPECIAL,
    WORD_START,
    Language,
    Pieces,
    plain,
)
from core.translation.transformer import DECODER_LAYERS, ENCODER_LAYERS


class Rounds(NamedTuple):
    """Layers that must wait for each other, however many processors there are.

    Attributes:
        reading: The source.
        writing: A translation piece by piece: each waits for the one before.
        learning: Reading, and all pieces of a translation that is known.
    """

    reading: int
    writing: int
    learning: int


@dataclass(frozen=True, eq=False)
class Alignment:
    """A sentence and a translation that a translator was made to write.

    Attributes:
        source: Pieces, English ones with the space before them.
        output: Pieces of the translation; the last one is its end.
        best: Pieces that the translator would have written in their places.
        probability: ``(output,)``, what the translator gave each piece.
        weights: ``(layer, head, output, source)`` of attention to the source; rows sum to 1. No
            layers for a translator with one vector.
        influence: ``(output, source)``: the length of the derivative of an output's score (against
            the mean of all pieces' scores, in nats) by a source piece's vector, times the typical
            length of such vectors in this translator.
    """

    source: tuple[str, ...]
    output: tuple[str, ...]
    best: tuple[str, ...]
    probability: Array
    weights: Array
    influence: Influence

    def __post_init__(self) -> None:
        """Let nobody write into it."""
        freeze(self)

    @property
    def mean_weights(self) -> Array | None:
        """``(output, source)``, the mean over layers and heads; rows sum to 1."""
        return self.weights.mean(axis=(0, 1)) if len(self.weights) else None

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return self.probability.nbytes + self.weights.nbytes + 2 * self.influence.strength.nbytes


@dataclass(frozen=True, eq=False)
class Translator:
    """A network with its languages' pieces.

    Attributes:
        network: Shared by everybody: nothing may write to it.
        settings: What it learned with.
        notes: Data, licence, scores, as its file says.
        pieces: Of both languages.
    """

    network: Network
    settings: Settings
    notes: Mapping[str, str]
    pieces: Mapping[Language, Pieces]

    def translate(self, sentence: str) -> str:
        """The translation that it writes by itself, the most probable piece at a time.

        Raises:
            InputError: ``no_tokens`` or ``sentence_too_long``.
        """
        source = torch.tensor([self._ids(sentence, self.settings.source)])
        [written] = greedy(self.network, source)
        return self.pieces[self.settings.target].text(written)

    def align(self, sentence: str, translation: str) -> Alignment:
        """Make it write a translation, its own or another, and measure what each piece rests on.

        Raises:
            InputError: ``no_tokens`` or ``sentence_too_long``, of either.
        """
        source = self._ids(sentence, self.settings.source)
        target = self._ids(translation, self.settings.target)
        made = forced(self.network, source, target)
        strength = slopes(self.network, source, target).norm(dim=-1) * self.typical_length
        target_pieces = self.pieces[self.settings.target]
        names = target_pieces.names(made.best.tolist())
        return Alignment(
            self.pieces[self.settings.source].cut(sentence),
            (*target_pieces.cut(translation), SPECIAL[END]),
            tuple(name.replace(WORD_START, " ") for name in names),
            made.log_probabilities.exp().numpy(),
            made.weights.numpy(),
            Influence(np.ones(strength.shape, bool), strength.numpy()),
        )

    @cached_property
    def typical_length(self) -> float:
        """Of a source piece's vector: what influence is counted against."""
        return typical_length(self.network)

    @property
    def scores(self) -> dict[str, dict[str, float]]:
        """On the held-out pairs, as `core.translation.score` wrote them: ``all`` and by length."""
        return json.loads(self.notes["scores"])

    def _ids(self, sentence: str, language: Language) -> tuple[int, ...]:
        ids = self.pieces[language].encode(sentence)
        if not ids:
            raise InputError("no_tokens")
        if len(ids) > LONGEST:
            raise InputError("sentence_too_long", count=len(ids), limit=LONGEST)
        return ids


def rounds(kind: Kind, n_source: int, n_output: int) -> Rounds:
    """Count what must wait, for so many pieces; the end is counted as an output."""
    if kind == "transformer":
        return Rounds(ENCODER_LAYERS, n_output * DECODER_LAYERS, ENCODER_LAYERS + DECODER_LAYERS)
    return Rounds(n_source, n_output, n_source + n_output)


_lock = threading.Lock()
_loaded: dict[str, Translator] = {}


def translator(kind: Kind, source: Language, target: Language) -> Translator:
    """A translator that comes with the project, loaded by the first who asks.

    Raises:
        InputError: ``model_missing`` if there is no such file; ``model_altered`` if it does not fit
            the pieces.
    """
    name = name_of(kind, source, target)
    with _lock:
        if name not in _loaded:
            path = FOLDER / f"{name}.safetensors"
            if not path.exists():
                raise InputError("model_missing", name=name, file=path.name)
            _loaded[name] = Translator(*read_network(path), shared_pieces())
        return _loaded[name]


def available() -> tuple[Settings, ...]:
    """The translators that come with the project; they are not loaded."""
    settings = (read_settings(path) for path in FOLDER.glob("*.safetensors"))
    return tuple(sorted(settings, key=lambda one: (one.source, KINDS.index(one.kind))))


@cache
def held_out() -> tuple[Pair, ...]:
    """The held-out pairs that come with the project, with who gave them."""
    return read_pairs(FOLDER / "held_out.tsv")


def occurrences(word: str, language: Language) -> int:
    """How often a word, as `core.tokens.words` cuts, stands in the pairs learned from."""
    return _word_counts()[language].get(plain(word, language).lower(), 0)


@cache
def _word_counts() -> dict[Language, dict[str, int]]:
    counts: dict[Language, dict[str, int]] = {"en": {}, "zh": {}}
    for line in (FOLDER / "words.tsv").read_text(encoding="utf-8").splitlines():
        language, word, count = line.split("\t")
        counts["zh" if language == "zh" else "en"][word] = int(count)
    return counts
